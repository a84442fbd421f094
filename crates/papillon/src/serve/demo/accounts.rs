//! The demo's accounts: two to sign in with, and Monarch, all on each other's lists.

use anyhow::Context;
use msnp::{FriendlyName, GroupArgument, Handle};
use papillon_server::passport::random_password;
use papillon_store::{Account, PrivacyList, Store, StoreError};
use zeroize::Zeroizing;

use crate::new_account::new_account;

/// The accounts to sign in with.
const PEOPLE: [(&str, &str); 2] = [("ada@papillon.test", "Ada"), ("grace@papillon.test", "Grace")];
/// The bot.
const MONARCH: (&str, &str) = ("monarch@papillon.test", "Monarch");
/// The lists are new: no limit is near.
const NO_LIMIT: usize = usize::MAX;

/// A person, with the credentials to sign in.
pub(crate) struct Person {
    /// The account.
    pub(crate) handle: Handle,
    /// The display name.
    pub(crate) name: FriendlyName,
    /// The password.
    pub(crate) password: Zeroizing<String>,
}

/// Everybody in the demo.
pub(crate) struct People {
    /// The accounts to sign in with.
    pub(crate) people: Vec<Person>,
    /// The bot.
    pub(crate) monarch: Person,
}

impl People {
    /// New people with new passwords; they are nowhere yet.
    pub(super) fn invent() -> anyhow::Result<Self> {
        let people = PEOPLE.into_iter().map(person).collect::<anyhow::Result<_>>()?;
        Ok(Self { people, monarch: person(MONARCH)? })
    }

    /// Makes the accounts, and puts everybody on the lists of everybody else.
    pub(super) async fn settle(&self, store: &dyn Store) -> anyhow::Result<()> {
        let mut accounts = Vec::new();
        for person in self.people.iter().chain([&self.monarch]) {
            let new =
                new_account(person.handle.clone(), person.name.clone(), person.password.clone()).await?;
            accounts.push(store.create_account(new).await.context("the demo's accounts cannot be made")?);
        }
        for owner in &accounts {
            for contact in accounts.iter().filter(|contact| contact.id != owner.id) {
                befriend(store, owner, contact).await.context("the demo's lists cannot be made")?;
            }
        }
        Ok(())
    }
}

fn person((handle, name): (&str, &str)) -> anyhow::Result<Person> {
    Ok(Person {
        handle: Handle::parse(handle)?,
        name: FriendlyName::from_text(name)?,
        password: random_password(),
    })
}

/// Puts `contact` on the forward and the allow list, so that nobody is asked about anybody.
async fn befriend(store: &dyn Store, owner: &Account, contact: &Account) -> Result<(), StoreError> {
    store.add_to_forward(owner.id, &contact.handle, &contact.name, GroupArgument::Absent, NO_LIMIT).await?;
    store.add_to_privacy(owner.id, PrivacyList::Allow, &contact.handle, &contact.name, NO_LIMIT).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use msnp::{List, ListFlags};

    use super::*;

    #[tokio::test]
    async fn everybody_is_on_everybodys_lists() {
        let folder = tempfile::tempdir().unwrap();
        let store = crate::database::open_file(&folder.path().join("x.db")).await.unwrap();
        let all = People::invent().unwrap();
        all.settle(&*store).await.unwrap();
        let lists = [List::Forward, List::Allow, List::Reverse];
        let friends = lists.into_iter().fold(ListFlags::NONE, ListFlags::with);
        for person in all.people.iter().chain([&all.monarch]) {
            let account = store.account(&person.handle).await.unwrap().unwrap();
            assert_eq!(account.name, person.name);
            let (_, roster) = store.sign_in(account.id).await.unwrap().unwrap();
            assert_eq!(roster.contacts.len(), 2);
            assert!(roster.contacts.iter().all(|contact| contact.lists == friends), "{roster:?}");
            assert!(
                roster.contacts.iter().all(|contact| !contact.name.as_wire().contains('@')),
                "{roster:?}"
            );
        }
    }
}
