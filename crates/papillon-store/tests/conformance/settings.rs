//! Settings and names.

use msnp::{AddPrompt, Privacy, PropertyKey, PropertyValue};
use papillon_store::AccountId;

use crate::place::*;

pub async fn settings_change_once(place: Place) {
    let store = place.open().await;
    let alice = person(&store, "alice").await;
    assert_eq!(store.set_prompt(alice, AddPrompt::Ask).await.unwrap(), v(1));
    assert_eq!(store.set_privacy(alice, Privacy::AllowUnlisted).await.unwrap(), v(1));
    assert_eq!(store.set_prompt(alice, AddPrompt::Never).await.unwrap(), v(2));
    assert_eq!(store.set_privacy(alice, Privacy::BlockUnlisted).await.unwrap(), v(3));
    assert_eq!(store.set_prompt(alice, AddPrompt::Never).await.unwrap(), v(3));
    assert_eq!(store.set_privacy(alice, Privacy::BlockUnlisted).await.unwrap(), v(3));
    let roster = roster(&store, alice).await;
    assert_eq!((roster.prompt, roster.privacy), (AddPrompt::Never, Privacy::BlockUnlisted));
    assert_eq!(roster.version, v(3));
}

pub async fn a_new_account_starts_with_the_defaults(place: Place) {
    let store = place.open().await;
    let alice = person(&store, "alice").await;
    let roster = roster(&store, alice).await;
    assert_eq!((roster.prompt, roster.privacy), (AddPrompt::Ask, Privacy::AllowUnlisted));
    assert_eq!(roster.groups, [(group(0), group_name("Other%20Contacts"))]);
    assert!(roster.contacts.is_empty() && roster.properties.is_empty());
    // A client that has nothing says 0.
    assert_ne!(roster.version, v(0));
}

pub async fn contacts_are_renamed_on_any_list(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    refused!(store.rename_contact(alice, &handle("bob"), &friendly("x")), NotOnList);
    refused!(store.rename_contact(alice, &handle("nobody"), &friendly("x")), NotOnList);
    befriend(&store, alice, "bob").await;
    assert_eq!(store.rename_contact(alice, &handle("bob"), &friendly("Bobby")).await.unwrap(), v(3));
    assert_eq!(store.rename_contact(bob, &handle("alice"), &friendly("Al")).await.unwrap(), v(3));
    assert_eq!(entry(&store, alice, bob).await.unwrap().name, friendly("Bobby"));
    assert_eq!(entry(&store, bob, alice).await.unwrap().name, friendly("Al"));
    let longest = friendly(&"%41".repeat(129));
    store.rename_contact(alice, &handle("bob"), &longest).await.unwrap();
    assert_eq!(entry(&store, alice, bob).await.unwrap().name, longest);
    assert_eq!(store.account(&handle("bob")).await.unwrap().unwrap().name, friendly("The%20bob"));
}

pub async fn nobody_without_an_account_has_settings(place: Place) {
    let store = place.open().await;
    person(&store, "alice").await;
    let (nobody, alice) = (AccountId(99), handle("alice"));
    refused!(store.set_prompt(nobody, AddPrompt::Never), UnknownAccount);
    refused!(store.set_privacy(nobody, Privacy::BlockUnlisted), UnknownAccount);
    refused!(store.rename_contact(nobody, &alice, &friendly("x")), UnknownAccount);
    refused!(store.remove_from_forward(nobody, &alice, Absent), UnknownAccount);
    let block = papillon_store::PrivacyList::Block;
    refused!(store.add_to_privacy(nobody, block, &alice, &friendly("x"), 9), UnknownAccount);
    refused!(store.remove_from_privacy(nobody, block, &alice), UnknownAccount);
    for key in [PropertyKey::HomePhone, PropertyKey::MobileEnabled] {
        let value = PropertyValue::parse(key, "Y").unwrap();
        refused!(store.set_property(nobody, key, &value), UnknownAccount);
    }
}
