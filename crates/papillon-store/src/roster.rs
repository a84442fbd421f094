//! The roster: all that a client gets at sign-in.

use std::ops::Deref;
use std::sync::Arc;

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
    /// The contacts on any list, in the order of account numbers. Shared with the store, which gives them out again as
    /// long as they are the same.
    pub contacts: Arc<Vec<Contact>>,
}

/// A contact on a person's lists, which reads as its [`Card`]. It has 16 bytes: a list is kept as long as its owner is
/// signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The account, and how the owner of the list knows it.
    pub card: Arc<Card>,
    /// The lists the contact is on: at least one.
    pub lists: ListFlags,
    /// The groups the contact is in: at least one if on the forward list, else none.
    pub groups: GroupSet,
}

/// The part of a contact that is the same on most lists that have it. The lists that one store has read share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The account.
    pub account: AccountId,
    /// The contact's handle.
    pub handle: Handle,
    /// The name under which the list's owner keeps the contact.
    pub name: FriendlyName,
    /// The properties that a contact on the forward list shows; empty if the contact does not allow
    /// the list's owner to see it.
    pub properties: SharedProperties,
}

impl Contact {
    /// Keeps the contact under another name. Other lists keep it as they did.
    pub fn rename(&mut self, name: FriendlyName) {
        Arc::make_mut(&mut self.card).name = name;
    }

    /// Replaces the properties that the contact shows. Other lists keep theirs.
    pub fn show(&mut self, properties: SharedProperties) {
        if self.card.properties != properties {
            Arc::make_mut(&mut self.card).properties = properties;
        }
    }
}

impl Deref for Contact {
    type Target = Card;

    fn deref(&self) -> &Card {
        &self.card
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_one_list_leaves_the_others() {
        let handle = Handle::parse("bob@example.com").unwrap();
        let name = FriendlyName::from(&handle);
        let card = Card { account: AccountId(1), handle, name: name.clone(), properties: Box::default() };
        let of_alice = Contact { card: card.into(), lists: ListFlags::NONE, groups: GroupSet::EMPTY };
        let (mut of_carol, mut of_dave) = (of_alice.clone(), of_alice.clone());
        of_carol.rename(FriendlyName::parse("Robert").unwrap());
        let phone = PropertyKey::HomePhone;
        of_dave.show(Box::new([(phone, PropertyValue::parse(phone, "555-1234").unwrap())]));
        of_dave.show(of_dave.properties.clone());
        assert_eq!((&of_alice.name, of_alice.properties.len()), (&name, 0));
        assert_eq!((of_carol.name.as_wire(), of_carol.properties.len()), ("Robert", 0));
        assert_eq!((&of_dave.name, of_dave.properties.len()), (&name, 1));
    }

    #[test]
    fn a_contact_is_small() {
        assert_eq!(size_of::<Contact>(), 16);
    }
}
