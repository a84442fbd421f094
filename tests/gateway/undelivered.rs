//! Undelivered messages: the sender learns of them before it learns that the receiver has gone, for every kind of end.

use std::time::Duration;

use msnp_testkit::gateway::Gateway;
use msnp_testkit::{Handle, Ns, Sb, TestServer};
use papillon_server::Config;

use crate::support::{ALICE, friends, session, way};

const CAROL: &str = "carol@example.com";

/// A service, Bob in a conversation of his with Alice, and Alice's two sessions. She has not taken message 7.
async fn waiting(change: impl FnOnce(&mut Config)) -> (TestServer, Ns, Sb, Gateway, Gateway) {
    let server = TestServer::with(change).await;
    let (mut alice, mut bob) = friends(&server).await;
    let mut his = Sb::open(&mut bob).await;
    his.call(ALICE).await;
    let hers = alice.answer(ALICE).await;
    his.expect("JOI alice@example.com Alice").await;
    his.msg(7, 'A', b"are you there?").await;
    his.quiet().await;
    (server, bob, his, alice, hers)
}

async fn comes_first(mut his: Sb) {
    his.expect("NAK 7").await;
    his.expect(&format!("BYE {ALICE}")).await;
}

#[tokio::test]
async fn who_asks_for_nothing() {
    let (_server, _bob, his, ..) =
        waiting(|config| config.timeouts.gateway_idle = Duration::from_millis(800)).await;
    comes_first(his).await;
}

#[tokio::test]
async fn who_is_disabled() {
    let (server, _bob, his, ..) = waiting(|_| {}).await;
    let handle: Handle = ALICE.parse().expect("a handle");
    server.store().set_enabled(&handle, false).await.expect("disabled");
    comes_first(his).await;
}

#[tokio::test]
async fn who_is_disabled_and_asks_afterwards_gets_nothing_that_was_given_up() {
    let (server, _bob, his, _alice, mut hers) = waiting(|_| {}).await;
    let handle: Handle = ALICE.parse().expect("a handle");
    server.store().set_enabled(&handle, false).await.expect("disabled");
    comes_first(his).await;
    hers.poll().await;
    assert!(hers.closed && hers.unread.is_empty());
}

#[tokio::test]
async fn for_whom_too_much_waits() {
    let (_server, _bob, mut his, ..) = waiting(|config| config.limits.outbox_bytes = 4000).await;
    for number in 8..12 {
        his.msg(number, 'A', &[b'x'; 1500]).await;
    }
    for number in 7..12 {
        let line = his.line().await;
        if line.starts_with("BYE ") {
            // A message after that reaches no client.
            assert!(number > 8, "{line} before NAK {number}");
            return;
        }
        assert_eq!(line, format!("NAK {number}"));
    }
    his.expect(&format!("BYE {ALICE}")).await;
}

#[tokio::test]
async fn who_is_in_a_silent_conversation() {
    let (_server, _bob, mut his, ..) =
        waiting(|config| config.timeouts.switchboard_idle = Duration::from_millis(800)).await;
    his.expect("NAK 7").await;
    his.expect(&format!("BYE {ALICE} 1")).await;
}

#[tokio::test]
async fn who_ends_with_more_than_an_answer_carries() {
    let (_server, _bob, mut his, _alice, mut hers) = waiting(|_| {}).await;
    for number in 8..60 {
        his.msg(number, 'A', &[b'x'; 1600]).await;
    }
    his.quiet().await;
    let answer = hers.post(&session(&hers.id), b"OUT\r\n").await;
    let taken = answer.body.windows(4).filter(|four| four == b"MSG ").count();
    assert!((1..52).contains(&taken), "{taken}");
    let (mut refused, mut delivered, mut gone) = (0, 0, false);
    while refused + delivered < 53 || !gone {
        let line = his.line().await;
        match &line[..4] {
            "NAK " => {
                assert!(!gone, "{line}");
                refused += 1;
            }
            "ACK " => delivered += 1,
            _ => gone = line == format!("BYE {ALICE}"),
        }
    }
    assert_eq!(delivered, taken);
}

#[tokio::test]
async fn one_of_several_who_does_not_get_it_decides_at_once() {
    let (server, _bob, mut his, ..) = waiting(|_| {}).await;
    let mut carol = Gateway::online(&server, way(&server), CAROL, 9).await;
    his.call(CAROL).await;
    let _hers = carol.answer(CAROL).await;
    his.expect("JOI carol@example.com Carol").await;
    his.msg(8, 'A', b"and you?").await;
    his.quiet().await;
    // Carol is there, and has not asked for it yet.
    let handle: Handle = ALICE.parse().expect("a handle");
    server.store().set_enabled(&handle, false).await.expect("disabled");
    for line in ["NAK 7", "NAK 8", "BYE alice@example.com"] {
        his.expect(line).await;
    }
}
