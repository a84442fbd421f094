//! `examples/echo_bot.rs`, and people who leave it.

use msnp_client::{Event, SendError};
use msnp_testkit::{Ns, Sb, TestServer};

use crate::who::{ALICE, BOB, CAROL, handle, online, wait};

#[path = "../../examples/echo_bot.rs"]
#[allow(dead_code, reason = "its main function is for a terminal")]
mod echo_bot;

const TEXT: &[u8] = b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nhello";

#[tokio::test]
async fn it_goes_on_when_somebody_leaves_in_the_middle() {
    let server = TestServer::start().await;
    for who in [ALICE, CAROL] {
        server.account(who).await;
    }
    let (_bot, mut events) = online(&server, ALICE).await;
    let echo = tokio::spawn(async move { echo_bot::echo(&mut events).await });
    // One who is gone before the echo comes, for good and without a word.
    let mut bob = Ns::online(&server, BOB, 9).await;
    let mut seat = Sb::open(&mut bob).await;
    seat.call(ALICE).await;
    seat.expect(&format!("JOI {ALICE} Alice")).await;
    bob.send("OUT").await;
    bob.closed().await;
    seat.msg(1, 'N', TEXT).await;
    seat.wire.reset_when_dropped();
    drop(seat);
    let (carol, mut carol_hears) = online(&server, CAROL).await;
    for words in ["one", "two"] {
        carol.send(&handle(ALICE), words).await.unwrap();
        let heard = wait(&mut carol_hears, |event| match event {
            Event::Message { text, .. } => Some(text.body),
            _ => None,
        });
        assert_eq!(heard.await, words);
    }
    assert_eq!(carol.send(&handle(BOB), "?").await, Err(SendError::NotOnline));
    assert!(!echo.is_finished());
}
