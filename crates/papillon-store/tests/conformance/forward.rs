//! The forward list and the reverse list.

use msnp::GroupArgument::Unreadable;
use msnp::{Invalid, PropertyKey, PropertyValue};
use papillon_store::{Committed, ListChange, ListEvent, Person, PrivacyList};

use crate::facts::*;
use crate::place::*;

pub async fn forward_and_reverse_lists_mirror_each_other(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    let added = befriend(&store, alice, "bob").await;
    assert_eq!((added.contact(), added.version(), added.group()), (bob, v(2), Some(group(0))));
    assert_eq!((added.newly_on_list(), added.other_version()), (true, Some(v(2))));
    assert!(added.contact_properties().is_empty());
    assert_eq!((lists(&store, alice, bob).await, lists(&store, bob, alice).await), (1, 8));
    assert_eq!(groups(&store, alice, bob).await, [0]);
    assert!(groups(&store, bob, alice).await.is_empty());

    befriend(&store, bob, "alice").await;
    assert_eq!((lists(&store, alice, bob).await, lists(&store, bob, alice).await), (9, 9));
    assert_eq!((version(&store, alice).await, version(&store, bob).await), (3, 3));

    let removed = store.remove_from_forward(alice, &handle("bob"), Absent).await.unwrap();
    assert_eq!((removed.contact(), removed.group()), (bob, None));
    assert_eq!((removed.version(), removed.other_version()), (v(4), Some(v(4))));
    assert_eq!((lists(&store, alice, bob).await, lists(&store, bob, alice).await), (8, 1));
    store.remove_from_forward(bob, &handle("alice"), Absent).await.unwrap();
    assert!(roster(&store, alice).await.contacts.is_empty());
    assert!(roster(&store, bob).await.contacts.is_empty());
}

pub async fn refusals_to_add_come_in_order(place: Place) {
    let store = place.open().await;
    let alice = person(&store, "alice").await;
    person(&store, "bob").await;
    person(&store, "carol").await;
    let add = |contact: &str, group, limit| {
        let (store, contact) = (store.clone(), handle(contact));
        async move { store.add_to_forward(alice, &contact, &friendly("x"), group, limit).await }
    };
    refused!(add("nobody", Unreadable(Invalid::GroupId), 0), UnknownAccount);
    refused!(add("bob", Unreadable(Invalid::GroupId), 0), UnknownGroup);
    refused!(add("bob", Named(group(5)), 0), UnknownGroup);
    refused!(add("bob", Absent, 0), ListFull);
    assert_eq!(version(&store, alice).await, 1);
    add("bob", Absent, 1).await.unwrap();
    refused!(add("bob", Named(group(5)), 0), UnknownGroup);
    refused!(add("bob", Absent, 0), AlreadyThere);
    refused!(add("bob", Named(group(0)), 0), AlreadyThere);
    refused!(add("carol", Absent, 1), ListFull);
    add("carol", Absent, 2).await.unwrap();
    assert_eq!(version(&store, alice).await, 3);
    let nobody = papillon_store::AccountId(99);
    refused!(store.add_to_forward(nobody, &handle("bob"), &friendly("x"), Absent, 9), UnknownAccount);
}

pub async fn refusals_to_remove_come_in_order(place: Place) {
    let store = place.open().await;
    let alice = person(&store, "alice").await;
    person(&store, "bob").await;
    store.add_group(alice, &group_name("Work")).await.unwrap();
    let remove = |contact: &str, group| {
        let (store, contact) = (store.clone(), handle(contact));
        async move { store.remove_from_forward(alice, &contact, group).await }
    };
    refused!(remove("nobody", Unreadable(Invalid::GroupId)), UnknownAccount);
    refused!(remove("bob", Unreadable(Invalid::GroupId)), NotOnList);
    refused!(remove("bob", Absent), NotOnList);
    befriend(&store, alice, "bob").await;
    refused!(remove("bob", Unreadable(Invalid::GroupId)), UnknownGroup);
    refused!(remove("bob", Named(group(7))), UnknownGroup);
    refused!(remove("bob", Named(group(1))), NotInGroup);
    assert_eq!(version(&store, alice).await, 3);
}

pub async fn one_more_group_is_no_new_contact(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    let (work, _) = added_group(store.add_group(alice, &group_name("Work")).await);
    befriend(&store, alice, "bob").await;
    // The limit is about people, not groups; and a client gives the handle for a name here.
    let added =
        store.add_to_forward(alice, &handle("bob"), &friendly("other"), Named(work), 0).await.unwrap();
    assert_eq!((added.newly_on_list(), added.other_version(), added.group()), (false, None, Some(work)));
    assert_eq!(added.version(), v(4));
    assert_eq!(version(&store, bob).await, 2);
    let entry = entry(&store, alice, bob).await.unwrap();
    assert_eq!((entry.lists.bits(), entry.name.clone()), (1, friendly("bob")));
    assert_eq!(groups(&store, alice, bob).await, [0, 1]);
    refused!(
        store.add_to_forward(alice, &handle("bob"), &friendly("x"), Named(work), NO_LIMIT),
        AlreadyThere
    );
}

