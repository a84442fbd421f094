//! The roster: all that a client gets at sign-in.

use msnp::{AddPrompt, FriendlyName, GroupId, GroupName, Handle, ListFlags, ListVersion, Privacy};
use msnp::{PropertyKey, PropertyValue};

use crate::{AccountId, GroupSet};

/// The properties of a contact which the contact shows, in the order of [`PropertyKey::ALL`].
pub type SharedProperties = Box<[(PropertyKey, PropertyValue)]>;

/// A person's lists, groups, settings and properties, all of one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    /// The version of all this.
    pub version: ListVersion,
    /// `GTC`
    pub prompt: AddPrompt,
    /// `BLP`
    pub privacy: Privacy,
    /// The person's own properties that are set, in the order of [`PropertyKey::ALL`].
    pub properties: Vec<(PropertyKey, PropertyValue)>,
    /// The groups in the order of their numbers; group 0 is always there.
    pub groups: Vec<(GroupId, GroupName)>,
    /// The contacts on any list, in the order of account numbers.
    pub contacts: Vec<Contact>,
}

/// A contact on a person's lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The account.
    pub account: AccountId,
    /// The contact's handle.
    pub handle: Handle,
    /// The name under which the list's owner keeps the contact.
    pub name: FriendlyName,
    /// The lists the contact is on: at least one.
    pub lists: ListFlags,
    /// The groups the contact is in: at least one if on the forward list, else none.
    pub groups: GroupSet,
    /// The properties that a contact on the forward list shows; empty if the contact does not allow
    /// the list's owner to see it.
    pub properties: SharedProperties,
}
