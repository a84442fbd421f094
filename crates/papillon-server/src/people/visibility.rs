//! Who sees whom. No I/O, no locks: lists and states in, decisions out.

use msnp::{List, ListFlags, Privacy, Status};

/// Whether an account with this privacy setting lets somebody on these of its lists see it and
/// call it: the block list decides first, then the allow list, then the setting.
pub(crate) fn allows(privacy: Privacy, lists: ListFlags) -> bool {
    if lists.contains(List::Block) {
        return false;
    }
    lists.contains(List::Allow) || privacy == Privacy::AllowUnlisted
}

/// What a watcher is told when what it sees of somebody changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notice {
    /// `NLN` with the present state.
    Online,
    /// `FLN`
    Offline,
}

/// What to tell when visibility goes from `before` to `after`; nothing when it stays.
pub(crate) fn crossing(before: bool, after: bool) -> Option<Notice> {
    match (before, after) {
        (false, true) => Some(Notice::Online),
        (true, false) => Some(Notice::Offline),
        _ => None,
    }
}

/// What to tell those who may see somebody when the state is set: a visible state is told each
/// time, even when it is the same again, because name, capabilities or picture may be new.
pub(crate) fn state_set(before: Option<Status>, after: Status) -> Option<Notice> {
    let was_visible = before.is_some_and(Status::is_visible);
    if after.is_visible() { Some(Notice::Online) } else { crossing(was_visible, false) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_list_goes_before_the_allow_list_and_both_before_the_setting() {
        let none = ListFlags::NONE;
        let allowed = none.with(List::Allow);
        let blocked = none.with(List::Block);
        for (privacy, lists, expected) in [
            (Privacy::AllowUnlisted, none, true),
            (Privacy::BlockUnlisted, none, false),
            (Privacy::BlockUnlisted, allowed, true),
            (Privacy::AllowUnlisted, blocked, false),
            (Privacy::AllowUnlisted, allowed.with(List::Block), false),
            (Privacy::BlockUnlisted, none.with(List::Forward).with(List::Reverse), false),
        ] {
            assert_eq!(allows(privacy, lists), expected, "{privacy:?} {lists:?}");
        }
    }

    #[test]
    fn going_offline_is_told_once_and_hiding_from_nobody_not_at_all() {
        assert_eq!(state_set(None, Status::Hidden), None);
        assert_eq!(state_set(None, Status::Away), Some(Notice::Online));
        assert_eq!(state_set(Some(Status::Online), Status::Hidden), Some(Notice::Offline));
        assert_eq!(state_set(Some(Status::Hidden), Status::Hidden), None);
        assert_eq!(state_set(Some(Status::Hidden), Status::Busy), Some(Notice::Online));
        assert_eq!(state_set(Some(Status::Busy), Status::Busy), Some(Notice::Online));
    }
}
