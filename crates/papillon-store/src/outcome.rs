//! What changes of lists bring about, for the service to pass on.

use msnp::{GroupId, Handle, List, ListVersion};

use crate::{AccountId, SharedProperties};

/// One of the two lists that say who may see a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PrivacyList {
    /// `AL`
    Allow,
    /// `BL`
    Block,
}

impl PrivacyList {
    /// The list by its common name.
    pub const fn list(self) -> List {
        match self {
            Self::Allow => List::Allow,
            Self::Block => List::Block,
        }
    }

    /// The list nobody on this one can be on.
    pub const fn opposite(self) -> Self {
        match self {
            Self::Allow => Self::Block,
            Self::Block => Self::Allow,
        }
    }
}

/// Somebody was put on a forward list, or into one more group of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwardAdded {
    /// Who was added.
    pub contact: AccountId,
    /// The owner's new list version.
    pub version: ListVersion,
    /// The group the contact is in now.
    pub group: GroupId,
    /// Whether the contact was not on the list before.
    pub newly_on_list: bool,
    /// The contact's new list version, if the owner is newly on the contact's reverse list. A
    /// person who adds herself has one version, and it is raised once.
    pub reverse_version: Option<ListVersion>,
    /// What the contact shows of itself to the owner.
    pub contact_properties: SharedProperties,
}

/// Somebody was taken off a forward list, or out of a group of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForwardRemoved {
    /// Who was removed.
    pub contact: AccountId,
    /// The owner's new list version.
    pub version: ListVersion,
    /// The group that the request named; the contact is in it no longer.
    pub group: Option<GroupId>,
    /// The contact's new list version, if the contact is off the forward list and the owner so off
    /// the contact's reverse list: without a group in the request, or out of the last group.
    pub reverse_version: Option<ListVersion>,
}

/// Somebody was put on or taken off an allow or block list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrivacyChanged {
    /// Whom it is about.
    pub contact: AccountId,
    /// The owner's new list version.
    pub version: ListVersion,
    /// The contact's new list version, if the change shows or hides the owner's properties.
    pub contact_version: Option<ListVersion>,
}

/// A group was removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRemoved {
    /// The owner's new list version.
    pub version: ListVersion,
    /// Those who were in no other group and so left the forward list, by account number.
    pub dropped: Vec<ContactDropped>,
}

/// Somebody left a forward list together with a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactDropped {
    /// Who it is.
    pub account: AccountId,
    /// The contact's handle.
    pub handle: Handle,
    /// The contact's new list version, now that the owner left the contact's reverse list.
    pub version: ListVersion,
}

/// A property was set or unset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertySet {
    /// The owner's new list version.
    pub version: ListVersion,
    /// The watchers to be told, with their new list versions, by account number: accounts that have
    /// the owner on their forward list and are on the owner's allow list. None for a private property.
    pub watchers: Vec<(AccountId, ListVersion)>,
}
