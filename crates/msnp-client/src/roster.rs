//! The lists: the accounts on them, their groups and their presence.

use std::collections::BTreeMap;

use msnp::object::MsnObject;
use msnp::{
    ClientCapabilities, Dialect, EncodedObject, FriendlyName, GroupId, GroupName, Handle, List, ListFlags,
    Privacy, Status,
};

use crate::{Contact, Group, Presence};

/// The lists as the service last sent them.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    contacts: BTreeMap<Handle, Contact>,
    groups: BTreeMap<GroupId, String>,
    privacy: Privacy,
}

impl Roster {
    pub(crate) fn contacts(&self) -> Vec<Contact> {
        self.contacts.values().cloned().collect()
    }

    pub(crate) fn contact(&self, who: &Handle) -> Option<&Contact> {
        self.contacts.get(who)
    }

    pub(crate) fn groups(&self) -> Vec<Group> {
        self.groups.iter().map(|(id, name)| Group { id: *id, name: name.clone() }).collect()
    }

    pub(crate) const fn privacy(&self) -> Privacy {
        self.privacy
    }

    pub(crate) fn set_privacy(&mut self, privacy: Privacy) {
        self.privacy = privacy;
    }

    /// The capabilities of an online contact's client.
    fn capabilities(&self, who: &Handle) -> Option<ClientCapabilities> {
        self.contact(who)?.presence.as_ref().map(|presence| presence.capabilities)
    }

    /// Whether an account's client is from before MSN Messenger 6, or this client pretends to be. Such
    /// clients know nothing of packets and must not be sent any (HYP *MSNC1*).
    pub(crate) fn is_old(&self, who: &Handle, own: Dialect) -> bool {
        let theirs = self.capabilities(who);
        !own.has_objects() || theirs.is_some_and(|capabilities| capabilities.msnc() == 0)
    }

    pub(crate) fn set_group(&mut self, id: GroupId, name: &GroupName) {
        self.groups.insert(id, name.text().into_owned());
    }

    /// Removes a group; its contacts that are in no other go off the forward list with it (YW).
    pub(crate) fn remove_group(&mut self, id: GroupId) {
        self.groups.remove(&id);
        for contact in self.contacts.values_mut().filter(|contact| contact.groups.contains(&id)) {
            contact.groups.retain(|group| *group != id);
            if contact.groups.is_empty() {
                // The other lists stay: a contact may still be blocked.
                contact.lists = contact.lists.without(List::Forward);
                contact.presence = None;
            }
        }
        self.contacts.retain(|_, contact| !contact.lists.is_empty());
    }

    /// A line of the full list.
    pub(crate) fn put(&mut self, handle: Handle, name: FriendlyName, lists: ListFlags, groups: Vec<GroupId>) {
        let contact = Contact { handle: handle.clone(), name, lists, groups, presence: None };
        self.contacts.insert(handle, contact);
    }

    pub(crate) fn add(
        &mut self,
        list: List,
        handle: &Handle,
        name: FriendlyName,
        group: Option<GroupId>,
    ) -> Contact {
        let contact = self.contacts.entry(handle.clone()).or_insert_with(|| Contact {
            handle: handle.clone(),
            name,
            lists: ListFlags::NONE,
            groups: Vec::new(),
            presence: None,
        });
        contact.lists = contact.lists.with(list);
        if let Some(group) = group.filter(|group| list == List::Forward && !contact.groups.contains(group)) {
            contact.groups.push(group);
        }
        contact.clone()
    }

    /// Takes a contact off a list, or out of a group: with its last group it is off the forward list. Returns
    /// whether it is off the list.
    pub(crate) fn remove(&mut self, list: List, handle: &Handle, group: Option<GroupId>) -> bool {
        let Some(contact) = self.contacts.get_mut(handle) else { return true };
        if let Some(group) = group {
            contact.groups.retain(|own| *own != group);
            if !contact.groups.is_empty() {
                return false;
            }
        }
        contact.lists = contact.lists.without(list);
        if list == List::Forward {
            contact.groups.clear();
            contact.presence = None;
        }
        if contact.lists.is_empty() {
            self.contacts.remove(handle);
        }
        true
    }

    pub(crate) fn rename(&mut self, handle: &Handle, name: FriendlyName) {
        if let Some(contact) = self.contacts.get_mut(handle) {
            contact.name = name;
        }
    }

    /// Notes that a contact is online, or changed. Returns its present state, and whether it was offline before.
    pub(crate) fn online(
        &mut self,
        handle: &Handle,
        name: &FriendlyName,
        status: Status,
        capabilities: ClientCapabilities,
        object: Option<&EncodedObject>,
    ) -> (Presence, bool) {
        // A description that cannot be read is a contact without a picture, not without presence.
        let picture = object.and_then(|object| MsnObject::from_encoded(object).ok());
        let presence = Presence { status, capabilities, picture };
        let mut came = false;
        if let Some(contact) = self.contacts.get_mut(handle) {
            contact.name = name.clone();
            // The service repeats `NLN` for each change: only the first one since `FLN` is a coming.
            came = contact.presence.replace(presence.clone()).is_none();
        }
        (presence, came)
    }

    /// Notes that a contact went offline. Returns its last name.
    pub(crate) fn offline(&mut self, handle: &Handle) -> Option<FriendlyName> {
        let contact = self.contacts.get_mut(handle)?;
        contact.presence = None;
        Some(contact.name.clone())
    }

    /// The connection is gone: all contacts count as offline.
    pub(crate) fn all_offline(&mut self) {
        self.contacts.values_mut().for_each(|contact| contact.presence = None);
    }
}
