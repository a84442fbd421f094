//! A person's lists as a store would change them: each request is carried out or refused, and a change says what it
//! was.

use std::collections::{BTreeMap, BTreeSet};

use msnp::{
    AddPrompt, FriendlyName, GroupId, GroupName, Handle, List, ListFlags, ListVersion, Privacy, PropertyKey,
    PropertyValue,
};
use papillon_store::{
    AccountId, Card, Contact, GroupSet, ListChange, ListEvent, Person, PrivacyList, Roster, SharedProperties,
};

/// How many contacts there are, and the person is one of them.
const CONTACTS: u8 = 4;
const OWNER: i64 = 0;

/// Steps that put everybody on some list.
pub(super) const SOME_CONTACTS: &[(u8, u8, u8)] = &[(0, 1, 0), (0, 2, 0), (0, 3, 0), (4, 1, 1), (9, 2, 0)];

#[derive(Default, Clone, PartialEq)]
struct Entry {
    lists: Vec<List>,
    groups: BTreeSet<u8>,
    name: String,
    properties: BTreeMap<PropertyKey, PropertyValue>,
}

/// The person.
pub(super) struct Model {
    version: u32,
    name: String,
    prompt: AddPrompt,
    privacy: Privacy,
    properties: BTreeMap<PropertyKey, PropertyValue>,
    groups: BTreeMap<u8, String>,
    contacts: BTreeMap<i64, Entry>,
    counter: u32,
}

pub(super) fn person(number: u8) -> Person {
    let handle = Handle::parse(&format!("p{number}@example.com")).unwrap();
    Person { account: AccountId(number.into()), handle }
}

pub(super) fn name(text: &str) -> FriendlyName {
    FriendlyName::parse(text).unwrap()
}

fn group(number: u8) -> GroupId {
    GroupId::new(number).unwrap()
}

impl Model {
    pub(super) fn new() -> Self {
        Self {
            version: 1,
            name: "me".into(),
            prompt: AddPrompt::Ask,
            privacy: Privacy::AllowUnlisted,
            properties: BTreeMap::new(),
            groups: BTreeMap::from([(0, "Other".into())]),
            contacts: BTreeMap::new(),
            counter: 0,
        }
    }

    pub(super) fn reverse_list(&self) -> BTreeSet<AccountId> {
        let listing = self.contacts.iter().filter(|(_, entry)| entry.lists.contains(&List::Reverse));
        listing.map(|(account, _)| AccountId(*account)).collect()
    }

    /// As the store would read it.
    pub(super) fn stored(&self) -> (FriendlyName, Roster) {
        let card = |account: i64, entry: &Entry| Card {
            account: AccountId(account),
            handle: person(account as u8).handle,
            name: name(&entry.name),
            properties: shared(&entry.properties),
        };
        let contacts = self.contacts.iter().map(|(account, entry)| Contact {
            card: card(*account, entry).into(),
            lists: entry.lists.iter().fold(ListFlags::NONE, |lists, list| lists.with(*list)),
            groups: entry.groups.iter().map(|number| group(*number)).collect::<GroupSet>(),
        });
        let groups = self.groups.iter();
        let roster = Roster {
            version: ListVersion(self.version),
            prompt: self.prompt,
            privacy: self.privacy,
            properties: shared(&self.properties).into_vec(),
            groups: groups.map(|(number, name)| (group(*number), GroupName::parse(name).unwrap())).collect(),
            contacts: contacts.collect::<Vec<_>>().into(),
        };
        (name(&self.name), roster)
    }

    /// One request, of the person or of somebody else. `None` if it is refused or changes nothing.
    pub(super) fn step(&mut self, (kind, who, what): (u8, u8, u8)) -> Option<ListChange> {
        self.counter += 1;
        let happened = self.carry_out(kind, person(who % CONTACTS), what);
        self.contacts.retain(|_, entry| !entry.lists.is_empty());
        let (event, mirror) = happened?;
        self.version += 1;
        let mut change = ListChange::new(ListVersion(self.version), event.into());
        change.mirror = mirror.map(Into::into);
        Some(change)
    }

