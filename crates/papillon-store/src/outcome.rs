//! The outcomes of list changes, for the service to pass on.

use msnp::{GroupId, Handle, List, ListVersion};

use crate::{AccountId, SharedProperties};

/// One of the two lists that decide about the visibility of a person.
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

    /// The other list, which no contact on this one can be on.
    pub const fn opposite(self) -> Self {
        match self {
            Self::Allow => Self::Block,
            Self::Block => Self::Allow,
        }
    }
}

/// A contact was added to a forward list, or to one more group of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwardAdded {
    /// The contact.
    pub contact: AccountId,
    /// The owner's new list version.
    pub version: ListVersion,
    /// The group the contact is in now.
    pub group: GroupId,
    /// Whether the contact was not on the list before.
    pub newly_on_list: bool,
    /// The contact's new list version, if the owner is newly on the contact's reverse list. A
    /// person that adds herself has one version, and it is raised once.
    pub reverse_version: Option<ListVersion>,
    /// The properties that the contact shows to the owner.
    pub contact_properties: SharedProperties,
}

/// A contact was removed from a forward list, or from a group of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForwardRemoved {
    /// The contact.
    pub contact: AccountId,
    /// The owner's new list version.
    pub version: ListVersion,
    /// The group that the request named; the contact is in it no longer.
    pub group: Option<GroupId>,
    /// The contact's new list version, if the contact is off the forward list and the owner so off
    /// the contact's reverse list: without a group in the request, or out of the last group.
    pub reverse_version: Option<ListVersion>,
}

/// A contact was added to or removed from an allow or block list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrivacyChanged {
    /// The contact.
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
    /// The contacts that were in no other group and so left the forward list, by account number.
    pub dropped: Vec<ContactDropped>,
}

/// A contact left a forward list together with a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactDropped {
    /// The contact.
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
