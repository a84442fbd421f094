//! The lists of a signed-in person in memory.

use std::sync::Arc;

use msnp::{
    AddPrompt, GroupId, GroupName, Handle, List, ListFlags, ListVersion, Privacy, PropertyKey, PropertyValue,
};
use papillon_store::{AccountId, Card, Contact, GroupSet, Person, Roster};

use super::gaps::Gaps;

/// The places of a contact's card and of its texts in memory, in bytes.
const ALLOCATIONS: usize = 112;

/// Lists, groups, settings and properties as last committed. Only [`apply`](super::apply::apply) changes them.
#[derive(Debug)]
pub(crate) struct Lists {
    roster: Roster,
    /// Kept only while a change is missing that is older than the newest.
    pub(super) gaps: Option<Box<Gaps>>,
}

impl Lists {
    /// Lists as they are stored.
    pub(crate) fn new(roster: Roster) -> Self {
        Self { roster, gaps: None }
    }

    /// Everything, for a client that asks.
    pub(crate) fn roster(&self) -> &Roster {
        &self.roster
    }

    pub(super) fn into_roster(self) -> Roster {
        self.roster
    }

    /// The version of the newest change.
    pub(crate) fn version(&self) -> ListVersion {
        self.roster.version
    }

    /// Whether people on neither privacy list may see the owner.
    pub(crate) fn privacy(&self) -> Privacy {
        self.roster.privacy
    }

    /// The owner's properties that are set.
    pub(crate) fn properties(&self) -> &[(PropertyKey, PropertyValue)] {
        &self.roster.properties
    }

    /// The contacts on any list, by account number.
    pub(crate) fn contacts(&self) -> &[Contact] {
        &self.roster.contacts
    }

    /// The memory that the contacts take, in bytes. Cards that other lists share count as this list's own, so that
    /// nobody's weight depends on others. Settings and groups are bounded, and take little.
    pub(crate) fn weight(&self) -> usize {
        let properties = |contact: &Contact| {
            contact.properties.iter().map(|(_, value)| value.as_wire().len()).sum::<usize>()
        };
        let texts = |contact: &Contact| contact.handle.as_str().len() + contact.name.as_wire().len();
        let weight =
            |contact: &Contact| size_of::<Contact>() + ALLOCATIONS + texts(contact) + properties(contact);
        self.contacts().iter().map(weight).sum()
    }

    /// The lists an account is on.
    pub(crate) fn of(&self, account: AccountId) -> ListFlags {
        self.position(account).map_or(ListFlags::NONE, |at| self.roster.contacts[at].lists)
    }

    /// Whether an account is on the forward list.
    pub(crate) fn has_forward(&self, handle: &Handle) -> bool {
        // By handle there is no order. A list change is written to the disk, so this costs little beside it.
        let mut contacts = self.roster.contacts.iter();
        contacts.any(|contact| contact.lists.contains(List::Forward) && contact.handle == *handle)
    }

    pub(super) fn reach(&mut self, version: ListVersion) {
        // Never backwards: changes can come out of order.
        self.roster.version = self.roster.version.max(version);
    }

    pub(super) fn set_prompt(&mut self, prompt: AddPrompt) {
        self.roster.prompt = prompt;
    }

    pub(super) fn set_privacy(&mut self, privacy: Privacy) {
        self.roster.privacy = privacy;
    }

    pub(super) fn set_property(&mut self, key: PropertyKey, value: &PropertyValue) {
        put_property(&mut self.roster.properties, key, value);
    }

    /// Gives a group a name; makes it if it is not there.
    pub(super) fn name_group(&mut self, group: GroupId, name: &GroupName) {
        let groups = &mut self.roster.groups;
        match groups.binary_search_by_key(&group, |(group, _)| *group) {
            Ok(at) => groups[at].1 = name.clone(),
            Err(at) => groups.insert(at, (group, name.clone())),
        }
    }

    pub(super) fn remove_group(&mut self, group: GroupId) {
        self.roster.groups.retain(|(known, _)| *known != group);
    }

