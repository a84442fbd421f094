//! A contact in the words that scripts rely on.

use msnp::List;
use msnp_client::{Client, Contact, Group};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::names::status_name;

/// A contact, as in `contacts --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ContactEntry {
    pub(crate) who: String,
    pub(crate) name: String,
    pub(crate) status: String,
    pub(crate) lists: Vec<String>,
    pub(crate) groups: Vec<String>,
}

impl ContactEntry {
    fn new(contact: &Contact, groups: &[Group]) -> Self {
        let is_in = |group: &&Group| contact.groups.contains(&group.id);
        Self {
            who: contact.handle.to_string(),
            name: contact.name.text().into_owned(),
            status: status_name(contact.presence.as_ref().map(|presence| presence.status)).to_owned(),
            lists: list_names(contact).into_iter().map(str::to_owned).collect(),
            groups: groups.iter().filter(is_in).map(|group| group.name.clone()).collect(),
        }
    }
}

/// The lists that a contact is on.
pub(crate) fn list_names(contact: &Contact) -> Vec<&'static str> {
    let names = [
        (List::Forward, "forward"),
        (List::Allow, "allow"),
        (List::Block, "block"),
        (List::Reverse, "reverse"),
    ];
    names.into_iter().filter(|(list, _)| contact.lists.contains(*list)).map(|(_, name)| name).collect()
}

/// The contact list, in the words that scripts rely on.
pub(super) fn contacts_as_json(client: &Client) -> Value {
    let groups = client.groups();
    let contacts = client.contacts();
    let entries: Vec<_> = contacts.iter().map(|contact| ContactEntry::new(contact, &groups)).collect();
    let groups: Vec<_> = groups.into_iter().map(|group| group.name).collect();
    json!({ "contacts": entries, "groups": groups })
}
