//! Gaps in a person's list changes: notes of the changes that came before an older one, so that the older one leaves
//! the cells alone that they have set.
//!
//! Each change of a person's lists raises their version by exactly one. So a missing version is noticed, and
//! as long as none is missing, nothing is kept for this.

use msnp::{GroupId, ListVersion, PropertyKey};
use papillon_store::{AccountId, Contact};

/// The most notes of newer changes, 32 bytes each. With more, the oldest missing change is given up, and ignored if
/// it comes.
const MOST: usize = 64;

/// The memory of newer changes while an older one is missing.
#[derive(Debug)]
pub(super) struct Gaps {
    /// All changes up to this one are in the lists.
    complete: ListVersion,
    /// Newer changes that are in the lists too.
    ahead: Vec<Ahead>,
    /// Contacts on no list, about which newer changes have said something.
    pub(super) set_aside: Vec<Contact>,
}

/// A note of one newer change.
#[derive(Debug, Clone, Copy)]
struct Ahead {
    version: ListVersion,
    of: Subject,
    cells: Cells,
}

/// The entry that a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// The owner's own settings.
    Owner,
    /// The entry of one contact.
    Contact(AccountId),
    /// The entries of all contacts.
    EveryContact,
}

/// The parts of an entry that one change sets together, and another may set alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cells(u64);

impl Cells {
    // One bit a cell: 0 to 29 the groups, 32 to 39 the properties, then the rest.
    pub(super) const NONE: Self = Self(0);
    pub(super) const ALL: Self = Self(u64::MAX);
    /// The groups of a contact, or those that exist.
    pub(super) const GROUPS: Self = Self((1 << GroupId::COUNT) - 1);
    /// The properties of a contact, or the owner's.
    pub(super) const PROPERTIES: Self = Self(0xff << 32);
    pub(super) const FORWARD: Self = Self(1 << 40);
    /// The allow list and the block list: no contact is on both.
    pub(super) const PRIVACY: Self = Self(1 << 41);
    pub(super) const REVERSE: Self = Self(1 << 42);
    pub(super) const NAME: Self = Self(1 << 43);
    pub(super) const PROMPT: Self = Self(1 << 44);

    pub(super) fn group(group: GroupId) -> Self {
        Self(1 << group.number())
    }

    pub(super) fn property(key: PropertyKey) -> Self {
        // Below 8: there are six keys.
        Self(1 << (32 + key as u64))
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether all of `other` is in.
    pub(super) const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any of `other` is in.
    pub(super) const fn has_any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl Gaps {
    /// Gaps from this version on.
    pub(super) fn after(complete: ListVersion) -> Self {
        Self { complete, ahead: Vec::new(), set_aside: Vec::new() }
    }

    /// Whether this change is in the lists, or given up.
    pub(super) fn has(&self, version: ListVersion) -> bool {
        version <= self.complete || self.ahead.iter().any(|ahead| ahead.version == version)
    }

    /// The cells of an entry that changes newer than this one have set.
    pub(super) fn newer(&self, version: ListVersion, of: Subject) -> Cells {
        let about = |ahead: &&Ahead| {
            ahead.of == of || matches!((ahead.of, of), (Subject::EveryContact, Subject::Contact(_)))
        };
        let newer = self.ahead.iter().filter(|ahead| ahead.version > version).filter(about);
        newer.fold(Cells::NONE, |all, ahead| all.and(ahead.cells))
    }

    /// Notes that a change is in the lists.
    pub(super) fn note(&mut self, version: ListVersion, of: Subject, cells: Cells) {
        self.ahead.push(Ahead { version, of, cells });
    }

    /// Closes the gaps that can be closed, and returns whether one is left. `newest` is the newest version known of.
    pub(super) fn are_left(&mut self, newest: ListVersion) -> bool {
        if self.ahead.len() > MOST
            && let Some(oldest) = self.ahead.iter().map(|ahead| ahead.version).min()
        {
            // The versions up to it count as seen, so that a change that never comes cannot hold memory for ever.
            self.complete = oldest;
        }
        // The notes are in no order, so one pass may close the gap only up to the next.
        while self.ahead.iter().any(|ahead| ahead.version.0 == self.complete.0 + 1) {
            self.complete.0 += 1;
        }
        let complete = self.complete;
        self.ahead.retain(|ahead| ahead.version > complete);
        // A contact that no newer change is about begins anew when an older one names it.
        let ahead = &self.ahead;
        self.set_aside.retain(|aside| ahead.iter().any(|ahead| ahead.of == Subject::Contact(aside.account)));
        self.complete < newest
    }

    /// The number of notes and of contacts set aside.
    #[cfg(test)]
    pub(super) fn kept(&self) -> (usize, usize) {
        (self.ahead.len(), self.set_aside.len())
    }

    /// Takes back a contact that was set aside.
    pub(super) fn take_back(&mut self, account: AccountId) -> Option<Contact> {
        let at = self.set_aside.iter().position(|contact| contact.account == account)?;
        Some(self.set_aside.swap_remove(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So that a change that never comes holds no memory for ever.
    #[test]
    fn the_oldest_missing_change_is_given_up_with_one_note_too_many() {
        let mut gaps = Gaps::after(ListVersion(1));
        let newest = |notes: usize| ListVersion(notes as u32 + 2);
        for note in 1..=MOST {
            gaps.note(newest(note), Subject::Owner, Cells::NAME);
            assert!(gaps.are_left(newest(note)) && !gaps.has(ListVersion(2)), "{note} notes");
        }
        gaps.note(newest(MOST + 1), Subject::Owner, Cells::NAME);
        assert!(!gaps.are_left(newest(MOST + 1)));
        assert!(gaps.has(ListVersion(2)));
    }

    #[test]
    fn a_contact_is_set_aside_while_a_newer_change_is_about_it() {
        let entry = |number: i64| {
            let handle = msnp::Handle::parse(&format!("p{number}@example.com")).unwrap();
            let (name, lists) = ((&handle).into(), msnp::ListFlags::NONE);
            let (account, groups, properties) = (AccountId(number), Default::default(), Box::default());
            let card = papillon_store::Card { account, handle, name, properties };
            Contact { card: card.into(), lists, groups }
        };
        let mut gaps = Gaps::after(ListVersion(1));
        gaps.set_aside = vec![entry(1), entry(2)];
        gaps.note(ListVersion(3), Subject::Contact(AccountId(2)), Cells::REVERSE);
        assert!(gaps.are_left(ListVersion(3)));
        let aside: Vec<_> = gaps.set_aside.iter().map(|contact| contact.account).collect();
        assert_eq!(aside, [AccountId(2)]);
        gaps.note(ListVersion(2), Subject::Owner, Cells::NAME);
        assert!(!gaps.are_left(ListVersion(3)));
        assert_eq!(gaps.set_aside, []);
    }
}
