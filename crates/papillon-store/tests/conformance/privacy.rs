//! The allow list and the block list.

use papillon_store::PrivacyList::{self, Allow, Block};

use crate::place::*;

pub async fn allow_and_block_exclude_each_other(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    for (list, bit) in [(Allow, 2), (Block, 4)] {
        let changed = store.add_to_privacy(alice, list, &handle("bob"), &friendly("b"), 9).await.unwrap();
        assert_eq!((changed.contact, changed.version), (bob, v(version(&store, alice).await)));
        assert_eq!(lists(&store, alice, bob).await, bit);
        assert_eq!(lists(&store, bob, alice).await, 0);
        refused!(
            store.add_to_privacy(alice, list.opposite(), &handle("bob"), &friendly("b"), 9),
            OnOppositeList
        );
        refused!(store.remove_from_privacy(alice, list.opposite(), &handle("bob")), NotOnList);
        store.remove_from_privacy(alice, list, &handle("bob")).await.unwrap();
    }
    assert_eq!((version(&store, alice).await, version(&store, bob).await), (5, 1));
}

pub async fn refusals_come_in_order(place: Place) {
    let store = place.open().await;
    let alice = person(&store, "alice").await;
    person(&store, "bob").await;
    person(&store, "carol").await;
    let add = |list: PrivacyList, contact: &str, limit| {
        let (store, contact) = (store.clone(), handle(contact));
        async move { store.add_to_privacy(alice, list, &contact, &friendly("x"), limit).await }
    };
    refused!(add(Allow, "nobody", 0), UnknownAccount);
    refused!(add(Allow, "bob", 0), ListFull);
    add(Allow, "bob", 1).await.unwrap();
    refused!(add(Allow, "bob", 0), AlreadyThere);
    refused!(add(Allow, "carol", 1), ListFull);
    refused!(add(Block, "bob", 0), ListFull);
    refused!(add(Block, "bob", 1), OnOppositeList);
    refused!(store.remove_from_privacy(alice, Allow, &handle("nobody")), UnknownAccount);
    refused!(store.remove_from_privacy(alice, Allow, &handle("carol")), NotOnList);
    assert_eq!(version(&store, alice).await, 2);
}

pub async fn a_contact_on_no_list_is_gone(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    store.add_to_privacy(alice, Block, &handle("bob"), &friendly("b"), 9).await.unwrap();
    befriend(&store, alice, "bob").await;
    store.remove_from_privacy(alice, Block, &handle("bob")).await.unwrap();
    assert_eq!(lists(&store, alice, bob).await, 1);
    store.remove_from_forward(alice, &handle("bob"), Absent).await.unwrap();
    assert!(roster(&store, alice).await.contacts.is_empty());
    refused!(store.rename_contact(alice, &handle("bob"), &friendly("x")), NotOnList);
}
