//! The lists of somebody signed in, as they stand in memory: changes that have been committed are
//! taken over here.

use msnp::{FriendlyName, Handle, List, ListFlags};
use papillon_store::{AccountId, Contact, GroupSet, Roster};

/// Somebody on one of the lists.
pub(crate) fn contact(roster: &Roster, account: AccountId) -> Option<&Contact> {
    position(roster, account).ok().map(|at| &roster.contacts[at])
}

/// Puts somebody on a list. The name is for somebody who is on none yet, or new on the forward list.
pub(crate) fn put_on(
    roster: &mut Roster,
    list: List,
    account: AccountId,
    handle: &Handle,
    name: &FriendlyName,
) {
    let at = position(roster, account).unwrap_or_else(|at| {
        let contact = Contact {
            account,
            handle: handle.clone(),
            name: name.clone(),
            lists: ListFlags::NONE,
            groups: GroupSet::default(),
            properties: Box::default(),
        };
        roster.contacts.insert(at, contact);
        at
    });
    let contact = &mut roster.contacts[at];
    contact.lists = contact.lists.with(list);
    // Clients send the handle for a name when they allow or block somebody, and being listed by
    // somebody changes nothing either: only a new contact gets the name that is given.
    if list == List::Forward {
        contact.name = name.clone();
    }
}

/// Takes somebody off a list; who is on none is forgotten.
pub(crate) fn take_off(roster: &mut Roster, list: List, account: AccountId) {
    let Ok(at) = position(roster, account) else { return };
    let contact = &mut roster.contacts[at];
    contact.lists = contact.lists.without(list);
    if list == List::Forward {
        contact.groups = GroupSet::default();
        contact.properties = Box::default();
    }
    if contact.lists.is_empty() {
        roster.contacts.remove(at);
    }
}

/// Changes the entry of somebody who is on a list.
pub(crate) fn edit(roster: &mut Roster, account: AccountId, change: impl FnOnce(&mut Contact)) {
    if let Ok(at) = position(roster, account) {
        change(&mut roster.contacts[at]);
    }
}

fn position(roster: &Roster, account: AccountId) -> Result<usize, usize> {
    roster.contacts.binary_search_by_key(&account, |contact| contact.account)
}
