//! People who come, go, and call at the same time.

use msnp_client::msnp::ErrorCode;
use msnp_client::{CommandError, ConversationId, SendError};
use msnp_testkit::{Ns, Sb, TestServer};

use crate::people::{Happened, Somebody, handle};

const TEXT: &[u8] = b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nme too";

#[tokio::test]
async fn three_people() {
    let server = TestServer::start().await;
    let mut alice = Somebody::online(&server, "alice").await;
    let mut bob = Somebody::online(&server, "bob").await;
    let mut carol = Somebody::online(&server, "carol").await;
    let conversation = alice.conversation(&handle("bob"));
    conversation.send("hi").await.unwrap();
    alice.joined("bob").await;
    let at_bob = bob.joined("alice").await;
    bob.said("alice", "hi").await;

    conversation.invite(&handle("carol")).await.unwrap();
    assert_eq!(alice.joined("carol").await, conversation.id());
    assert_eq!(bob.joined("carol").await, at_bob);
    let at_carol = carol.joined("alice").await;
    assert_eq!(carol.joined("bob").await, at_carol);
    assert_eq!(conversation.participants(), [handle("bob"), handle("carol")]);
    let again = conversation.invite(&handle("carol")).await;
    assert_eq!(again, Err(CommandError::Refused(ErrorCode::AlreadyThere)));

    conversation.send("you two").await.unwrap();
    assert_eq!(bob.said("alice", "you two").await, at_bob);
    assert_eq!(carol.said("alice", "you two").await, at_carol);

    // An account that was only invited answers all of them.
    carol.conversation_by_id(at_carol).unwrap().send("hello both").await.unwrap();
    assert_eq!(bob.said("carol", "hello both").await, at_bob);
    assert_eq!(alice.said("carol", "hello both").await, conversation.id());
    assert!(carol.conversation_by_id(ConversationId(at_carol.0 + 100)).is_none());

    // Words for Bob alone go elsewhere.
    assert_ne!(alice.conversation(&handle("bob")).id(), conversation.id());
    conversation.leave().await;
    assert_eq!(bob.next().await, Happened::Left(at_bob, handle("alice")));
    assert_eq!(bob.conversation(&handle("carol")).id(), at_bob);
    bob.conversation(&handle("carol")).send("just us").await.unwrap();
    assert_eq!(carol.next().await, Happened::Left(at_carol, handle("alice")));
    assert_eq!(carol.said("bob", "just us").await, at_carol);
}

#[tokio::test]
async fn after_the_other_has_left_it_goes_on_in_the_same_conversation() {
    let server = TestServer::start().await;
    let mut alice = Somebody::online(&server, "alice").await;
    let mut bob = Somebody::online(&server, "bob").await;
    let (with_bob, with_alice) = (alice.conversation(&handle("bob")), bob.conversation(&handle("alice")));
    // More often than the service gives out switchboards in a minute.
    for number in 0..12 {
        with_bob.send(number.to_string()).await.unwrap();
        assert_eq!(alice.joined("bob").await, with_bob.id());
        assert_eq!(bob.joined("alice").await, with_alice.id());
        assert_eq!(bob.said("alice", &number.to_string()).await, with_alice.id());
        with_alice.leave().await;
        assert_eq!(alice.next().await, Happened::Left(with_bob.id(), handle("bob")));
        assert_eq!(alice.next().await, Happened::Closed(with_bob.id()));
        assert_eq!(with_bob.participants(), [handle("bob")]);
    }
}

#[tokio::test]
async fn somebody_who_vanishes() {
    let server = TestServer::start().await;
    let mut bob = Ns::online(&server, "bob@example.com", 9).await;
    let mut alice = Somebody::online(&server, "alice").await;
    let client = alice.client.clone();
    let sending = tokio::spawn(async move { client.send(&handle("bob"), "hello").await });
    let (seat, _) = Sb::answer("bob@example.com", &bob.ring().await).await;
    let conversation = alice.joined("bob").await;
    bob.send("OUT").await;
    bob.closed().await;
    seat.wire.reset_when_dropped();
    drop(seat);
    // Whether the first text was read before the end is a matter of luck.
    drop(sending.await.unwrap());
    assert_eq!(alice.next().await, Happened::Left(conversation, handle("bob")));
    assert_eq!(alice.next().await, Happened::Closed(conversation));
    assert_eq!(alice.send(&handle("bob"), "?").await, Err(SendError::NotOnline));
}

