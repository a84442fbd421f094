//! Changes that all people on a node are told of, and calls.

use msnp::{Cookie, FriendlyName, HostPort, SessionId};

use super::{Node, handle};
use crate::delivery::Deliveries;
use crate::people::broadcast;
use crate::people::change::{Change, Ring};

#[tokio::test]
async fn all_are_told_once_and_counted() {
    let node = Node::with(&["alice", "bob", "carol"]).await;
    assert_eq!(broadcast::maintenance(&node.directory, 5), 0);
    let people = [node.sign_in("alice").await, node.sign_in("bob").await, node.sign_in("carol").await];
    assert_eq!(broadcast::maintenance(&node.directory, 5), 3);
    for person in &people {
        assert_eq!(person.told(), "maintenance 5");
    }
    let site = |origin: &crate::listen::Origin| format!("site-of-{}", origin.client.ip());
    assert_eq!(broadcast::alert(&node.directory, "Back at ten", site), 3);
    for (number, name) in ["alice", "bob", "carol"].into_iter().enumerate() {
        let alert = format!("alert {} {name}@example.com site-of-192.0.2.1 Back at ten", number + 1);
        assert_eq!(people[number].told(), alert);
    }
}

#[tokio::test]
async fn a_shutdown_is_the_last_word_to_each() {
    let node = Node::with(&["alice", "bob"]).await;
    let people = [node.sign_in("alice").await, node.sign_in("bob").await];
    assert_eq!(node.directory.tell_everybody(&Change::ShuttingDown, &mut Deliveries::new()), 2);
    for person in &people {
        assert_eq!(person.told(), "down, END");
    }
}

#[tokio::test]
async fn a_call_rings_in_the_sign_in_to_which_it_was_made_and_ends_nothing() {
    let node = Node::with(&["alice", "bob"]).await;
    let (alice, bob) = (node.sign_in("alice").await, node.sign_in("bob").await);
    let ring = || Ring {
        session: SessionId(1),
        address: HostPort::parse("192.0.2.9:1863").unwrap(),
        cookie: Cookie::parse("1.2.3").unwrap(),
        caller: handle("alice"),
        name: FriendlyName::parse("Alice").unwrap(),
    };
    let call = || node.directory.callee(&handle("bob"), alice.session.account);
    let callee = call().ok().expect("bob is here");
    node.directory.ring(&callee, ring(), &mut Deliveries::new());
    assert_eq!(bob.told(), "call alice@example.com");
    assert!(!bob.session.has_left());

    bob.session.take_calls(false);
    assert!(call().is_err());
    bob.session.take_calls(true);
    assert!(call().is_ok());

    let again = node.sign_in("bob").await;
    assert_eq!(bob.told(), "elsewhere, END");
    node.directory.ring(&callee, ring(), &mut Deliveries::new());
    assert_eq!(again.told(), "");
}
