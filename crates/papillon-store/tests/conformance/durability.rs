//! Checks of durability: a committed change stays, and every connection sees it.

use msnp::{PropertyKey, PropertyValue};
use papillon_store::{NewInvitation, PrivacyList, StoreError, WebSession};

use crate::facts::*;
use crate::place::*;

pub async fn what_was_stored_is_there_after_reopening(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    store.add_group(alice, &group_name("Work")).await.unwrap();
    store.add_to_forward(alice, &handle("bob"), &friendly("Bob"), Named(group(1)), 9).await.unwrap();
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
        let removed = there.remove_from_forward(alice, &handle("bob"), Absent).await.unwrap();
        assert_eq!(removed.version(), v(3 + 2 * round));
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

pub async fn tables_of_a_newer_program_are_left_alone(place: Place) {
    drop(place.open().await);
    place.tamper("INSERT INTO schema_migrations (version) VALUES (1000000)").await;
    let error = papillon_store::open(&place.url).await.err().unwrap();
    assert!(matches!(error, StoreError::Unavailable(_)));
    assert!(error.to_string().contains("1000000"), "{error}");
}

pub async fn tables_of_an_older_program_are_brought_up_to_date(place: Place) {
    let store = place.open().await;
    let alice = store.create_account(new_account("alice")).await.unwrap();
    drop(store);
    place
        .tamper(
            "DROP TABLE bans; DROP TABLE ban_version; DROP TABLE web_sessions; DROP TABLE pictures; DROP TABLE invitations; ALTER TABLE accounts DROP COLUMN admin; \
             DELETE FROM schema_migrations WHERE version > 1",
        )
        .await;
    let store = place.open().await;
    assert_eq!(store.accounts().await.unwrap(), [alice]);
}

/// As the version before had them: each table holds something.
pub async fn tables_without_bans_get_them_and_keep_what_they_hold(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    befriend(&store, alice, "bob").await;
    store.add_to_privacy(bob, PrivacyList::Block, &handle("alice"), &friendly("Al"), 9).await.unwrap();
    let code = papillon_store::InvitationCode::from_random([7; 10]);
    let new = NewInvitation { code, made_by: Some(alice), made_at: 5, expires_at: 50, uses: 2 };
    store.create_invitation(new).await.unwrap();
    let session = WebSession { id: "a".into(), account: alice, begun_at: 5, expires_at: 50 };
    store.begin_web_session(&session).await.unwrap();
    let facts = async |store: &std::sync::Arc<dyn papillon_store::Store>| {
        let people = (signed_in(store, alice).await, signed_in(store, bob).await);
        let session = store.account_of_web_session("a", 6).await.unwrap().map(|account| account.id);
        (people, session, store.invitations().await.unwrap(), store.last_change().await.unwrap())
    };
    let before = facts(&store).await;
    drop(store);
    place
        .tamper(
            "DROP TABLE bans; DROP TABLE ban_version; DELETE FROM schema_migrations WHERE version > 3",
        )
        .await;
    let store = place.open().await;
    assert_eq!(facts(&store).await, before);
    assert_eq!((store.bans(5).await.unwrap(), store.ban_version().await.unwrap()), (Vec::new(), 0));
    let target: papillon_store::BanTarget = "bob@example.com".parse().unwrap();
    let new = papillon_store::NewBan {
        target: target.clone(),
        reason: papillon_store::BanReason::default(),
        made_by: Some(alice),
        made_at: 5,
        ends_at: None,
    };
    store.add_ban(new).await.unwrap();
    drop(store);
    let bans = place.open().await.bans(6).await.unwrap();
    assert_eq!((bans.len(), &bans[0].target, bans[0].account), (1, &target, Some(bob)));
}

pub async fn what_makes_no_sense_is_reported(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    befriend(&store, alice, "bob").await;
    let allow = papillon_store::PrivacyList::Allow;
    store.add_to_privacy(bob, allow, &handle("alice"), &friendly("a"), 9).await.unwrap();
    let corrupt = |outcome| matches!(outcome, Err(StoreError::Corrupt(_)));
    place.tamper("UPDATE accounts SET properties = 'PHH' WHERE handle = 'bob@example.com'").await;
    for who in [alice, bob] {
        assert!(corrupt(store.sign_in(who).await));
    }
    place.tamper("UPDATE accounts SET properties = ''").await;
    assert!(!corrupt(store.sign_in(alice).await));
    for (damage, repair) in [
        ("UPDATE contacts SET name = 'two words'", "UPDATE contacts SET name = 'x'"),
        ("UPDATE contact_groups SET name = ''", "UPDATE contact_groups SET name = 'x'"),
        ("UPDATE accounts SET list_version = -1", "UPDATE accounts SET list_version = 1"),
        ("DELETE FROM contact_groups", ""),
    ] {
        place.tamper(damage).await;
        // Anew: lists whose version has not been raised are not read twice.
        let store = place.open().await;
        assert!(corrupt(store.sign_in(alice).await), "{damage}");
        drop(store);
        place.tamper(repair).await;
    }
}

/// Names had not to be presentable once.
pub async fn a_name_that_cannot_be_shown_reads_as_the_handle(place: Place) {
    let store = place.open().await;
    let alice = person(&store, "alice").await;
    place.tamper("UPDATE accounts SET name = 'Bob%0D%0ACarol%20says:'").await;
    let shown = msnp::FriendlyName::from(&handle("alice"));
    assert_eq!(store.account_by_id(alice).await.unwrap().unwrap().name, shown);
    assert_eq!(signed_in(&store, alice).await.0.name, shown);
}

/// PostgreSQL's errors quote the values they are about.
pub async fn an_error_shows_no_hash(place: Place) {
    let store = place.open().await;
    place.tamper("CREATE UNIQUE INDEX no_two_alike ON passwords (hash)").await;
    person(&store, "alice").await;
    let twin = papillon_store::NewAccount { handle: handle("twin"), ..new_account("alice") };
    let error = store.create_account(twin).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)));
    assert!(!format!("{error} {error:?} {error:#?}").contains("hash-of"), "{error:?}");
    // Nothing of the failed change is left.
    assert_eq!(store.account(&handle("twin")).await.unwrap(), None);
    assert_eq!(store.last_change().await.unwrap(), 1);
}
