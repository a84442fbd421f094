//! The outcome of a list change: its meaning for each person that it concerns.

use std::sync::Arc;

use msnp::{AddPrompt, FriendlyName, GroupId, GroupName, Handle, List, ListVersion, Privacy};
use msnp::{PropertyKey, PropertyValue};

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

/// A change of lists that is on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The change that the owner asked for: the content of a reply. Its version is the owner's present one.
    pub own: ListChange,
    /// The change of each person's lists: the owner's first, then the others' by account number, each person once.
    /// Empty if the lists were so before; then no version has grown.
    pub changes: Vec<(AccountId, ListChange)>,
}

impl Committed {
    /// A change of the owner's lists alone.
    pub(crate) fn alone(owner: AccountId, version: ListVersion, event: ListEvent) -> Self {
        let own = ListChange::new(version, Arc::new(event));
        Self { changes: vec![(owner, own.clone())], own }
    }

    /// A request that has changed nothing.
    pub(crate) fn nothing(version: ListVersion, event: ListEvent) -> Self {
        Self { own: ListChange::new(version, Arc::new(event)), changes: Vec::new() }
    }

    /// Adds an event of others, with their new versions. The owner can be one of them.
    pub(crate) fn with_others(mut self, others: &[(AccountId, ListVersion)], event: ListEvent) -> Self {
        let event = Arc::new(event);
        let owner = self.changes.first().map(|(owner, _)| *owner);
        for (account, version) in others {
            // One entry for each person, so that a version is told once: the owner's own entry takes both events.
            match self.changes.first_mut() {
                Some((_, own)) if owner == Some(*account) => own.mirror = Some(Arc::clone(&event)),
                _ => self.changes.push((*account, ListChange::new(*version, Arc::clone(&event)))),
            }
        }
        self
    }
}

/// The change of one person's lists by one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListChange {
    /// The version of that person's lists with this change. The version before it is lower by one.
    pub version: ListVersion,
    /// The event. All others that a transaction concerns share one.
    pub event: Arc<ListEvent>,
    /// A second event of the same transaction, for the person as the other side: only for a person on a list of
    /// their own.
    pub mirror: Option<Arc<ListEvent>>,
}

impl ListChange {
    /// A change with one event.
    pub fn new(version: ListVersion, event: Arc<ListEvent>) -> Self {
        Self { version, event, mirror: None }
    }

    /// All events: one, or two.
    pub fn events(&self) -> impl Iterator<Item = &ListEvent> {
        std::iter::once(&*self.event).chain(self.mirror.as_deref())
    }
}

/// An account as a list change names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The account's number.
    pub account: AccountId,
    /// The account's handle.
    pub handle: Handle,
}

/// An event in a person's lists, groups, settings and properties. The person is called the owner.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListEvent {
    /// A contact was put on the forward list, or into one more group of it.
    ForwardAdded {
        /// The contact.
        contact: Person,
        /// The name that the request gave. It is kept if the contact is new on the list.
        name: FriendlyName,
        /// The group in which the contact is now.
        group: GroupId,
        /// Whether the contact was not on the list before.
        is_new: bool,
        /// The properties that the contact shows to the owner.
        properties: SharedProperties,
    },
    /// A contact was taken off the forward list, or out of a group of it.
    ForwardRemoved {
        /// The contact.
        contact: Person,
        /// The group that the request named; the contact is in it no longer.
        group: Option<GroupId>,
        /// Whether the contact is off the list: without a group in the request, or out of the last group.
        leaves_list: bool,
    },
    /// A contact was put on the allow or block list.
    PrivacyAdded {
        /// The list.
        list: PrivacyList,
        /// The contact.
        contact: Person,
        /// The name that the request gave. It is kept if the contact was on no list before.
        name: FriendlyName,
        /// Whether the contact was on no list before.
        is_new: bool,
    },
    /// A contact was taken off the allow or block list.
    PrivacyRemoved {
        /// The list.
        list: PrivacyList,
        /// The contact.
        contact: Person,
    },
    /// The owner keeps a contact under another name.
    ContactRenamed {
        /// The contact.
        contact: Person,
        /// The new name.
        name: FriendlyName,
    },
    /// The owner has another display name.
    Renamed {
        /// The new name.
        name: FriendlyName,
    },
    /// The client asks, or does not ask, about accounts that add the owner.
    PromptSet(AddPrompt),
    /// People on neither privacy list may see the owner, or may not.
    PrivacySet(Privacy),
    /// There is one more group.
    GroupAdded {
        /// Its number.
        group: GroupId,
        /// Its name.
        name: GroupName,
    },
    /// A group has another name.
    GroupRenamed {
        /// Its number.
        group: GroupId,
        /// The new name.
        name: GroupName,
    },
    /// A group is gone.
    GroupRemoved {
        /// Its number.
        group: GroupId,
        /// The contacts that were in no other group and so left the forward list, by account number.
        dropped: Vec<AccountId>,
    },
    /// The owner has set a property, or unset it with an empty value.
    PropertySet {
        /// The property.
        key: PropertyKey,
        /// The new value.
        value: PropertyValue,
    },
    /// Another person has put the owner on their forward list, and so is on the owner's reverse list.
    ListedBy {
        /// The other person.
        person: Person,
        /// The other person's display name. It is kept if that person was on no list of the owner before.
        name: FriendlyName,
        /// Whether the other person was on no list of the owner before.
        is_new: bool,
    },
    /// Another person has taken the owner off their forward list.
    UnlistedBy {
        /// The other person.
        person: Person,
    },
    /// A contact begins to show its properties to the owner, or ceases to.
    PropertiesShown {
        /// The contact.
        contact: Person,
        /// All properties that the contact shows now; none if it ceases to.
        properties: SharedProperties,
    },
    /// A contact that shows its properties has set one, or unset it with an empty value.
    ContactPropertySet {
        /// The contact.
        contact: Person,
        /// The property.
        key: PropertyKey,
        /// The new value.
        value: PropertyValue,
    },
}
