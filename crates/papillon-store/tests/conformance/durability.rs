//! What stays, and who sees it.

use msnp::{PropertyKey, PropertyValue};
use papillon_store::PrivacyList;

use crate::place::*;

pub async fn what_was_stored_is_there_after_reopening(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    store.add_group(alice, &group_name("Work")).await.unwrap();
    store.add_to_forward(alice, &handle("bob"), &friendly("Bob"), Some(Some(group(1))), 9).await.unwrap();
    store.add_to_privacy(bob, PrivacyList::Allow, &handle("alice"), &friendly("Al"), 9).await.unwrap();
    let phone = PropertyValue::parse(PropertyKey::MobilePhone, "%2B1").unwrap();
    store.set_property(bob, PropertyKey::MobilePhone, &phone).await.unwrap();
    let before = (signed_in(&store, alice).await, signed_in(&store, bob).await);
    let last = store.last_change().await.unwrap();
    drop(store);
    let store = place.open().await;
    assert_eq!((signed_in(&store, alice).await, signed_in(&store, bob).await), before);
    assert_eq!(store.last_change().await.unwrap(), last);
}

pub async fn two_stores_see_each_others_changes(place: Place) {
    let (one, two) = (place.open().await, place.open().await);
    let alice = person(&one, "alice").await;
    let bob = person(&two, "bob").await;
    for round in 0..10 {
        let (here, there) = if round % 2 == 0 { (&one, &two) } else { (&two, &one) };
        befriend(here, alice, "bob").await;
        assert_eq!((lists(there, alice, bob).await, lists(there, bob, alice).await), (1, 8));
        let removed = there.remove_from_forward(alice, &handle("bob"), None).await.unwrap();
        assert_eq!(removed.version, v(3 + 2 * round));
        assert_eq!(version(here, bob).await, 3 + 2 * round);
    }
}

pub async fn many_can_open_a_new_database_at_once(place: Place) {
    let place = std::sync::Arc::new(place);
    let mut openers = tokio::task::JoinSet::new();
    for number in 0..8 {
        let place = place.clone();
        openers.spawn(async move { person(&place.open().await, &format!("p{number}")).await });
    }
    openers.join_all().await;
    assert_eq!(place.open().await.accounts().await.unwrap().len(), 8);
}
