//! Checks of the web sessions: the accounts that are signed in to the pages.

use std::sync::Arc;

use papillon_store::{AccountId, Store, WebSession};

use crate::place::*;

/// When sessions begin here.
const NOW: i64 = 1_000_000;

async fn begin(store: &Arc<dyn Store>, account: AccountId, id: &str, begun_at: i64) {
    let session = WebSession { id: id.into(), account, begun_at, expires_at: begun_at + 10 };
    store.begin_web_session(&session).await.unwrap();
}

/// The account of a web session.
async fn whose(store: &Arc<dyn Store>, id: &str, now: i64) -> Option<AccountId> {
    store.account_of_web_session(id, now).await.unwrap().map(|account| account.id)
}

pub async fn a_session_is_its_accounts_until_it_ends(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    begin(&store, alice, "a", NOW).await;
    begin(&store, alice, "b", NOW).await;
    begin(&store, bob, "c", NOW).await;
    for (id, account) in [("a", Some(alice)), ("b", Some(alice)), ("c", Some(bob)), ("d", None), ("", None)] {
        assert_eq!(whose(&store, id, NOW + 9).await, account, "{id}");
        assert_eq!(whose(&store, id, NOW + 10).await, None, "{id}");
    }
    for _ in 0..2 {
        store.end_web_session("a").await.unwrap();
        assert_eq!((whose(&store, "a", NOW).await, whose(&store, "b", NOW).await), (None, Some(alice)));
    }
    store.remove_account(&handle("alice")).await.unwrap();
    assert_eq!((whose(&store, "b", NOW).await, whose(&store, "c", NOW).await), (None, Some(bob)));
    let session = WebSession { id: "e".into(), account: alice, begun_at: NOW, expires_at: NOW + 10 };
    refused!(store.begin_web_session(&session), UnknownAccount);
}

pub async fn another_store_sees_that_a_session_has_ended(place: Place) {
    let (one, other) = (place.open().await, place.open().await);
    let alice = person(&one, "alice").await;
    begin(&one, alice, "a", NOW).await;
    assert_eq!(whose(&other, "a", NOW).await, Some(alice));
    other.end_web_session("a").await.unwrap();
    assert_eq!(whose(&one, "a", NOW).await, None);
    drop((one, other));
    assert_eq!(whose(&place.open().await, "a", NOW).await, None);
}

pub async fn what_voids_tickets_ends_all_sessions(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    begin(&store, bob, "bob", NOW).await;
    let name = handle("alice");
    for how in 0..3 {
        begin(&store, alice, "a", NOW).await;
        begin(&store, alice, "b", NOW).await;
        match how {
            0 => store.void_tickets(&name).await.unwrap(),
            1 => store.set_password(&name, papillon_store::PasswordHash::new("other".to_owned())).await.unwrap(),
            _ => store.set_enabled(&name, false).await.unwrap(),
        }
        assert_eq!((whose(&store, "a", NOW).await, whose(&store, "b", NOW).await), (None, None), "{how}");
    }
    assert_eq!(whose(&store, "bob", NOW).await, Some(bob));
}

pub async fn ended_and_surplus_sessions_go(place: Place) {
    let store = place.open().await;
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    begin(&store, bob, "bob", NOW).await;
    for number in 0..WebSession::MOST + 2 {
        begin(&store, alice, &number.to_string(), NOW + number / 32).await;
    }
    // Those that would have ended first.
    let mut kept = 0;
    for number in 0..WebSession::MOST + 2 {
        kept += i64::from(whose(&store, &number.to_string(), NOW).await.is_some());
    }
    assert_eq!(kept, WebSession::MOST);
    assert_eq!(whose(&store, &(WebSession::MOST + 1).to_string(), NOW).await, Some(alice));
    assert_eq!(whose(&store, "bob", NOW).await, Some(bob), "others have their own");
    // The next one sweeps.
    begin(&store, bob, "later", NOW + 100).await;
    assert_eq!(whose(&store, "bob", NOW).await, None);
    assert_eq!(whose(&store, &(WebSession::MOST + 1).to_string(), NOW).await, None);
}
