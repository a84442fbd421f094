//! Properties.

use msnp::{PropertyKey, PropertyValue};
use papillon_store::{ListEvent, Person, PrivacyList};

use crate::facts::*;
use crate::place::*;

fn value(key: PropertyKey, word: &str) -> PropertyValue {
    PropertyValue::parse(key, word).unwrap()
}

pub async fn properties_are_set_and_unset(place: Place) {
    let store = place.open().await;
    let alice = person(&store, "alice").await;
    let words = [
        (PropertyKey::WebWatch, "2"),
        (PropertyKey::MobilePhone, "%2B49%20170"),
        (PropertyKey::HomePhone, "1,2;3|4"),
        (PropertyKey::HomePhone, "5"),
        (PropertyKey::MobileEnabled, "N"),
    ];
    for (number, (key, word)) in words.into_iter().enumerate() {
        let set = store.set_property(alice, key, &value(key, word)).await.unwrap();
        assert_eq!((set.version().0 as usize, set.others()), (number + 2, vec![]));
    }
    let expected = [words[3], words[1], words[4], words[0]].map(|(key, word)| (key, value(key, word)));
    assert_eq!(roster(&store, alice).await.properties, expected);
    for key in [PropertyKey::HomePhone, PropertyKey::WorkPhone] {
        store.set_property(alice, key, &PropertyValue::default()).await.unwrap();
    }
    let after = roster(&store, alice).await;
    assert_eq!(after.properties, expected[1..]);
    assert_eq!(after.version, v(8));
}

pub async fn those_who_are_allowed_are_told(place: Place) {
    let store = place.open().await;
    let alice = person(&store, "alice").await;
    let (allowed, blocked, unlisted) =
        (person(&store, "allowed").await, person(&store, "blocked").await, person(&store, "unlisted").await);
    for who in [allowed, blocked, unlisted] {
        befriend(&store, who, "alice").await;
    }
    // Alice has a contact on her lists that does not have her.
    let stranger = person(&store, "stranger").await;
    befriend(&store, alice, "stranger").await;
    for (list, name) in [(PrivacyList::Allow, "allowed"), (PrivacyList::Block, "blocked")] {
        store.add_to_privacy(alice, list, &handle(name), &friendly(name), 9).await.unwrap();
    }
    let key = PropertyKey::WorkPhone;
    let before = version(&store, alice).await;
    let set = store.set_property(alice, key, &value(key, "7")).await.unwrap();
    assert_eq!(set.version(), v(before + 1));
    assert_eq!(set.others(), [(allowed, v(3))], "an account on neither privacy list is a stranger");
    store.set_privacy(alice, msnp::Privacy::BlockUnlisted).await.unwrap();
    let unset = store.set_property(alice, key, &PropertyValue::default()).await.unwrap();
    assert_eq!(unset.others(), [(allowed, v(4))]);
    let mut versions = Vec::new();
    for who in [allowed, blocked, unlisted, stranger] {
        versions.push(version(&store, who).await);
    }
    assert_eq!(versions, [4, 2, 2, 2]);
    assert_eq!(version(&store, alice).await, before + 3);
}

pub async fn all_who_are_told_share_one_event(place: Place) {
    let store = place.open().await;
    let (alice, bob, carol) =
        (person(&store, "alice").await, person(&store, "bob").await, person(&store, "carol").await);
    for (who, name) in [(carol, "carol"), (bob, "bob")] {
        befriend(&store, who, "alice").await;
        store.add_to_privacy(alice, PrivacyList::Allow, &handle(name), &friendly(name), 9).await.unwrap();
    }
    let (key, phone) = (PropertyKey::HomePhone, value(PropertyKey::HomePhone, "7"));
    let set = store.set_property(alice, key, &phone).await.unwrap();
    let told: Vec<_> = set.changes.iter().map(|(account, _)| *account).collect();
    assert_eq!(told, [alice, bob, carol]);
    let contact = Person { account: alice, handle: handle("alice") };
    let event = ListEvent::ContactPropertySet { contact: contact.clone(), key, value: phone.clone() };
    assert_eq!(*set.changes[1].1.event, event);
    assert!(std::sync::Arc::ptr_eq(&set.changes[1].1.event, &set.changes[2].1.event));

    // A contact that begins to see them sees all; one that ceases to, none.
    let bobs = handle("bob");
    let hidden = store.remove_from_privacy(alice, PrivacyList::Allow, &bobs).await.unwrap();
    let shown = store.add_to_privacy(alice, PrivacyList::Allow, &bobs, &friendly("b"), 9).await.unwrap();
    for (change, properties) in [(hidden, vec![]), (shown, vec![(key, phone)])] {
        let event =
            ListEvent::PropertiesShown { contact: contact.clone(), properties: properties.into() };
        assert_eq!((change.changes[1].0, &*change.changes[1].1.event), (bob, &event));
    }
}

/// The visible properties of a contact are part of an account's lists: they have a version.
pub async fn whoever_begins_or_ceases_to_see_them_has_a_new_version(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    befriend(&store, bob, "alice").await;
    let (bobs, name) = (handle("bob"), friendly("bob"));
    let blocked = store.add_to_privacy(alice, PrivacyList::Block, &bobs, &name, 9).await.unwrap();
    assert_eq!(blocked.other_version(), None, "there is nothing to see yet");
    let key = PropertyKey::HomePhone;
    store.set_property(alice, key, &value(key, "7")).await.unwrap();
    let unblocked = store.remove_from_privacy(alice, PrivacyList::Block, &bobs).await.unwrap();
    assert_eq!(unblocked.other_version(), None, "bob is a stranger to alice");
    let allowed = store.add_to_privacy(alice, PrivacyList::Allow, &bobs, &name, 9).await.unwrap();
    assert_eq!(allowed.other_version(), Some(v(3)));
    assert_eq!(entry(&store, bob, alice).await.unwrap().properties.len(), 1);
    store.set_privacy(alice, msnp::Privacy::BlockUnlisted).await.unwrap();
    assert_eq!(version(&store, bob).await, 3);
    let unlisted = store.remove_from_privacy(alice, PrivacyList::Allow, &bobs).await.unwrap();
    assert_eq!(unlisted.other_version(), Some(v(4)));
    assert!(entry(&store, bob, alice).await.unwrap().properties.is_empty());
}

pub async fn private_properties_are_told_to_nobody(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    befriend(&store, bob, "alice").await;
    let key = PropertyKey::MobileEnabled;
    let set = store.set_property(alice, key, &value(key, "Y")).await.unwrap();
    assert!(set.others().is_empty());
    assert_eq!(version(&store, bob).await, 2);
    assert!(entry(&store, bob, alice).await.unwrap().properties.is_empty());
}
