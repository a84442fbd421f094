//! Accounts, passwords, secrets.

use papillon_store::PasswordHash;

use crate::facts::*;
use crate::place::*;

pub async fn an_account_is_found_as_it_was_made(place: Place) {
    let store = place.open().await;
    let made = store.create_account(new_account("alice")).await.unwrap();
    assert_eq!(made.handle, handle("alice"));
    assert_eq!(made.name, friendly("The%20alice"));
    assert!(made.enabled && made.verified);
    assert_eq!(made.created_at, 1_000_000);
    assert_eq!(store.account(&handle("alice")).await.unwrap().as_ref(), Some(&made));
    assert_eq!(store.account_by_id(made.id).await.unwrap().as_ref(), Some(&made));
    assert_eq!(signed_in(&store, made.id).await.0, made);
    let credentials = store.credentials(&handle("alice")).await.unwrap().unwrap();
    assert_eq!(credentials.account, made);
    assert_eq!(credentials.password_hash.expose(), "hash-of-alice");

    assert_eq!(store.account(&handle("nobody")).await.unwrap(), None);
    assert_eq!(store.account_by_id(papillon_store::AccountId(99)).await.unwrap(), None);
    assert!(store.credentials(&handle("nobody")).await.unwrap().is_none());
    assert_eq!(store.sign_in(papillon_store::AccountId(99)).await.unwrap(), None);
}

pub async fn a_handle_is_taken_once(place: Place) {
    let store = place.open().await;
    person(&store, "alice").await;
    refused!(store.create_account(new_account("alice")), AccountExists);
    refused!(store.create_account(new_account("ALICE")), AccountExists);
    assert_eq!(store.accounts().await.unwrap().len(), 1);
}

pub async fn many_are_made_at_once_but_for_those_who_are_there(place: Place) {
    let store = place.open().await;
    let alice = store.create_account(new_account("alice")).await.unwrap();
    let twice = papillon_store::NewAccount { name: friendly("Another"), ..new_account("bob") };
    let new = [new_account("bob"), new_account("alice"), twice, new_account("carol")];
    let made = store.create_accounts(&new).await.unwrap();
    let made: Vec<_> = made.iter().map(|made| made.as_ref().map(|made| made.handle.clone())).collect();
    assert_eq!(made, [Some(handle("bob")), None, None, Some(handle("carol"))]);
    let all = store.accounts().await.unwrap();
    assert_eq!((all.len(), &all[0]), (3, &alice));
    assert_eq!((&all[1].name, store.last_change().await.unwrap()), (&friendly("The%20bob"), 3));
    let hash = store.credentials(&handle("bob")).await.unwrap().unwrap().password_hash;
    assert_eq!(hash.expose(), "hash-of-bob");
    assert_eq!(store.create_accounts(&[]).await.unwrap(), []);
}

pub async fn a_password_change_voids_tickets(place: Place) {
    let store = place.open().await;
    let before = store.create_account(new_account("alice")).await.unwrap();
    store.set_password(&handle("alice"), PasswordHash::new("other")).await.unwrap();
    let after = store.credentials(&handle("alice")).await.unwrap().unwrap();
    assert_eq!(after.password_hash.expose(), "other");
    assert_eq!(after.account.credential_epoch, before.credential_epoch + 1);
}

pub async fn disabling_voids_tickets_and_enabling_does_not(place: Place) {
    let store = place.open().await;
    let before = store.create_account(new_account("alice")).await.unwrap();
    for _ in 0..2 {
        store.set_enabled(&handle("alice"), false).await.unwrap();
    }
    let disabled = store.account(&handle("alice")).await.unwrap().unwrap();
    assert!(!disabled.enabled);
    assert_eq!(disabled.credential_epoch, before.credential_epoch + 1);
    store.set_enabled(&handle("alice"), true).await.unwrap();
    let enabled = store.account(&handle("alice")).await.unwrap().unwrap();
    assert!(enabled.enabled);
    assert_eq!(enabled.credential_epoch, disabled.credential_epoch);

    let bob = person(&store, "bob").await;
    store.set_enabled(&handle("alice"), false).await.unwrap();
    befriend(&store, bob, "alice").await;
}

