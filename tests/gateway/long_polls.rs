//! Polls that are held until there is something to say.

use std::time::{Duration, Instant};

use msnp_testkit::TestServer;
use msnp_testkit::gateway::{Gateway, read_answer};
use msnp_testkit::http::Answer;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::{ALICE, BOB, friends, poll, quiet, refused, session};

/// Longer than any test takes.
const LONG: &str = "&Lifespan=60";

/// Begins a request on a connection of its own.
async fn begin(gateway: &Gateway, query: &str, body: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(gateway.way.address).await.expect("it listens");
    stream.write_all(&gateway.request(query, body)).await.expect("sent");
    stream
}

async fn ends(mut stream: TcpStream) -> Answer {
    tokio::time::timeout(msnp_testkit::DEADLINE, read_answer(&mut stream)).await.expect("an answer")
}

/// A poll that the service holds: another one is refused.
async fn held(gateway: &mut Gateway) -> TcpStream {
    loop {
        let stream = begin(gateway, &format!("{}{LONG}", poll(&gateway.id)), b"").await;
        let answer = gateway.post(&poll(&gateway.id), b"").await;
        if answer.status() == 400 {
            return stream;
        }
        // It was the first to arrive.
        gateway.take(&answer);
    }
}

#[tokio::test]
async fn news_come_at_once() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server).await;
    for status in ["BSY", "AWY", "NLN"] {
        let held = begin(&alice, &format!("{}{LONG}", poll(&alice.id)), b"").await;
        bob.chg(status).await;
        let answer = ends(held).await;
        assert!(answer.head.contains("; Lifespan=60"), "{}", answer.head);
        alice.take(&answer);
        alice.expect(&format!("NLN {status} {BOB} Bob 268435492")).await;
    }
}

#[tokio::test]
async fn a_poll_is_held_no_longer_than_asked() {
    let server = TestServer::start().await;
    let (mut alice, _bob) = friends(&server).await;
    let started = Instant::now();
    let answer = alice.post(&format!("{}&Lifespan=1", poll(&alice.id)), b"").await;
    assert!(answer.body.is_empty() && started.elapsed() >= Duration::from_secs(1));
    alice.take(&answer);
    // A request that brings something is answered.
    alice.send_raw(b"URL 1 NOTHING\r\n").await;
    alice.expect("201 1").await;
    quiet(&mut alice).await;
}

#[tokio::test]
async fn a_second_poll_is_refused_and_the_first_goes_on() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server).await;
    let query = format!("{}{LONG}", poll(&alice.id));
    let held = begin(&alice, &query, b"").await;
    // One of the two is held, whichever came first.
    let other = begin(&alice, &query, b"").await;
    let (mut one, mut two) = (Box::pin(ends(held)), Box::pin(ends(other)));
    let (second, first) = tokio::select! {
        second = &mut one => (second, two),
        second = &mut two => (second, one),
    };
    refused(&second);
    refused(&alice.post(&poll(&alice.id), b"").await);
    bob.chg("BSY").await;
    alice.take(&first.await);
    alice.expect(&format!("NLN BSY {BOB} Bob 268435492")).await;
    quiet(&mut alice).await;
}

#[tokio::test]
async fn a_send_releases_the_poll_and_is_answered_after_it() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server).await;
    for (number, status) in ["BSY", "AWY", "NLN"].into_iter().enumerate() {
        let held = held(&mut alice).await;
        let line = format!("CHG {number} {status} 268435492");
        let sent = begin(&alice, &session(&alice.id), format!("{line}\r\n").as_bytes()).await;
        let (polled, sent) = (ends(held).await, ends(sent).await);
        assert!(polled.body.is_empty());
        assert_eq!(sent.body, format!("{line}\r\n").as_bytes());
        // The send's SessionID is the one that counts.
        alice.take(&polled);
        refused(&alice.post(&poll(&alice.id), b"").await);
        alice.take(&sent);
        alice.expect(&line).await;
        bob.expect(&format!("NLN {status} {ALICE} Alice 268435492")).await;
    }
    quiet(&mut alice).await;
}

#[tokio::test]
async fn what_was_said_to_a_poll_whose_client_has_gone_is_kept() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server).await;
    drop(held(&mut alice).await);
    // The same SessionID again, as soon as the service has seen that the other is gone.
    let again = async {
        loop {
            let answer = alice.post(&poll(&alice.id), b"").await;
            if answer.status() == 200 {
                return answer;
            }
        }
    };
    let answer = tokio::time::timeout(msnp_testkit::DEADLINE, again).await.expect("an answer");
    alice.take(&answer);
    bob.chg("BSY").await;
    alice.expect(&format!("NLN BSY {BOB} Bob 268435492")).await;
    quiet(&mut alice).await;
}