    fn carry_out(&mut self, kind: u8, contact: Person, what: u8) -> Option<(ListEvent, Option<ListEvent>)> {
        Some(match kind % 15 {
            0 | 1 => self.add_to_forward(contact, what)?,
            2 | 3 => self.remove_from_forward(contact, what)?,
            4 | 5 => (self.add_to_privacy(contact, what)?, None),
            6 => (self.remove_from_privacy(contact)?, None),
            7 => (self.rename_contact(contact)?, None),
            8 => (self.set_own(what)?, None),
            9 | 10 => (self.be_listed(contact)?, None),
            11 => (self.be_unlisted(contact)?, None),
            12 => (self.see_properties(contact, what)?, None),
            13 => (self.change_groups(what)?, None),
            _ => self.remove_group(what)?,
        })
    }

    fn fresh(&self) -> String {
        format!("n{}", self.counter)
    }

    /// The entry, and whether it is on no list.
    fn entry(&mut self, contact: &Person) -> (&mut Entry, bool) {
        let entry = self.contacts.entry(contact.account.0).or_default();
        let is_new = entry.lists.is_empty();
        (entry, is_new)
    }

    fn add_to_forward(&mut self, contact: Person, what: u8) -> Option<(ListEvent, Option<ListEvent>)> {
        let number = what % 4;
        let fresh = self.fresh();
        let value = value(&fresh);
        let is_group = self.groups.contains_key(&number);
        let owner_name = name(&self.name);
        let (entry, _) = self.entry(&contact);
        if !is_group || entry.groups.contains(&number) {
            return None;
        }
        entry.groups.insert(number);
        let is_new = !entry.lists.contains(&List::Forward);
        entry.properties = if what & 64 == 0 { BTreeMap::new() } else { BTreeMap::from([value]) };
        let properties = shared(&entry.properties);
        let mut mirror = None;
        if is_new {
            entry.name = fresh.clone();
            entry.lists.push(List::Forward);
            if contact.account.0 == OWNER {
                entry.lists.push(List::Reverse);
                mirror =
                    Some(ListEvent::ListedBy { person: contact.clone(), name: owner_name, is_new: false });
            }
        }
        Some((
            ListEvent::ForwardAdded { contact, name: name(&fresh), group: group(number), is_new, properties },
            mirror,
        ))
    }

    fn remove_from_forward(&mut self, contact: Person, what: u8) -> Option<(ListEvent, Option<ListEvent>)> {
        let (entry, _) = self.entry(&contact);
        if !entry.lists.contains(&List::Forward) {
            return None;
        }
        let from = (what & 128 == 0).then_some(what % 4);
        if let Some(number) = from
            && !entry.groups.remove(&number)
        {
            return None;
        }
        let leaves_list = from.is_none() || entry.groups.is_empty();
        let mut mirror = None;
        if leaves_list {
            leave(entry);
            if contact.account.0 == OWNER {
                entry.lists.retain(|list| *list != List::Reverse);
                mirror = Some(ListEvent::UnlistedBy { person: contact.clone() });
            }
        }
        Some((ListEvent::ForwardRemoved { contact, group: from.map(group), leaves_list }, mirror))
    }

    fn add_to_privacy(&mut self, contact: Person, what: u8) -> Option<ListEvent> {
        let fresh = self.fresh();
        let list = if what & 1 == 0 { PrivacyList::Allow } else { PrivacyList::Block };
        let (entry, is_new) = self.entry(&contact);
        if entry.lists.contains(&List::Allow) || entry.lists.contains(&List::Block) {
            return None;
        }
        entry.lists.push(list.list());
        if is_new {
            entry.name = fresh.clone();
        }
        Some(ListEvent::PrivacyAdded { list, contact, name: name(&fresh), is_new })
    }

    fn remove_from_privacy(&mut self, contact: Person) -> Option<ListEvent> {
        let (entry, _) = self.entry(&contact);
        let list = [PrivacyList::Allow, PrivacyList::Block]
            .into_iter()
            .find(|list| entry.lists.contains(&list.list()))?;
        entry.lists.retain(|other| *other != list.list());
        Some(ListEvent::PrivacyRemoved { list, contact })
    }

    fn rename_contact(&mut self, contact: Person) -> Option<ListEvent> {
        let fresh = self.fresh();
        let (entry, is_new) = self.entry(&contact);
        entry.name = fresh.clone();
        (!is_new).then(|| ListEvent::ContactRenamed { contact, name: name(&fresh) })
    }