pub async fn nobody_unknown_can_be_changed(place: Place) {
    let store = place.open().await;
    refused!(store.set_password(&handle("nobody"), PasswordHash::new("x")), UnknownAccount);
    refused!(store.set_enabled(&handle("nobody"), false), UnknownAccount);
    refused!(store.remove_account(&handle("nobody")), UnknownAccount);
    refused!(store.set_admin(&handle("nobody"), true), UnknownAccount);
    refused!(store.void_tickets(&handle("nobody")), UnknownAccount);
    assert_eq!(store.last_change().await.unwrap(), 0);
}

pub async fn accounts_are_listed_by_handle(place: Place) {
    let store = place.open().await;
    for name in ["carol", "a-z", "alice", "a_z", "bob", "a.z"] {
        person(&store, name).await;
    }
    let handles: Vec<_> = store.accounts().await.unwrap().into_iter().map(|account| account.handle).collect();
    assert_eq!(handles, ["a-z", "a.z", "a_z", "alice", "bob", "carol"].map(handle));
}

pub async fn accounts_are_found_in_pages(place: Place) {
    let store = place.open().await;
    for name in ["carol", "a-z", "alice", "a_z", "bob", "a.z", "a!z"] {
        person(&store, name).await;
    }
    let bob = store.account(&handle("bob")).await.unwrap().unwrap();
    store.rename(bob.id, &friendly("%C3%a9t%C3%A9%20100%25")).await.unwrap();
    let find = async |search: &str, skip, most| {
        let people = store.people(search, skip, most).await.unwrap();
        let names = people.accounts.iter().map(|account| account.handle.as_str().replace("@example.com", ""));
        (names.collect::<Vec<_>>().join(" "), people.total)
    };
    let found = |names: &str, total| (names.to_owned(), total);
    assert_eq!(find("", 0, 100).await, found("a!z a-z a.z a_z alice bob carol", 7));
    assert_eq!(find("", 2, 3).await, found("a.z a_z alice", 7));
    assert_eq!(find("", 9, 3).await, found("", 7));
    assert_eq!(find("A_Z", 0, 100).await, found("a_z", 1));
    assert_eq!(find("a!z", 0, 100).await, found("a!z", 1));
    assert_eq!(find("%", 0, 100).await, found("bob", 1));
    assert_eq!(find("@EXAMPLE.com", 5, 1).await, found("bob", 7));
    // By name, whichever case a client codes it in.
    assert_eq!(find("été 100", 0, 100).await, found("bob", 1));
    assert_eq!(find("the CAROL", 0, 100).await, found("carol", 1));
    assert_eq!(find(&"x".repeat(1000), 0, 100).await, found("", 0));
    assert_eq!(find("' OR 1 = 1 --", 0, 100).await, found("", 0));
}

pub async fn the_mark_of_administrators(place: Place) {
    let store = place.open().await;
    let alice = store.create_account(new_account("alice")).await.unwrap();
    assert!(!alice.admin);
    let root = papillon_store::NewAccount { admin: true, ..new_account("root") };
    let root = store.create_account(root).await.unwrap();
    assert!(root.admin && store.account_by_id(root.id).await.unwrap().unwrap().admin);
    let changes = store.last_change().await.unwrap();
    for admin in [true, true, false] {
        store.set_admin(&handle("alice"), admin).await.unwrap();
        let now = store.account(&handle("alice")).await.unwrap().unwrap();
        assert_eq!((now.admin, now.credential_epoch), (admin, alice.credential_epoch));
        assert_eq!(signed_in(&store, alice.id).await.0.admin, admin);
    }
    assert_eq!(store.last_change().await.unwrap(), changes);
}

pub async fn signing_out_everywhere_voids_tickets(place: Place) {
    let store = place.open().await;
    let before = store.create_account(new_account("alice")).await.unwrap();
    store.void_tickets(&handle("alice")).await.unwrap();
    let after = store.credentials(&handle("alice")).await.unwrap().unwrap();
    assert_eq!(after.account.credential_epoch, before.credential_epoch + 1);
    assert_eq!(after.password_hash.expose(), "hash-of-alice");
    let last = store.changes_after(1).await.unwrap().pop().unwrap();
    assert_eq!((last.account, last.kind), (before.id, papillon_store::AccountChangeKind::SignedOut));
}

