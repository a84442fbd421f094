//! The changes that an operator makes to accounts while the service runs; the service notices them by itself.

use msnp_testkit::{Ns, PASSWORD, TestServer, http, words};

use crate::support::{ALICE, BOB, CAROL, friends};

fn handle(text: &str) -> msnp_testkit::Handle {
    text.parse().expect("a handle")
}

#[tokio::test]
async fn a_disabled_account_is_signed_out_and_stays_out() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server, 9).await;
    let ticket = alice.ticket.clone();
    server.store().set_enabled(&handle(ALICE), false).await.expect("disabled");
    alice.expect("OUT OTH").await;
    alice.closed().await;
    bob.expect(&format!("FLN {ALICE}")).await;
    bob.quiet().await;
    assert_eq!(http::login(server.addresses.http, ALICE, PASSWORD).await.status(), 401);
    let mut again = Ns::connect(server.addresses.msnp).await;
    again.identify(ALICE, 9).await;
    assert_eq!(again.ask(&format!("USR 4 TWN S {ticket}")).await, "911 4");
    again.closed().await;

    server.store().set_enabled(&handle(ALICE), true).await.expect("enabled");
    Ns::online(&server, ALICE, 9).await;
    bob.expect_prefix(&format!("NLN NLN {ALICE} ")).await;
}

#[tokio::test]
async fn a_disabled_account_leaves_its_conversations() {
    let server = TestServer::start().await;
    let mut table = msnp_testkit::Table::of(&server, &["alice", "bob"], 9).await;
    server.store().set_enabled(&handle(ALICE), false).await.expect("disabled");
    let (alice, bob) = table.two();
    alice.closed().await;
    bob.expect(&format!("BYE {ALICE}")).await;
}

#[tokio::test]
async fn a_removed_account_vanishes_from_everybodys_lists() {
    let server = TestServer::start().await;
    server.list(CAROL, ALICE).await;
    let (mut alice, mut bob) = friends(&server, 9).await;
    let before = bob.version().await;
    server.store().remove_account(&handle(ALICE)).await.expect("removed");
    alice.expect("OUT OTH").await;
    alice.closed().await;
    // An account off the list sends no more presence (5.3), so this comes first.
    bob.expect(&format!("FLN {ALICE}")).await;
    // It was on two lists of Bob's: one line each.
    let mut lists = Vec::new();
    for _ in 0..2 {
        let line = bob.expect_prefix("REM 0 ").await;
        let parts = words(&line);
        assert!(parts[3].parse::<u64>().is_ok_and(|version| version > before), "{line}");
        assert_eq!(parts[4..], [ALICE], "{line}");
        lists.push(parts[2].to_owned());
    }
    lists.sort();
    assert_eq!(lists, ["FL", "RL"]);
    bob.quiet().await;
    let now = bob.syn().await;
    assert_eq!(now.contact(ALICE), None);
    assert_eq!(Ns::sign_in(&server, BOB, 9).await.syn().await, now);
    assert_eq!(Ns::sign_in(&server, CAROL, 9).await.syn().await.contact(ALICE), None);
    assert_eq!(http::login(server.addresses.http, ALICE, PASSWORD).await.status(), 401);
}

#[tokio::test]
async fn a_new_password_leaves_who_is_signed_in_alone() {
    let server = TestServer::start().await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    server.set_password(ALICE, "another one").await;
    // The service has seen it when it has seen a later change.
    let mut bob = Ns::online(&server, BOB, 9).await;
    server.store().set_enabled(&handle(BOB), false).await.expect("disabled");
    bob.expect("OUT OTH").await;
    alice.quiet().await;
}

#[tokio::test]
async fn a_new_account_can_be_added_at_once() {
    let server = TestServer::start().await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    assert_eq!(alice.ask(&format!("ADD 5 FL {BOB} Bob 0")).await, "205 5");
    server.account(BOB).await;
    alice.send(&format!("ADD 6 FL {BOB} Bob 0")).await;
    alice.expect_prefix("ADD 6 FL ").await;
}
