//! Groups.

use papillon_store::PrivacyList;

use crate::place::*;

pub async fn thirty_groups_and_no_more(place: Place) {
    let store = place.open().await;
    let alice = person(&store, "alice").await;
    for number in 1..30 {
        let (id, version) = store.add_group(alice, &group_name("Same%20Name")).await.unwrap();
        assert_eq!((id, version), (group(number), v(u32::from(number) + 1)));
    }
    refused!(store.add_group(alice, &group_name("x")), TooManyGroups);
    let roster = roster(&store, alice).await;
    assert_eq!(roster.groups.len(), 30);
    assert!(roster.groups.is_sorted_by_key(|(id, _)| *id));
    assert_eq!(roster.version, v(30));
    let bob = person(&store, "bob").await;
    for number in 0..30 {
        let group = Named(group(number));
        store.add_to_forward(alice, &handle("bob"), &friendly("b"), group, NO_LIMIT).await.unwrap();
    }
    assert_eq!(groups(&store, alice, bob).await, (0..30).collect::<Vec<_>>());
}

pub async fn the_lowest_free_number_is_given(place: Place) {
    let store = place.open().await;
    let alice = person(&store, "alice").await;
    for _ in 0..3 {
        store.add_group(alice, &group_name("x")).await.unwrap();
    }
    assert_eq!(store.remove_group(alice, group(2)).await.unwrap().version, v(5));
    assert_eq!(store.add_group(alice, &group_name("y")).await.unwrap(), (group(2), v(6)));
}

pub async fn groups_are_renamed(place: Place) {
    let store = place.open().await;
    let alice = person(&store, "alice").await;
    let (work, _) = store.add_group(alice, &group_name("Work")).await.unwrap();
    assert_eq!(store.rename_group(alice, work, &group_name("Play")).await.unwrap(), v(3));
    assert_eq!(store.rename_group(alice, group(0), &group_name("~")).await.unwrap(), v(4));
    let expected = [(group(0), group_name("~")), (work, group_name("Play"))];
    assert_eq!(roster(&store, alice).await.groups, expected);
}

pub async fn refusals_about_groups(place: Place) {
    let store = place.open().await;
    let alice = person(&store, "alice").await;
    let nobody = papillon_store::AccountId(99);
    refused!(store.rename_group(alice, group(3), &group_name("x")), UnknownGroup);
    refused!(store.remove_group(alice, group(3)), UnknownGroup);
    refused!(store.remove_group(alice, group(0)), GroupZero);
    refused!(store.add_group(nobody, &group_name("x")), UnknownAccount);
    refused!(store.rename_group(nobody, group(0), &group_name("x")), UnknownAccount);
    refused!(store.remove_group(nobody, group(1)), UnknownAccount);
    assert_eq!(version(&store, alice).await, 1);
}

pub async fn a_removed_group_takes_its_members_along(place: Place) {
    let store = place.open().await;
    let alice = person(&store, "alice").await;
    let mut people = Vec::new();
    for name in ["only", "allowed", "mutual", "both", "zero"] {
        people.push(person(&store, name).await);
    }
    let (work, _) = store.add_group(alice, &group_name("Work")).await.unwrap();
    for name in ["only", "allowed", "mutual", "both"] {
        let group = Named(work);
        store.add_to_forward(alice, &handle(name), &friendly(name), group, NO_LIMIT).await.unwrap();
    }
    befriend(&store, alice, "both").await;
    befriend(&store, alice, "zero").await;
    let allow = PrivacyList::Allow;
    store.add_to_privacy(alice, allow, &handle("allowed"), &friendly("a"), 9).await.unwrap();
    befriend(&store, people[2], "alice").await;
    let before = version(&store, alice).await;

    let removed = store.remove_group(alice, work).await.unwrap();
    assert_eq!(removed.version, v(before + 1));
    let told: Vec<_> =
        removed.dropped.iter().map(|gone| (gone.account, gone.handle.clone(), gone.version)).collect();
    assert_eq!(
        told,
        [
            (people[0], handle("only"), v(3)),
            (people[1], handle("allowed"), v(3)),
            (people[2], handle("mutual"), v(4)),
        ]
    );
    let mut seen = Vec::new();
    for contact in &people {
        seen.push((lists(&store, alice, *contact).await, lists(&store, *contact, alice).await));
    }
    assert_eq!(seen, [(0, 0), (2, 0), (8, 1), (1, 8), (1, 8)]);
    assert_eq!(groups(&store, alice, people[3]).await, [0]);
    let mut versions = Vec::new();
    for contact in &people {
        versions.push(version(&store, *contact).await);
    }
    assert_eq!(versions, [3, 3, 4, 2, 2]);
    assert_eq!(version(&store, alice).await, before + 1);
}

pub async fn a_removed_group_with_oneself_in_it(place: Place) {
    let store = place.open().await;
    let alice = person(&store, "alice").await;
    let (work, _) = store.add_group(alice, &group_name("Work")).await.unwrap();
    store.add_to_forward(alice, &handle("alice"), &friendly("me"), Named(work), 9).await.unwrap();
    let removed = store.remove_group(alice, work).await.unwrap();
    assert_eq!(removed.version, v(4));
    assert_eq!((removed.dropped[0].account, removed.dropped[0].version), (alice, v(4)));
    assert!(roster(&store, alice).await.contacts.is_empty());
}
