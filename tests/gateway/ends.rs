//! The ends of sessions.

use std::time::Duration;

use msnp_testkit::gateway::Gateway;
use msnp_testkit::{Handle, Ns, Sb, TestServer};

use crate::support::{ALICE, ALICE_ONLINE, BOB, friends, poll, refused, session, way};

async fn is_over(gateway: &mut Gateway) {
    for query in [session(&gateway.id), poll(&gateway.id)] {
        refused(&gateway.post(&query, b"").await);
        refused(&gateway.post(&query, b"CHG 1 NLN 0\r\n").await);
    }
}

#[tokio::test]
async fn who_says_out_is_out() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server).await;
    alice.send("OUT").await;
    assert!(alice.closed && alice.unread.is_empty());
    bob.expect(&format!("FLN {ALICE}")).await;
    is_over(&mut alice).await;
}

#[tokio::test]
async fn an_error_that_ends_the_connection_comes_with_the_end() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    let mut ns = Gateway::open(way(&server), "NS", "VER 1 MSNP8").await;
    ns.expect("VER 1 MSNP8").await;
    ns.ask(&format!("CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 5.0.0544 MSMSGS {ALICE}"), "CVR 2 ").await;
    ns.ask(&format!("USR 3 TWN I {ALICE}"), "USR 3 TWN S ").await;
    ns.ask("USR 4 TWN S t=forged&p=", "911 4").await;
    assert!(ns.closed);
    is_over(&mut ns).await;
}

#[tokio::test]
async fn a_ping_ends_the_session_as_it_did() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server).await;
    let answer = alice.post(&session(&alice.id), b"PNG\r\n").await;
    refused(&answer);
    bob.expect(&format!("FLN {ALICE}")).await;
    is_over(&mut alice).await;
}

#[tokio::test]
async fn who_asks_for_nothing_is_gone() {
    let server = TestServer::with(|config| config.timeouts.gateway_idle = Duration::from_millis(800)).await;
    let (mut alice, mut bob) = friends(&server).await;
    let mut his = Sb::open(&mut bob).await;
    his.call(ALICE).await;
    let mut hers = alice.answer(ALICE).await;
    his.expect("JOI alice@example.com Alice").await;
    his.msg(7, 'A', b"are you there?").await;
    // Both of her sessions are left alone, with something to take in one of them.
    his.expect("NAK 7").await;
    his.expect(&format!("BYE {ALICE}")).await;
    bob.expect(&format!("FLN {ALICE}")).await;
    is_over(&mut alice).await;
    is_over(&mut hers).await;
}

#[tokio::test]
async fn who_is_held_is_there_and_so_is_who_asks() {
    let idle = Duration::from_millis(1500);
    let server = TestServer::with(|config| config.timeouts.gateway_idle = idle).await;
    let (mut alice, mut bob) = friends(&server).await;
    let started = std::time::Instant::now();
    // Each poll is held for a second: together twice as long as she may be silent.
    while started.elapsed() < idle * 2 {
        let answer = alice.post(&format!("{}&Lifespan=1", poll(&alice.id)), b"").await;
        assert!(answer.body.is_empty());
        alice.take(&answer);
    }
    bob.quiet().await;
}

#[tokio::test]
async fn a_silent_conversation_ends_in_order() {
    let server =
        TestServer::with(|config| config.timeouts.switchboard_idle = Duration::from_millis(500)).await;
    let (mut alice, mut bob) = friends(&server).await;
    let mut his = Sb::open(&mut bob).await;
    his.call(ALICE).await;
    let mut hers = alice.answer(ALICE).await;
    hers.expect(&format!("BYE {BOB} 1")).await;
    assert!(hers.closed);
    is_over(&mut hers).await;
}

#[tokio::test]
async fn who_never_signs_in_is_sent_away() {
    let server = TestServer::with(|config| config.timeouts.sign_in = Duration::from_millis(300)).await;
    let mut ns = Gateway::open(way(&server), "NS", "VER 1 MSNP8").await;
    ns.expect("VER 1 MSNP8").await;
    let answer = ns.post(&format!("{}&Lifespan=20", poll(&ns.id)), b"").await;
    ns.take(&answer);
    assert!(ns.closed && ns.unread.is_empty());
    is_over(&mut ns).await;
}

#[tokio::test]
async fn what_is_begun_is_to_be_finished() {
    let server = TestServer::with(|config| config.timeouts.unfinished = Duration::from_millis(300)).await;
    let (mut alice, mut bob) = friends(&server).await;
    let mut hers = alice.conversation(ALICE).await;
    for (gateway, [start, end], reply, half) in [
        (&mut hers, ["\r\nC", "AL 5 nobody\r\n\r\n"], "208 5", "MSG 1 N 10\r\nhalf"),
        (&mut alice, ["UR", "L 5 NOTHING\n\n"], "201 5", "\r\nURL 8 INB"),
    ] {
        // Each half comes by a request of its own; in time they are one line.
        gateway.send_raw(start.as_bytes()).await;
        gateway.send_raw(end.as_bytes()).await;
        gateway.expect(reply).await;
        gateway.send_raw(half.as_bytes()).await;
        while !gateway.closed {
            gateway.poll().await;
        }
        assert!(gateway.unread.is_empty());
    }
    bob.expect(&format!("FLN {ALICE}")).await;
}

#[tokio::test]
async fn a_disabled_account_is_signed_out() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server).await;
    let mut hers = alice.conversation(ALICE).await;
    let handle: Handle = ALICE.parse().expect("a handle");
    server.store().set_enabled(&handle, false).await.expect("disabled");
    bob.expect(&format!("FLN {ALICE}")).await;
    alice.expect("OUT OTH").await;
    assert!(alice.closed);
    is_over(&mut alice).await;
    // Her place in a conversation is gone too; the account is not told why.
    while !hers.closed {
        hers.poll().await;
    }
    assert!(hers.unread.is_empty());
}

#[tokio::test]
async fn at_a_shutdown_everybody_is_told() {
    let server = TestServer::start().await;
    server.befriend(ALICE, BOB).await;
    let fresh = way(&server).fresh();
    let mut alice = Gateway::online(&server, fresh.clone(), ALICE, 9).await;
    let mut hers = alice.conversation(ALICE).await;
    // Bob is held when it happens.
    let mut bob = Gateway::online(&server, way(&server), BOB, 9).await;
    alice.expect(&format!("NLN NLN {BOB} Bob 268435492")).await;
    let bob = tokio::spawn(async move {
        let query = format!("{}&Lifespan=60", poll(&bob.id));
        let answer = bob.post(&query, b"").await;
        bob.take(&answer);
        bob
    });
    server.begin_to_stop().await;
    for gateway in [&mut alice, &mut hers] {
        while !gateway.closed {
            gateway.poll().await;
        }
    }
    alice.expect("OUT SSD").await;
    assert!(alice.unread.is_empty() && hers.unread.is_empty());
    let mut bob = bob.await.expect("an answer");
    bob.expect("OUT SSD").await;
    assert!(bob.closed);
    server.stop().await;
}

#[tokio::test]
async fn somebody_who_comes_back_is_seen_again() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server).await;
    alice.send("OUT").await;
    bob.expect(&format!("FLN {ALICE}")).await;
    let _again = Gateway::online(&server, way(&server), ALICE, 9).await;
    bob.expect(ALICE_ONLINE).await;
    let mut carol = Ns::online(&server, "carol@example.com", 9).await;
    carol.quiet().await;
    bob.quiet().await;
}
