//! The roster: the people on the lists, with names that can be drawn.

use msnp::{GroupId, Handle, List, ListFlags, Status};
use msnp_client::{Client, Contact};

use crate::clean;

/// Somebody on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    /// The account.
    pub(crate) handle: Handle,
    /// The name, cleaned; can be empty.
    pub(crate) name: String,
    /// The lists.
    pub(crate) lists: ListFlags,
    /// The groups.
    pub(crate) groups: Vec<GroupId>,
    /// `None` while offline.
    pub(crate) status: Option<Status>,
}

impl Person {
    /// Whether they are on the forward list.
    pub(crate) fn is_listed(&self) -> bool {
        self.lists.contains(List::Forward)
    }

    /// Whether they are blocked.
    pub(crate) fn is_blocked(&self) -> bool {
        self.lists.contains(List::Block)
    }

    /// Whether they added this account and have no answer.
    pub(crate) fn is_waiting(&self) -> bool {
        let answered = self.lists.contains(List::Allow) || self.is_blocked() || self.is_listed();
        self.lists.contains(List::Reverse) && !answered
    }

    /// Whether this account is on their list too.
    pub(crate) fn is_mutual(&self) -> bool {
        self.lists.contains(List::Reverse)
    }

    /// The name, or the account where there is none.
    pub(crate) fn title(&self) -> &str {
        if self.name.is_empty() { self.handle.as_str() } else { &self.name }
    }
}

impl From<Contact> for Person {
    fn from(contact: Contact) -> Self {
        Self {
            name: clean::line(&contact.name.text()),
            handle: contact.handle,
            lists: contact.lists,
            groups: contact.groups,
            status: contact.presence.map(|presence| presence.status),
        }
    }
}

/// Everybody, and the own account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Roster {
    /// The own account.
    pub(crate) own: Handle,
    /// The own name, cleaned.
    pub(crate) name: String,
    /// The own status.
    pub(crate) status: Status,
    /// Everybody on any list.
    pub(crate) people: Vec<Person>,
    /// The groups and their names, cleaned.
    pub(crate) groups: Vec<(GroupId, String)>,
    /// The shortcuts of the own custom emoticons.
    pub(crate) emoticons: Vec<String>,
}

impl Roster {
    /// As the client knows it now.
    pub(crate) fn of(client: &Client) -> Self {
        let groups = client.groups().into_iter().map(|group| (group.id, clean::line(&group.name)));
        Self {
            own: client.account().clone(),
            name: clean::line(&client.name().text()),
            status: client.status(),
            people: client.contacts().into_iter().map(Person::from).collect(),
            groups: groups.collect(),
            emoticons: client.emoticons(),
        }
    }

    /// Somebody on a list.
    pub(crate) fn find(&self, who: &Handle) -> Option<&Person> {
        self.people.iter().find(|person| person.handle == *who)
    }

    /// The person that a word or a name means: an address, or a name or the beginning of one that
    /// only one person has. The error is for the user.
    pub(crate) fn resolve(&self, text: &str) -> Result<Handle, String> {
        // An address need not be on the list.
        if let Ok(handle) = Handle::parse(text) {
            return Ok(handle);
        }
        let wanted = text.to_lowercase();
        let names = |fits: &dyn Fn(&str) -> bool| {
            let mut people = self
                .people
                .iter()
                .filter(|person| fits(&person.name.to_lowercase()) || fits(person.handle.as_str()));
            (people.next().map(|person| person.handle.clone()), people.next().is_some())
        };
        // A whole name goes before the beginnings of others: Ann is not Anna.
        let (exact, several) = names(&|name| name == wanted);
        match (exact, several) {
            (Some(handle), false) => return Ok(handle),
            (_, true) => return Err(format!("several people are called {text}: write the address")),
            _ => {}
        }
        match names(&|name| name.starts_with(&wanted)) {
            (Some(handle), false) => Ok(handle),
            (_, true) => Err(format!("several people's names begin with {text}: write more of it")),
            _ => Err(format!("there is nobody called {text} on your list")),
        }
    }
}
