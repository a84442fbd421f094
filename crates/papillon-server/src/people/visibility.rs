//! The rules of visibility. No I/O, no locks: lists and states in, decisions out.

use msnp::{List, ListFlags, Privacy, Status};

/// Whether an account with this privacy setting lets a contact on these of its lists see it and
/// call it: the block list decides first, then the allow list, then the setting.
pub(crate) fn allows(privacy: Privacy, lists: ListFlags) -> bool {
    if lists.contains(List::Block) {
        return false;
    }
    lists.contains(List::Allow) || privacy == Privacy::AllowUnlisted
}

/// Whether a contact on these of an account's lists watches it: has it on the forward list, and may see it.
pub(crate) fn watches(privacy: Privacy, lists: ListFlags) -> bool {
    // The owner's reverse list is the mirror of the others' forward lists.
    lists.contains(List::Reverse) && allows(privacy, lists)
}

/// The reason for which a person cannot be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreachable {
    /// Not there, or shown as not there.
    NotOnline,
    /// There, but closed to callers on none of its lists.
    NotListed,
}

/// Whether an account that is online and takes calls lets a caller on these of its lists call it. For a blocked
/// caller it looks offline.
pub(crate) fn may_call(privacy: Privacy, lists: ListFlags) -> Result<(), Unreachable> {
    if allows(privacy, lists) {
        return Ok(());
    }
    // The original told callers on no list at all apart (HYP, *Details*).
    let is_known = lists.contains(List::Block) || lists.contains(List::Forward);
    Err(if is_known { Unreachable::NotOnline } else { Unreachable::NotListed })
}

/// The notice that a watcher gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notice {
    /// `NLN` with the present state.
    Online,
    /// `FLN`
    Offline,
}

/// The notice when visibility goes from `before` to `after`; none when it stays.
pub(crate) fn crossing(before: bool, after: bool) -> Option<Notice> {
    match (before, after) {
        (false, true) => Some(Notice::Online),
        (true, false) => Some(Notice::Offline),
        _ => None,
    }
}

/// The notice for the watchers of a person that sets a state: a visible state is told each
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
    fn only_strangers_learn_that_they_may_not_call() {
        let none = ListFlags::NONE;
        for (privacy, lists, expected) in [
            (Privacy::AllowUnlisted, none, Ok(())),
            (Privacy::BlockUnlisted, none.with(List::Allow), Ok(())),
            (Privacy::AllowUnlisted, none.with(List::Block), Err(Unreachable::NotOnline)),
            (Privacy::BlockUnlisted, none.with(List::Forward), Err(Unreachable::NotOnline)),
            (Privacy::BlockUnlisted, none.with(List::Reverse), Err(Unreachable::NotListed)),
            (Privacy::BlockUnlisted, none, Err(Unreachable::NotListed)),
        ] {
            assert_eq!(may_call(privacy, lists), expected, "{privacy:?} {lists:?}");
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
