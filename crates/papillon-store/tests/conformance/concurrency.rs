//! Many writers at once.

use std::sync::Arc;
use std::time::Duration;

use msnp::{List, PropertyKey, PropertyValue};
use papillon_store::{AccountId, PrivacyList, Refusal, Store, StoreError};
use tokio::task::JoinSet;

use crate::facts::*;
use crate::place::*;

async fn crowd(store: &Arc<dyn Store>, size: usize) -> Vec<AccountId> {
    let mut people = Vec::new();
    for number in 0..size {
        people.push(person(store, &format!("p{number}")).await);
    }
    people
}

async fn all_done<T: 'static>(tasks: JoinSet<T>) -> Vec<T> {
    tokio::time::timeout(Duration::from_secs(60), tasks.join_all()).await.expect("somebody waits forever")
}

/// Every forward list must be mirrored, and nothing else.
async fn check_mirrors(store: &Arc<dyn Store>, people: &[AccountId]) {
    let (mut forward, mut reverse) = (Vec::new(), Vec::new());
    for &owner in people {
        for contact in roster(store, owner).await.contacts.iter() {
            assert!(!contact.lists.is_empty());
            assert_eq!(contact.lists.contains(List::Forward), !contact.groups.is_empty());
            if contact.lists.contains(List::Forward) {
                forward.push((owner, contact.account));
            }
            if contact.lists.contains(List::Reverse) {
                reverse.push((contact.account, owner));
            }
        }
    }
    forward.sort();
    reverse.sort();
    assert_eq!(forward, reverse);
}

pub async fn everybody_adds_everybody_at_once(place: Place) {
    const SIZE: usize = 10;
    let stores = [place.open().await, place.open().await];
    let people = crowd(&stores[0], SIZE).await;
    let mut tasks = JoinSet::new();
    for (number, &owner) in people.iter().enumerate() {
        let store = stores[number % 2].clone();
        tasks.spawn(async move {
            // Each in another order, so that pairs meet head on.
            for step in 1..SIZE {
                befriend(&store, owner, &format!("p{}", (number + step) % SIZE)).await;
            }
        });
    }
    all_done(tasks).await;
    check_mirrors(&stores[0], &people).await;
    for &owner in &people {
        let roster = roster(&stores[1], owner).await;
        assert_eq!(roster.contacts.len(), SIZE - 1);
        assert!(roster.contacts.iter().all(|contact| contact.lists.bits() == 9));
        // One for each account that was added, and one for each that added.
        assert_eq!(roster.version, v(1 + 2 * (SIZE as u32 - 1)));
    }
}

/// Changes that touch many accounts at once, against each other and against pairs.
pub async fn changes_around_one_person_do_not_deadlock(place: Place) {
    const SIZE: usize = 6;
    let store = place.open().await;
    let people = crowd(&store, SIZE).await;
    let mut tasks = JoinSet::new();
    for (number, &owner) in people.iter().enumerate() {
        let store = store.clone();
        tasks.spawn(async move {
            for round in 0..5 {
                let (work, _) = added_group(store.add_group(owner, &group_name("Work")).await);
                for step in 1..SIZE {
                    let contact = handle(&format!("p{}", (number + step) % SIZE));
                    store.add_to_forward(owner, &contact, &friendly("x"), Named(work), 99).await.unwrap();
                }
                let phone = PropertyValue::parse(PropertyKey::HomePhone, &round.to_string()).unwrap();
                store.set_property(owner, PropertyKey::HomePhone, &phone).await.unwrap();
                let removed = store.remove_group(owner, work).await.unwrap();
                assert_eq!(removed.others().len(), SIZE - 1);
            }
        });
    }
    for number in 0..5 {
        let store = store.clone();
        let people = people.clone();
        tasks.spawn(async move {
            let name = format!("guest{number}");
            let guest = person(&store, &name).await;
            for step in 0..SIZE {
                befriend(&store, guest, &format!("p{}", (number + step) % SIZE)).await;
            }
            let owner = people[number % SIZE];
            store.add_to_privacy(owner, PrivacyList::Block, &handle(&name), &friendly("g"), 99).await.unwrap();
            store.remove_account(&handle(&name)).await.unwrap();
        });
    }
    all_done(tasks).await;
    check_mirrors(&store, &people).await;
    for &owner in &people {
        assert!(roster(&store, owner).await.contacts.is_empty());
    }
}

pub async fn limits_hold_under_concurrency(place: Place) {
    let store = place.open().await;
    let people = crowd(&store, 12).await;
    let mut tasks = JoinSet::new();
    for number in 1..12 {
        let (store, owner) = (store.clone(), people[0]);
        tasks.spawn(async move {
            let contact = handle(&format!("p{number}"));
            let added = store.add_to_forward(owner, &contact, &friendly("x"), Absent, 5).await;
            let group = store.add_group(owner, &group_name("x")).await;
            (added.map(drop), added_group(group).0)
        });
    }
    let (added, mut groups): (Vec<_>, Vec<_>) = all_done(tasks).await.into_iter().unzip();
    let full = |outcome: &&_| matches!(outcome, Err(StoreError::Refused(Refusal::ListFull)));
    assert_eq!(added.iter().filter(full).count(), 6);
    assert_eq!(added.iter().filter(|outcome| outcome.is_ok()).count(), 5);
    groups.sort();
    assert_eq!(groups, (1..12).map(group).collect::<Vec<_>>());
    check_mirrors(&store, &people).await;
}

/// A caller that gives up in the middle leaves a whole change or none, and no answer behind for
/// the next.
pub async fn dropped_requests_do_no_harm(place: Place) {
    let store = place.open().await;
    let people = crowd(&store, 3).await;
    for step in 0..150 {
        let patience = Duration::from_micros(step * 29);
        let (reader, owner) = (people[step as usize % 3], people[0]);
        let _ = tokio::time::timeout(patience, store.sign_in(reader)).await;
        let _ = tokio::time::timeout(patience, async {
            let added = store.add_to_forward(owner, &handle("p1"), &friendly("x"), Absent, 9).await;
            if added.is_err() {
                let _ = store.remove_from_forward(owner, &handle("p1"), Absent).await;
            }
        })
        .await;
        for &who in &people {
            assert_eq!(signed_in(&store, who).await.0.id, who);
        }
    }
    // The last request that was dropped may still be in its commit: one more on the same lists waits for its end.
    let _ = store.add_to_forward(people[0], &handle("p1"), &friendly("x"), Absent, 9).await;
    check_mirrors(&store, &people).await;
    assert_eq!(version(&store, people[0]).await, version(&store, people[1]).await);
}
