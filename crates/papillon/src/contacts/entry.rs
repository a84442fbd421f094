//! Somebody on the contact list, in the words that scripts rely on.

use msnp::List;
use msnp_client::{Contact, Group};
use serde::{Deserialize, Serialize};

use crate::client::status_name;

/// Somebody on a list, as `contacts --json` tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) who: String,
    pub(super) name: String,
    pub(super) status: String,
    pub(super) lists: Vec<String>,
    pub(super) groups: Vec<String>,
}

impl Entry {
    pub(super) fn new(contact: &Contact, groups: &[Group]) -> Self {
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

/// The lists somebody is on.
pub(crate) fn list_names(contact: &Contact) -> Vec<&'static str> {
    let names = [
        (List::Forward, "forward"),
        (List::Allow, "allow"),
        (List::Block, "block"),
        (List::Reverse, "reverse"),
    ];
    names.into_iter().filter(|(list, _)| contact.lists.contains(*list)).map(|(_, name)| name).collect()
}