pub async fn a_removed_account_vanishes_from_all_lists(place: Place) {
    let store = place.open().await;
    let alice = person(&store, "alice").await;
    let (bob, carol, dave) =
        (person(&store, "bob").await, person(&store, "carol").await, person(&store, "dave").await);
    befriend(&store, alice, "bob").await;
    befriend(&store, carol, "alice").await;
    let list = papillon_store::PrivacyList::Block;
    store.add_to_privacy(dave, list, &handle("alice"), &friendly("a"), NO_LIMIT).await.unwrap();
    store.add_to_privacy(alice, list, &handle("dave"), &friendly("d"), NO_LIMIT).await.unwrap();
    let bystander = person(&store, "eve").await;
    let before = [bob, carol, dave, bystander];
    let mut versions = Vec::new();
    for who in before {
        versions.push(version(&store, who).await);
    }

    store.remove_account(&handle("alice")).await.unwrap();
    assert_eq!(store.account(&handle("alice")).await.unwrap(), None);
    assert!(store.credentials(&handle("alice")).await.unwrap().is_none());
    assert_eq!(store.sign_in(alice).await.unwrap(), None);
    for (who, old) in before.into_iter().zip(versions) {
        let now = roster(&store, who).await;
        assert!(now.contacts.is_empty());
        assert_eq!(now.version.0, old + u32::from(who != bystander));
    }
    refused!(store.remove_from_forward(carol, &handle("alice"), Absent), UnknownAccount);
    refused!(store.set_prompt(alice, msnp::AddPrompt::Never), UnknownAccount);
}

pub async fn a_number_is_never_given_again(place: Place) {
    let store = place.open().await;
    let first = person(&store, "alice").await;
    store.remove_account(&handle("alice")).await.unwrap();
    assert!(person(&store, "alice").await > first);
}

pub async fn a_new_name_raises_the_version(place: Place) {
    let store = place.open().await;
    let alice = person(&store, "alice").await;
    let before = version(&store, alice).await;
    let after = store.rename(alice, &friendly("%C3%A9t%c3%a9")).await.unwrap();
    let event = std::sync::Arc::new(papillon_store::ListEvent::Renamed { name: friendly("%C3%A9t%c3%a9") });
    assert_eq!(after.changes, [(alice, papillon_store::ListChange::new(v(before + 1), event))]);
    let (account, roster) = signed_in(&store, alice).await;
    assert_eq!((account.name, roster.version), (friendly("%C3%A9t%c3%a9"), after.version()));
    refused!(store.rename(papillon_store::AccountId(99), &friendly("x")), UnknownAccount);
}

pub async fn the_first_secret_stays(place: Place) {
    let (store, other) = (place.open().await, place.open().await);
    let asked = [(&store, b"one"), (&other, b"two")];
    let [first, second] = asked.map(|(store, candidate)| {
        let store = store.clone();
        tokio::spawn(async move { store.secret("ticket-key", candidate).await.unwrap() })
    });
    let (first, second) = (first.await.unwrap(), second.await.unwrap());
    assert_eq!(first, second);
    assert!(first == b"one" || first == b"two");
    let third = place.open().await;
    let written = || third.measures().writes().by_duration.iter().sum::<u64>();
    let before = written();
    assert_eq!(third.secret("ticket-key", b"three").await.unwrap(), first);
    assert_eq!(written(), before, "a secret that is there is only read");
    third.secret("a-third", b"three").await.unwrap();
    assert_eq!(written(), before + 1);
    assert_eq!(store.secret("another", &[0, 255, 10]).await.unwrap(), [0, 255, 10]);
}

pub async fn hashes_do_not_show(place: Place) {
    let store = place.open().await;
    person(&store, "alice").await;
    let credentials = store.credentials(&handle("alice")).await.unwrap().unwrap();
    assert!(!format!("{credentials:?} {:?}", new_account("alice")).contains("hash-of"));
}