    /// Changes the entry of a contact. An entry on no list afterwards is forgotten, or set aside while an older change
    /// can still come.
    pub(super) fn edit(
        &mut self,
        mut gaps: Option<&mut Gaps>,
        person: &Person,
        edit: impl FnOnce(&mut Contact),
    ) {
        let contacts = Arc::make_mut(&mut self.roster.contacts);
        // Every look-up relies on the order by account number.
        let gone = match contacts.binary_search_by_key(&person.account, |contact| contact.account) {
            Ok(at) => {
                edit(&mut contacts[at]);
                if !contacts[at].lists.is_empty() {
                    return;
                }
                contacts.remove(at)
            }
            Err(at) => {
                let kept = gaps.as_mut().and_then(|gaps| gaps.take_back(person.account));
                let mut contact = kept.unwrap_or_else(|| on_no_list(person));
                edit(&mut contact);
                if !contact.lists.is_empty() {
                    contacts.insert(at, contact);
                    return;
                }
                contact
            }
        };
        // An older change may put it on a list again, and must leave the cells alone that newer ones have set.
        if let Some(gaps) = gaps {
            gaps.set_aside.push(gone);
        }
    }

    /// The same by account number. An unknown contact is left alone.
    pub(super) fn edit_known(
        &mut self,
        gaps: Option<&mut Gaps>,
        account: AccountId,
        edit: impl FnOnce(&mut Contact),
    ) {
        let aside =
            gaps.as_ref().and_then(|gaps| gaps.set_aside.iter().find(|aside| aside.account == account));
        let known = self.position(account).ok().map(|at| &self.roster.contacts[at]).or(aside);
        let person = known.map(|contact| Person { account, handle: contact.handle.clone() });
        if let Some(person) = person {
            self.edit(gaps, &person, edit);
        }
    }

    /// Changes the entries of all contacts that are on a list, and leaves them there.
    pub(super) fn edit_all(&mut self, edit: impl FnMut(&mut Contact)) {
        Arc::make_mut(&mut self.roster.contacts).iter_mut().for_each(edit);
    }

    /// Takes an account off all lists for good.
    pub(super) fn forget(&mut self, account: AccountId) {
        if let Ok(at) = self.position(account) {
            Arc::make_mut(&mut self.roster.contacts).remove(at);
        }
        if let Some(gaps) = &mut self.gaps {
            gaps.take_back(account);
        }
    }

    fn position(&self, account: AccountId) -> Result<usize, usize> {
        self.roster.contacts.binary_search_by_key(&account, |contact| contact.account)
    }
}

fn on_no_list(person: &Person) -> Contact {
    let card = Card {
        account: person.account,
        handle: person.handle.clone(),
        name: (&person.handle).into(),
        properties: Box::default(),
    };
    Contact { card: card.into(), lists: ListFlags::NONE, groups: GroupSet::default() }
}

/// Sets or, with an empty value, unsets a property in a list kept in the order of the keys.
pub(super) fn put_property(
    properties: &mut Vec<(PropertyKey, PropertyValue)>,
    key: PropertyKey,
    value: &PropertyValue,
) {
    // A handful at most: no search is worth it.
    properties.retain(|(known, _)| *known != key);
    if !value.is_empty() {
        properties.push((key, value.clone()));
        properties.sort_unstable_by_key(|(key, _)| *key);
    }
}

#[cfg(test)]
mod tests {
    use msnp::FriendlyName;

    use super::*;

    fn person(number: i64) -> Person {
        let handle = Handle::parse(&format!("p{number}@example.com")).unwrap();
        Person { account: AccountId(number), handle }
    }

    /// A contact that has left the lists, while an older change can still name it.
    #[test]
    fn one_that_is_set_aside_is_changed_as_if_it_were_on_the_lists() {
        let roster = Roster {
            version: ListVersion(1),
            prompt: AddPrompt::Ask,
            privacy: Privacy::AllowUnlisted,
            properties: Vec::new(),
            groups: Vec::new(),
            contacts: Arc::default(),
        };
        let mut lists = Lists::new(roster);
        let mut gaps = Gaps::after(ListVersion(1));
        gaps.set_aside = vec![on_no_list(&person(1)), on_no_list(&person(2))];
        let name = FriendlyName::parse("new").unwrap();
        for number in [2, 3] {
            lists.edit_known(Some(&mut gaps), AccountId(number), |contact| contact.rename(name.clone()));
        }
        let aside = |contact: &Contact| (contact.handle.clone(), contact.name == name);
        let aside: Vec<_> = gaps.set_aside.iter().map(aside).collect();
        assert_eq!(aside, [(person(1).handle, false), (person(2).handle, true)]);

        lists.edit_known(Some(&mut gaps), AccountId(2), |contact| {
            contact.lists = contact.lists.with(List::Allow)
        });
        assert_eq!(
            lists.contacts().iter().map(|contact| &contact.handle).collect::<Vec<_>>(),
            [&person(2).handle]
        );
        assert_eq!(gaps.set_aside.len(), 1);
    }
}