    fn set_own(&mut self, what: u8) -> Option<ListEvent> {
        let fresh = self.fresh();
        match what % 4 {
            0 => {
                self.name = fresh.clone();
                Some(ListEvent::Renamed { name: name(&fresh) })
            }
            1 => {
                self.prompt = if self.prompt == AddPrompt::Ask { AddPrompt::Never } else { AddPrompt::Ask };
                Some(ListEvent::PromptSet(self.prompt))
            }
            2 => {
                let other = self.privacy == Privacy::AllowUnlisted;
                self.privacy = if other { Privacy::BlockUnlisted } else { Privacy::AllowUnlisted };
                Some(ListEvent::PrivacySet(self.privacy))
            }
            _ => {
                let (key, value) = value(&fresh);
                let value = if what & 64 == 0 { value } else { PropertyValue::default() };
                set(&mut self.properties, key, &value);
                Some(ListEvent::PropertySet { key, value })
            }
        }
    }

    fn be_listed(&mut self, person: Person) -> Option<ListEvent> {
        let fresh = self.fresh();
        let (entry, is_new) = self.entry(&person);
        if person.account.0 == OWNER || entry.lists.contains(&List::Reverse) {
            return None;
        }
        entry.lists.push(List::Reverse);
        if is_new {
            entry.name = fresh.clone();
        }
        Some(ListEvent::ListedBy { person, name: name(&fresh), is_new })
    }

    fn be_unlisted(&mut self, person: Person) -> Option<ListEvent> {
        let (entry, _) = self.entry(&person);
        if person.account.0 == OWNER || !entry.lists.contains(&List::Reverse) {
            return None;
        }
        entry.lists.retain(|list| *list != List::Reverse);
        Some(ListEvent::UnlistedBy { person })
    }

    /// Somebody on the forward list shows other properties.
    fn see_properties(&mut self, contact: Person, what: u8) -> Option<ListEvent> {
        let (key, value) = value(&self.fresh());
        let (entry, _) = self.entry(&contact);
        if !entry.lists.contains(&List::Forward) {
            return None;
        }
        if what & 1 == 0 {
            entry.properties = if what & 2 == 0 { BTreeMap::new() } else { BTreeMap::from([(key, value)]) };
            return Some(ListEvent::PropertiesShown { contact, properties: shared(&entry.properties) });
        }
        let value = if what & 2 == 0 { value } else { PropertyValue::default() };
        set(&mut entry.properties, key, &value);
        Some(ListEvent::ContactPropertySet { contact, key, value })
    }

    fn change_groups(&mut self, what: u8) -> Option<ListEvent> {
        let text = self.fresh();
        let name = GroupName::parse(&text).unwrap();
        if what & 1 == 0 {
            let number = what / 2 % 4;
            *self.groups.get_mut(&number)? = text;
            return Some(ListEvent::GroupRenamed { group: group(number), name });
        }
        let number = (1..4).find(|number| !self.groups.contains_key(number))?;
        self.groups.insert(number, text);
        Some(ListEvent::GroupAdded { group: group(number), name })
    }

    fn remove_group(&mut self, what: u8) -> Option<(ListEvent, Option<ListEvent>)> {
        let number = what % 4;
        if number == 0 {
            return None;
        }
        self.groups.remove(&number)?;
        let mut dropped = Vec::new();
        let mut mirror = None;
        for (account, entry) in &mut self.contacts {
            if entry.groups.remove(&number) && entry.groups.is_empty() {
                leave(entry);
                dropped.push(AccountId(*account));
                if *account == OWNER {
                    entry.lists.retain(|list| *list != List::Reverse);
                    mirror = Some(ListEvent::UnlistedBy { person: person(0) });
                }
            }
        }
        Some((ListEvent::GroupRemoved { group: group(number), dropped }, mirror))
    }
}

fn leave(entry: &mut Entry) {
    entry.lists.retain(|list| *list != List::Forward);
    entry.groups.clear();
    entry.properties.clear();
}

fn set(properties: &mut BTreeMap<PropertyKey, PropertyValue>, key: PropertyKey, value: &PropertyValue) {
    if value.is_empty() {
        properties.remove(&key);
    } else {
        properties.insert(key, value.clone());
    }
}

/// One of the phones, by the text.
fn value(text: &str) -> (PropertyKey, PropertyValue) {
    let keys = [PropertyKey::HomePhone, PropertyKey::WorkPhone, PropertyKey::MobilePhone];
    let key = keys[text.bytes().map(usize::from).sum::<usize>() % keys.len()];
    (key, PropertyValue::parse(key, text).unwrap())
}

fn shared(properties: &BTreeMap<PropertyKey, PropertyValue>) -> SharedProperties {
    properties.iter().map(|(key, value)| (*key, value.clone())).collect()
}
