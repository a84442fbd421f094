//! The time limits of a connection: to send its first bytes, to sign in, and to finish a command (1.2, 1.4, 2.1).

use std::time::Duration;

use msnp_testkit::{DEADLINE, Ns, Table, TestServer, Wire};
use papillon_server::Timeouts;

use crate::support::{ALICE, BOB, CAROL, DIALECTS};

const SHORT: Duration = Duration::from_millis(300);

async fn server(change: impl FnOnce(&mut Timeouts)) -> TestServer {
    TestServer::with(|config| {
        config.timeouts.first_line = DEADLINE * 2;
        config.timeouts.sign_in = DEADLINE * 2;
        config.timeouts.unfinished = DEADLINE * 2;
        change(&mut config.timeouts);
    })
    .await
}

#[tokio::test]
async fn the_defaults_suit_old_machines() {
    let Timeouts { first_line, sign_in, unfinished, .. } = Timeouts::default();
    assert_eq!([first_line, sign_in, unfinished].map(|time| time.as_secs()), [15, 60, 60]);
}

#[tokio::test]
async fn who_does_not_say_a_whole_line_is_sent_away() {
    let server = server(|timeouts| timeouts.first_line = SHORT).await;
    for address in [server.addresses.msnp, server.addresses.dispatch] {
        for beginning in
            ["", "VER 1 MSNP9", "USR 1 alice@example.com", "\r\n\n \r\n", "\r\nVER 1 MSNP8 CVR0\r"]
        {
            let mut wire = Wire::connect(address).await;
            wire.send_raw(beginning.as_bytes()).await;
            wire.closed().await;
        }
    }
}

#[tokio::test]
async fn who_has_said_one_has_time_for_the_sign_in() {
    let server = server(|timeouts| timeouts.first_line = SHORT).await;
    let mut slow = Ns::connect(server.addresses.msnp).await;
    slow.greet(ALICE, 9).await;
    // This one came later, and its time is over.
    Wire::connect(server.addresses.msnp).await.closed().await;
    slow.send(&format!("USR 903 TWN I {ALICE}")).await;
    slow.expect_prefix("USR 903 TWN S ").await;
}

#[tokio::test]
async fn a_sign_in_that_is_not_over_in_time_ends() {
    let server = server(|timeouts| timeouts.sign_in = SHORT).await;
    for dialect in DIALECTS {
        let mut slow = Ns::connect(server.addresses.msnp).await;
        slow.identify(ALICE, dialect).await;
        slow.send_raw(b"USR 4 TWN S t=").await;
        slow.closed().await;
    }
    let mut outside = Wire::connect(server.addresses.msnp).await;
    outside.send_raw(b"ANS 1 alice@example.com 1.2.3 4").await;
    outside.closed().await;
}

#[tokio::test]
async fn a_line_or_payload_that_is_begun_is_to_be_finished() {
    let server = server(|timeouts| timeouts.unfinished = SHORT).await;
    for dialect in DIALECTS {
        for beginning in
            ["P", "PNG", "PNG\r", "PNG\r\nPNG\r\n\r\nPN", "QRY 5 PROD0038W!61ZTF9 32\r\n0123", "\r\n\r", " "]
        {
            let mut ns = Ns::sign_in(&server, ALICE, dialect).await;
            ns.send_raw(beginning.as_bytes()).await;
            let pongs = beginning.matches("PNG\r\n").count();
            for _ in 0..pongs {
                ns.expect(if dialect == 8 { "QNG" } else { "QNG 50" }).await;
            }
            ns.closed().await;
        }
    }
}

#[tokio::test]
async fn a_message_that_is_begun_is_to_be_finished() {
    let server = server(|timeouts| timeouts.unfinished = SHORT).await;
    for beginning in ["M", "MSG 1 A 100", "MSG 1 A 100\r\n", "MSG 1 A 100\r\nhalf", "\r"] {
        let mut table = Table::of(&server, &["alice", "bob"], 9).await;
        let (alice, bob) = table.two();
        alice.send_raw(beginning.as_bytes()).await;
        alice.closed().await;
        bob.expect(&format!("BYE {ALICE}")).await;
        bob.quiet().await;
    }
}

#[tokio::test]
async fn drop_by_drop_is_no_way_to_finish() {
    let server = server(|timeouts| timeouts.unfinished = SHORT).await;
    let mut table = Table::of(&server, &["alice", "bob"], 9).await;
    let (alice, bob) = table.two();
    alice.send_raw(b"MSG 1 A 1664\r\n").await;
    let mut drops = 0;
    while bob.fence().await != [format!("BYE {ALICE}")] {
        // Slower than the others' questions, or the payload would be whole too soon.
        if drops % 8 == 0 {
            alice.send_raw(b"x").await;
        }
        drops += 1;
        assert!(drops < 8 * 1_664, "the payload is whole, and nobody minds");
    }
    alice.closed().await;
    server.befriend(ALICE, CAROL).await;
    let mut alice = Ns::online(&server, ALICE, 9).await;
    let mut carol = Ns::online(&server, CAROL, 9).await;
    alice.expect_prefix(&format!("NLN NLN {CAROL} ")).await;
    let mut drops = 0;
    while carol.fence().await != [format!("FLN {ALICE}")] {
        alice.send_raw(b"x").await;
        drops += 1;
        assert!(drops < 16_000, "the line is too long, and nobody minds");
    }
    alice.closed().await;
}

#[tokio::test]
async fn who_finishes_one_thing_may_begin_another() {
    let server = server(|timeouts| timeouts.unfinished = SHORT).await;
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    alice.send_raw(b"P").await;
    for _ in 0..2 {
        let mut other = Ns::sign_in(&server, BOB, 9).await;
        other.send_raw(b"P").await;
        let waiting = tokio::spawn(async move { other.closed().await });
        while !waiting.is_finished() {
            alice.send_raw(b"NG\r\nP").await;
            alice.expect("QNG 50").await;
        }
        waiting.await.expect("what was begun there has not been finished");
    }
    alice.send_raw(b"NG\r\n").await;
    alice.expect("QNG 50").await;
    // With nothing begun there is all the time in the world.
    let mut other = Ns::sign_in(&server, BOB, 9).await;
    other.send_raw(b"P").await;
    other.closed().await;
    alice.quiet().await;
}