#[tokio::test]
async fn calls_that_cross_make_one_conversation() {
    let server = TestServer::start().await;
    let mut bob = Ns::online(&server, "bob@example.com", 9).await;
    let mut alice = Somebody::online(&server, "alice").await;
    let client = alice.client.clone();
    let sending = tokio::spawn(async move { client.send(&handle("bob"), "hello").await });
    let door = bob.ring().await;
    // Bob called before he heard it ring, and what Alice had to say reaches him there.
    let mut seat = Sb::open(&mut bob).await;
    seat.call("alice@example.com").await;
    seat.expect("JOI alice@example.com Alice").await;
    assert!(seat.receive("alice@example.com").await.ends_with(b"hello"));
    sending.await.unwrap().unwrap();
    let conversation = alice.joined("bob").await;
    assert_eq!(alice.conversation(&handle("bob")).id(), conversation);
    // Now he answers too.
    let (mut other, _) = Sb::answer("bob@example.com", &door).await;
    other.msg(7, 'A', TEXT).await;
    other.expect("ACK 7").await;
    assert_eq!(alice.said("bob", "me too").await, conversation);
    // When he leaves one of the two, he is still there.
    drop(seat);
    other.msg(8, 'A', TEXT).await;
    other.expect("ACK 8").await;
    assert_eq!(alice.said("bob", "me too").await, conversation);
    drop(other);
    assert_eq!(alice.next().await, Happened::Left(conversation, handle("bob")));
    assert_eq!(alice.next().await, Happened::Closed(conversation));
}

#[tokio::test]
async fn two_clients_that_speak_at_once() {
    let server = TestServer::start().await;
    let mut alice = Somebody::online(&server, "alice").await;
    let mut bob = Somebody::online(&server, "bob").await;
    let (to_bob, to_alice) = (handle("bob"), handle("alice"));
    let (one, other) = tokio::join!(alice.send(&to_bob, "a"), bob.send(&to_alice, "b"));
    one.unwrap();
    other.unwrap();
    let (with_bob, with_alice) = (alice.joined("bob").await, bob.joined("alice").await);
    assert_eq!(alice.said("bob", "b").await, with_bob);
    assert_eq!(bob.said("alice", "a").await, with_alice);
    alice.send(&to_bob, "again").await.unwrap();
    assert_eq!(bob.said("alice", "again").await, with_alice);
}

#[tokio::test]
async fn a_switchboard_for_packets_is_no_conversation_until_somebody_speaks() {
    let server = TestServer::start().await;
    let mut bob = Ns::online(&server, "bob@example.com", 9).await;
    let mut alice = Somebody::online(&server, "alice").await;
    let packet = b"MIME-Version: 1.0\r\nContent-Type: application/x-msnmsgrp2p\r\n\
                   P2P-Dest: alice@example.com\r\n\r\n0123456789";
    let mut silent = Sb::open(&mut bob).await;
    silent.call("alice@example.com").await;
    silent.expect("JOI alice@example.com Alice").await;
    silent.msg(7, 'D', packet).await;
    silent.expect("ACK 7").await;
    drop(silent);

    let mut seat = Sb::open(&mut bob).await;
    seat.call("alice@example.com").await;
    seat.expect("JOI alice@example.com Alice").await;
    seat.msg(7, 'D', packet).await;
    seat.expect("ACK 7").await;
    seat.msg(8, 'N', TEXT).await;
    let conversation = alice.joined("bob").await;
    assert_eq!(alice.said("bob", "me too").await, conversation);
    // And what is answered goes over it.
    alice.send(&handle("bob"), "hello").await.unwrap();
    assert!(seat.receive("alice@example.com").await.ends_with(b"hello"));
}

#[tokio::test]
async fn signing_out_leaves() {
    let server = TestServer::start().await;
    let alice = Somebody::online(&server, "alice").await;
    let mut bob = Somebody::online(&server, "bob").await;
    alice.send(&handle("bob"), "bye").await.unwrap();
    let conversation = bob.joined("alice").await;
    bob.said("alice", "bye").await;
    let with_bob = alice.conversation(&handle("bob"));
    alice.sign_out().await;
    assert_eq!(bob.next().await, Happened::Left(conversation, handle("alice")));
    assert_eq!(bob.next().await, Happened::Closed(conversation));
    drop(alice);
    assert_eq!(with_bob.send("?").await, Err(SendError::Disconnected));
}

#[tokio::test]
async fn a_client_that_does_not_answer_is_told_apart_from_the_service() {
    let server = TestServer::start().await;
    let mut bob = Ns::online(&server, "bob@example.com", 9).await;
    let alice = Somebody::online(&server, "alice").await;
    let (talking, fetching) = (alice.client.clone(), alice.client.clone());
    let sending = tokio::spawn(async move { talking.send(&handle("bob"), "hello").await });
    let inviting =
        tokio::spawn(async move { fetching.conversation(&handle("bob")).invite(&handle("bob")).await });
    bob.ring().await;
    // The service has called him. Nobody waits for half a minute here.
    tokio::time::pause();
    assert_eq!(sending.await.unwrap(), Err(SendError::NoAnswer));
    let error = inviting.await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "their client did not answer");
}
