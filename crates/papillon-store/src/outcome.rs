//! What a committed change of lists means for each person whom it concerns.

use std::sync::Arc;

use msnp::{AddPrompt, FriendlyName, GroupId, GroupName, Handle, List, ListVersion, Privacy};
use msnp::{PropertyKey, PropertyValue};

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

/// A change of lists that is on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// What the owner asked for: the content of a reply. Its version is the owner's present one.
    pub own: ListChange,
    /// What the transaction means for each person whose lists it has changed: the owner first, then the others by
    /// account number, each person once. Empty if everything had been so before, and no version has grown.
    pub changes: Vec<(AccountId, ListChange)>,
}

impl Committed {
    /// A change of the owner's lists alone.
    pub(crate) fn alone(owner: AccountId, version: ListVersion, event: ListEvent) -> Self {
        let own = ListChange::new(version, Arc::new(event));
        Self { changes: vec![(owner, own.clone())], own }
    }

    /// A request for what had been so before.
    pub(crate) fn nothing(version: ListVersion, event: ListEvent) -> Self {
        Self { own: ListChange::new(version, Arc::new(event)), changes: Vec::new() }
    }

    /// Adds that `event` has happened to others, who have these versions now. The owner can be one of them.
    pub(crate) fn with_others(mut self, others: &[(AccountId, ListVersion)], event: ListEvent) -> Self {
        let event = Arc::new(event);
        let owner = self.changes.first().map(|(owner, _)| *owner);
        for (account, version) in others {
            match self.changes.first_mut() {
                Some((_, own)) if owner == Some(*account) => own.mirror = Some(Arc::clone(&event)),
                _ => self.changes.push((*account, ListChange::new(*version, Arc::clone(&event)))),
            }
        }
        self
    }
}

/// What one transaction means for one person's lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListChange {
    /// The version of that person's lists with this change. The version before it is lower by one.
    pub version: ListVersion,
    /// What has happened. All others whom a transaction concerns share one event.
    pub event: Arc<ListEvent>,
    /// What the same transaction means for the person as the other side: only where somebody is on a list of
    /// their own.
    pub mirror: Option<Arc<ListEvent>>,
}

impl ListChange {
    /// A change with one event.
    pub fn new(version: ListVersion, event: Arc<ListEvent>) -> Self {
        Self { version, event, mirror: None }
    }

    /// Everything that has happened: one event, or two.
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

/// What happens to a person's lists, groups, settings and properties.
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
        /// What the contact shows of itself to the owner.
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
        /// Which of the two.
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
        /// Which of the two.
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
        /// Which.
        key: PropertyKey,
        /// The new value.
        value: PropertyValue,
    },
    /// Somebody has put the owner on a forward list: they are on the owner's reverse list.
    ListedBy {
        /// Who has.
        person: Person,
        /// Their display name. It is kept if they were on no list of the owner before.
        name: FriendlyName,
        /// Whether they were on no list of the owner before.
        is_new: bool,
    },
    /// Somebody has taken the owner off their forward list.
    UnlistedBy {
        /// Who has.
        person: Person,
    },
    /// A contact begins to show its properties to the owner, or ceases to.
    PropertiesShown {
        /// The contact.
        contact: Person,
        /// Everything that the contact shows now: nothing if it ceases to.
        properties: SharedProperties,
    },
    /// A contact that shows its properties has set one, or unset it with an empty value.
    ContactPropertySet {
        /// The contact.
        contact: Person,
        /// Which.
        key: PropertyKey,
        /// The new value.
        value: PropertyValue,
    },
}