pub async fn out_of_the_last_group_is_off_the_list(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    let (work, _) = added_group(store.add_group(alice, &group_name("Work")).await);
    store.add_to_forward(alice, &handle("bob"), &friendly("b"), Named(work), NO_LIMIT).await.unwrap();
    assert_eq!(groups(&store, alice, bob).await, [1]);
    refused!(store.remove_from_forward(alice, &handle("bob"), Named(group(0))), NotInGroup);
    store.add_to_forward(alice, &handle("bob"), &friendly("b"), Absent, NO_LIMIT).await.unwrap();
    store.add_to_privacy(alice, PrivacyList::Allow, &handle("bob"), &friendly("b"), 9).await.unwrap();
    let removed = store.remove_from_forward(alice, &handle("bob"), Named(work)).await.unwrap();
    assert_eq!((removed.version(), removed.group(), removed.other_version()), (v(6), Some(work), None));
    assert_eq!(groups(&store, alice, bob).await, [0]);
    let removed = store.remove_from_forward(alice, &handle("bob"), Named(group(0))).await.unwrap();
    assert_eq!((removed.version(), removed.group(), removed.other_version()), (v(7), Some(group(0)), Some(v(3))));
    assert_eq!((lists(&store, alice, bob).await, lists(&store, bob, alice).await), (2, 0));
    refused!(store.remove_from_forward(alice, &handle("bob"), Named(group(0))), NotOnList);
}

pub async fn removed_from_a_group_and_added_to_another_is_moved(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    let (work, _) = added_group(store.add_group(alice, &group_name("Work")).await);
    befriend(&store, alice, "bob").await;
    for (owner, list, contact) in [(alice, PrivacyList::Allow, "bob"), (bob, PrivacyList::Block, "alice")] {
        store.add_to_privacy(owner, list, &handle(contact), &friendly("x"), 9).await.unwrap();
    }
    store.remove_from_forward(alice, &handle("bob"), Named(group(0))).await.unwrap();
    assert_eq!((lists(&store, alice, bob).await, lists(&store, bob, alice).await), (2, 4));
    let added =
        store.add_to_forward(alice, &handle("bob"), &friendly("b"), Named(work), NO_LIMIT).await.unwrap();
    assert!(added.newly_on_list());
    assert_eq!((lists(&store, alice, bob).await, lists(&store, bob, alice).await), (3, 12));
    assert_eq!(groups(&store, alice, bob).await, [1]);
}

pub async fn adding_oneself_raises_one_version_once(place: Place) {
    let store = place.open().await;
    let alice = person(&store, "alice").await;
    let added = befriend(&store, alice, "alice").await;
    assert_eq!((added.version(), added.other_version()), (v(2), Some(v(2))));
    assert_eq!(lists(&store, alice, alice).await, 9);
    let phone = PropertyValue::parse(PropertyKey::HomePhone, "1").unwrap();
    let set = store.set_property(alice, PropertyKey::HomePhone, &phone).await.unwrap();
    assert_eq!((set.version(), set.others()), (v(3), vec![]));
    store.add_to_privacy(alice, PrivacyList::Allow, &handle("alice"), &friendly("a"), 9).await.unwrap();
    let set = store.set_property(alice, PropertyKey::HomePhone, &phone).await.unwrap();
    assert_eq!((set.version(), set.others()), (v(5), vec![(alice, v(5))]));
    let removed = store.remove_from_forward(alice, &handle("alice"), Absent).await.unwrap();
    assert_eq!((removed.version(), removed.other_version()), (v(6), Some(v(6))));
    assert_eq!(lists(&store, alice, alice).await, 2);
}

pub async fn the_name_given_last_is_kept(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    store.add_to_privacy(alice, PrivacyList::Allow, &handle("bob"), &friendly("one"), 9).await.unwrap();
    store.add_to_forward(alice, &handle("bob"), &friendly("two"), Absent, 9).await.unwrap();
    let entry = entry(&store, alice, bob).await.unwrap();
    assert_eq!((entry.lists.bits(), entry.name.clone()), (3, friendly("two")));
}

pub async fn strangers_are_kept_under_their_own_name(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    befriend(&store, alice, "bob").await;
    store.rename(alice, &friendly("Later")).await.unwrap();
    assert_eq!(entry(&store, bob, alice).await.unwrap().name, friendly("The%20alice"));
    // Somebody bob has on a list already keeps the name bob gave.
    let carol = person(&store, "carol").await;
    store.add_to_privacy(bob, PrivacyList::Block, &handle("carol"), &friendly("pest"), 9).await.unwrap();
    befriend(&store, carol, "bob").await;
    let entry = entry(&store, bob, carol).await.unwrap();
    assert_eq!((entry.lists.bits(), entry.name.clone()), (12, friendly("pest")));
}

