//! The changes of the real store, taken over into memory: they make the lists that it reads.

use std::collections::BTreeMap;

use msnp::{
    AddPrompt, FriendlyName, GroupArgument, GroupId, GroupName, Handle, Invalid, Privacy, PropertyKey,
    PropertyValue,
};
use papillon_store::{
    AccountId, Committed, ListChange, NewAccount, PasswordHash, PrivacyList, Result, SqliteStore, Store,
};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::{Change, apply};
use crate::people::sessions::State;

const PEOPLE: u8 = 4;
const LIMIT: usize = 100;

fn handle(who: u8) -> Handle {
    Handle::parse(&format!("p{who}@example.com")).unwrap()
}

async fn create(store: &dyn Store, who: u8) -> AccountId {
    let new = NewAccount {
        handle: handle(who),
        name: (&handle(who)).into(),
        password_hash: PasswordHash::new("none"),
        created_at: 0,
        admin: false,
    };
    store.create_account(new).await.unwrap().id
}

async fn read(store: &dyn Store, who: AccountId) -> State {
    let (account, roster) = store.sign_in(who).await.unwrap().unwrap();
    State::new(account.name, roster)
}

/// One request; the store refuses those that make no sense.
async fn request(store: &dyn Store, owner: AccountId, (kind, whom, what): (u8, u8, u8)) -> Result<Committed> {
    let contact = handle(whom % PEOPLE);
    let name = FriendlyName::parse(&format!("n{what}")).unwrap();
    let group = GroupId::new(what % 4);
    let group_name = GroupName::parse(&format!("g{what}")).unwrap();
    let list = if what & 1 == 0 { PrivacyList::Allow } else { PrivacyList::Block };
    let some_group = match group {
        _ if what & 64 == 0 => GroupArgument::Absent,
        Some(group) => GroupArgument::Named(group),
        None => GroupArgument::Unreadable(Invalid::GroupIdRange),
    };
    match kind % 16 {
        0..=2 => store.add_to_forward(owner, &contact, &name, some_group, LIMIT).await,
        3 => store.remove_from_forward(owner, &contact, some_group).await,
        4..=6 => store.add_to_privacy(owner, list, &contact, &name, LIMIT).await,
        7 => store.remove_from_privacy(owner, list, &contact).await,
        8 => store.rename_contact(owner, &contact, &name).await,
        9 => store.rename(owner, &name).await,
        10 | 11 => {
            let key = PropertyKey::ALL[usize::from(what) % 3];
            let value = if what & 64 == 0 {
                PropertyValue::parse(key, "7").unwrap()
            } else {
                PropertyValue::default()
            };
            store.set_property(owner, key, &value).await
        }
        12 => store.add_group(owner, &group_name).await,
        13 => store.remove_group(owner, group.unwrap_or_default()).await,
        14 => store.rename_group(owner, group.unwrap_or_default(), &group_name).await,
        _ if what & 2 == 0 => {
            store.set_prompt(owner, if what & 1 == 0 { AddPrompt::Ask } else { AddPrompt::Never }).await
        }
        _ => {
            let privacy = if what & 1 == 0 { Privacy::AllowUnlisted } else { Privacy::BlockUnlisted };
            store.set_privacy(owner, privacy).await
        }
    }
}

async fn check(store: &dyn Store, steps: &[(u8, u8, u8, u8)], keys: &[u32]) {
    let mut people = Vec::new();
    let mut states = BTreeMap::new();
    for who in 0..PEOPLE {
        let account = create(store, who).await;
        people.push(account);
        states.insert(account, read(store, account).await);
    }
    let mut told: BTreeMap<AccountId, Vec<ListChange>> = BTreeMap::new();
    for (who, kind, whom, what) in steps {
        let owner = people[usize::from(who % PEOPLE)];
        let Ok(committed) = request(store, owner, (*kind, *whom, *what)).await else { continue };
        for (person, change) in committed.changes {
            told.entry(person).or_default().push(change);
        }
    }
    for (person, mut changes) in told {
        let mut keys = keys.iter();
        changes.sort_by_cached_key(|_| keys.next());
        let state = states.get_mut(&person).unwrap();
        for change in changes {
            apply(state, &Change::Lists(change));
        }
    }
    for (person, state) in states {
        let stored = read(store, person).await;
        assert_eq!((&state.name, state.lists.roster()), (&stored.name, stored.lists.roster()));
        assert!(state.lists.gaps.is_none());
    }
}

#[test]
fn memory_is_what_the_store_reads() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let steps = prop::collection::vec(any::<(u8, u8, u8, u8)>(), 0..60);
    let config = ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config)
        .run(&(steps, prop::collection::vec(any::<u32>(), 60)), |(steps, keys)| {
            runtime.block_on(async {
                let folder = tempfile::tempdir().unwrap();
                let store = SqliteStore::open(&folder.path().join("store")).await.unwrap();
                check(&*store, &steps, &keys).await;
            });
            Ok(())
        })
        .unwrap();
}

/// An account that is its own contact sees its own phones from when it allows itself.
#[test]
fn a_contact_of_itself_shows_itself_its_phones() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let steps = [(0, 10, 0, 0), (0, 0, 0, 0), (0, 4, 0, 0), (0, 7, 0, 0), (0, 4, 0, 0)];
    runtime.block_on(async {
        for kept in 1..=steps.len() {
            let folder = tempfile::tempdir().unwrap();
            let store = SqliteStore::open(&folder.path().join("store")).await.unwrap();
            check(&*store, &steps[..kept], &[0; 60]).await;
        }
    });
}