pub async fn a_change_says_what_it_means_for_each(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    let named = |account, name| Person { account, handle: handle(name) };
    let change = |version, event| ListChange::new(v(version), std::sync::Arc::new(event));
    let added = |is_new| ListEvent::ForwardAdded {
        contact: named(bob, "bob"),
        name: friendly("bob"),
        group: group(0),
        is_new,
        properties: Box::default(),
    };
    let listed = |is_new| ListEvent::ListedBy {
        person: named(alice, "alice"),
        name: friendly("The%20alice"),
        is_new,
    };
    let (own, others) = (change(2, added(true)), change(2, listed(true)));
    let expected = Committed { own: own.clone(), changes: vec![(alice, own), (bob, others)] };
    assert_eq!(befriend(&store, alice, "bob").await, expected);

    let allowed = store.add_to_privacy(bob, PrivacyList::Allow, &handle("alice"), &friendly("Al"), 9).await;
    let event = ListEvent::PrivacyAdded {
        list: PrivacyList::Allow,
        contact: named(alice, "alice"),
        name: friendly("Al"),
        is_new: false,
    };
    assert_eq!(allowed.unwrap().changes, [(bob, change(3, event))]);
    let removed = store.remove_from_forward(alice, &handle("bob"), Absent).await.unwrap();
    let gone =
        ListEvent::ForwardRemoved { contact: named(bob, "bob"), group: None, leaves_list: true };
    let unlisted = ListEvent::UnlistedBy { person: named(alice, "alice") };
    assert_eq!(removed.changes, [(alice, change(3, gone)), (bob, change(4, unlisted))]);
    let again = befriend(&store, alice, "bob").await;
    assert_eq!(again.changes, [(alice, change(4, added(true))), (bob, change(5, listed(false)))]);
    let renamed = store.rename_contact(alice, &handle("bob"), &friendly("B")).await.unwrap();
    let event = ListEvent::ContactRenamed { contact: named(bob, "bob"), name: friendly("B") };
    assert_eq!(renamed.changes, [(alice, change(5, event))]);

    let me = befriend(&store, alice, "alice").await;
    assert_eq!((me.changes.len(), me.changes[0].1.events().count()), (1, 2), "one version, two events");
}

pub async fn a_contact_shows_properties_to_those_it_allows(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    let set = [(PropertyKey::MobileEnabled, "Y"), (PropertyKey::MobileAllowed, "Y"), (PropertyKey::HomePhone, "555%201")]
        .map(|(key, word)| (key, PropertyValue::parse(key, word).unwrap()));
    for (key, value) in &set {
        store.set_property(bob, *key, value).await.unwrap();
    }
    let shown = [set[2].clone(), set[1].clone()];
    assert!(befriend(&store, alice, "bob").await.contact_properties().is_empty(), "bob has not allowed alice");
    let seen = |store: std::sync::Arc<dyn papillon_store::Store>| async move {
        entry(&store, alice, bob).await.unwrap().properties.clone()
    };
    assert!(seen(store.clone()).await.is_empty());

    let (block, allow) = (PrivacyList::Block, PrivacyList::Allow);
    store.add_to_privacy(bob, block, &handle("alice"), &friendly("a"), 9).await.unwrap();
    assert!(seen(store.clone()).await.is_empty());
    store.remove_from_forward(alice, &handle("bob"), Absent).await.unwrap();
    assert!(befriend(&store, alice, "bob").await.contact_properties().is_empty());
    store.remove_from_privacy(bob, block, &handle("alice")).await.unwrap();
    store.set_privacy(bob, msnp::Privacy::BlockUnlisted).await.unwrap();
    assert!(seen(store.clone()).await.is_empty());
    store.add_to_privacy(bob, allow, &handle("alice"), &friendly("a"), 9).await.unwrap();
    assert_eq!(*seen(store.clone()).await, shown);
    store.remove_from_forward(alice, &handle("bob"), Absent).await.unwrap();
    assert_eq!(*befriend(&store, alice, "bob").await.contact_properties(), shown);
    // Only to accounts with bob on the forward list.
    store.add_to_privacy(alice, allow, &handle("bob"), &friendly("b"), 9).await.unwrap();
    store.remove_from_forward(alice, &handle("bob"), Absent).await.unwrap();
    assert!(seen(store.clone()).await.is_empty());
}

/// Lists in memory are as many as people that are signed in.
pub async fn lists_share_what_is_the_same(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    let carol = person(&store, "carol").await;
    for owner in [alice, carol] {
        befriend(&store, owner, "bob").await;
    }
    let (first, again) = (roster(&store, alice).await, roster(&store, alice).await);
    assert!(std::sync::Arc::ptr_eq(&first.contacts, &again.contacts));
    let of_carol = entry(&store, carol, bob).await.unwrap();
    assert!(std::sync::Arc::ptr_eq(&first.contacts[0].card, &of_carol.card));

    store.rename_contact(alice, &handle("bob"), &friendly("Robert")).await.unwrap();
    let renamed = roster(&store, alice).await;
    assert_eq!((&renamed.contacts[0].name, &first.contacts[0].name), (&friendly("Robert"), &friendly("bob")));
    assert_eq!(entry(&store, carol, bob).await.unwrap().name, friendly("bob"));
    // Changes that others make to a list count as well.
    befriend(&store, bob, "alice").await;
    assert_eq!(lists(&store, alice, bob).await, 9);
}
