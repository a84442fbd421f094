//! Presence and conversations, by the gateway and beside it.

use msnp_testkit::gateway::Gateway;
use msnp_testkit::{Ns, Sb, TestServer, message, words};

use crate::support::{ALICE, ALICE_ONLINE, BOB, friends, quiet, way};

#[tokio::test]
async fn two_people_at_the_gateway_see_each_other_and_talk() {
    for dialect in [8, 9] {
        for fresh in [false, true] {
            let server = TestServer::start().await;
            server.befriend(ALICE, BOB).await;
            let way = if fresh { way(&server).fresh() } else { way(&server) };
            let mut alice = Gateway::online(&server, way.clone(), ALICE, dialect).await;
            let mut bob = Gateway::online(&server, way, BOB, dialect).await;
            alice.expect("NLN NLN bob@example.com Bob 268435492").await;
            let mut hers = alice.conversation(ALICE).await;
            hers.ask(&format!("CAL 2 {BOB}"), "CAL 2 RINGING ").await;
            let mut his = bob.answer(BOB).await;
            hers.expect("JOI bob@example.com Bob").await;
            hers.send_raw(&message(3, 'A', b"hello")).await;
            let said = his.message().await;
            assert_eq!((&*said.from, &*said.name, &*said.payload), (ALICE, "Alice", &b"hello"[..]));
            // A message counts as delivered when it has gone into an answer.
            hers.expect("ACK 3").await;
            his.send_raw(&message(4, 'U', b"and back")).await;
            assert_eq!(hers.message().await.payload, b"and back");
            his.send("OUT").await;
            assert!(his.closed);
            hers.expect("BYE bob@example.com").await;
            alice.send("CHG 7 BSY 268435492").await;
            alice.expect("CHG 7 BSY 268435492").await;
            bob.expect("NLN BSY alice@example.com Alice 268435492").await;
        }
    }
}

#[tokio::test]
async fn somebody_at_the_gateway_and_somebody_at_a_socket_talk() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server).await;
    // She calls him,
    let mut hers = alice.conversation(ALICE).await;
    hers.ask(&format!("CAL 2 {BOB}"), "CAL 2 RINGING ").await;
    let (mut his, present) = Sb::answer(BOB, &bob.ring().await).await;
    assert_eq!(present, ["IRO 902 1 1 alice@example.com Alice"]);
    hers.expect("JOI bob@example.com Bob").await;
    hers.send_raw(&message(3, 'A', b"hello")).await;
    // and a socket takes it at once.
    assert_eq!(hers.take_line().as_deref(), Some("ACK 3"));
    assert_eq!(his.receive(ALICE).await, b"hello");
    his.msg(4, 'A', b"and back").await;
    his.quiet().await;
    assert_eq!(hers.message().await.payload, b"and back");
    his.expect("ACK 4").await;
    // He calls her.
    let mut his = Sb::open(&mut bob).await;
    his.call(ALICE).await;
    let mut hers = alice.answer(ALICE).await;
    his.expect("JOI alice@example.com Alice").await;
    his.msg(5, 'N', b"again").await;
    assert_eq!(hers.message().await.payload, b"again");
}

#[tokio::test]
async fn what_goes_into_the_last_answer_has_been_delivered() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server).await;
    let mut his = Sb::open(&mut bob).await;
    his.call(ALICE).await;
    let mut hers = alice.answer(ALICE).await;
    his.expect("JOI alice@example.com Alice").await;
    his.msg(5, 'A', b"in time").await;
    his.quiet().await;
    // A line that is no command ends her session without another word.
    let answer = hers.post(&format!("SessionID={}", hers.id), b"XXX\r\n").await;
    assert!(answer.head.contains("; Session=close"));
    assert!(answer.body.starts_with(b"MSG "));
    his.expect("BYE alice@example.com").await;
    his.expect("ACK 5").await;
}

#[tokio::test]
async fn the_profile_has_the_other_ends_address_and_no_port() {
    let server = TestServer::start().await;
    for dialect in [8, 9] {
        let alice = Gateway::sign_in(&server, way(&server), ALICE, dialect).await;
        assert!(alice.profile.contains("\r\nClientIP: 127.0.0.1\r\n"), "{}", alice.profile);
        assert!(alice.profile.contains("\r\nClientPort: 0\r\n"), "{}", alice.profile);
    }
}

/// The requests after the sign-in that have the same answer every time.
const SCRIPT: &[&str] = &[
    "CHG 10 NLN 268435492",
    "CHG 11 AWY 268435492",
    "CHG 12 FLN",
    "GTC 13 N",
    "BLP 14 BL",
    "PRP 15 PHH 123",
    "ADD 16 FL bob@example.com bob@example.com",
    "ADD 17 AL bob@example.com bob@example.com",
    "REA 18 alice@example.com Al",
    "ADG 19 Friends 0",
    "REM 20 FL bob@example.com",
    "ADD 21 FL nobody@example.com nobody",
    "URL 22 NOTHING",
    "XFR 23 XX",
    "IMS 24 OFF",
    "SYN 25 0",
    "USR 27 TWN I alice@example.com",
];

#[tokio::test]
async fn everything_else_is_as_it_is_at_a_socket() {
    let script: String = SCRIPT.iter().map(|line| format!("{line}\r\n")).collect();
    for dialect in [8, 9] {
        let mut heard = Vec::new();
        for through in [false, true] {
            let server = TestServer::start().await;
            server.account(BOB).await;
            let text = if through {
                let mut alice = Gateway::sign_in(&server, way(&server), ALICE, dialect).await;
                alice.send_raw(script.as_bytes()).await;
                alice.send("OUT").await;
                assert!(alice.closed);
                alice.unread
            } else {
                let mut alice = Ns::sign_in(&server, ALICE, dialect).await;
                alice.send_raw(script.as_bytes()).await;
                alice.send("OUT").await;
                alice.rest().await
            };
            // A challenge is never the same.
            let text = String::from_utf8(text).expect("UTF-8");
            let lines = text.lines().filter(|line| !line.starts_with("CHL "));
            heard.push(lines.map(str::to_owned).collect::<Vec<_>>());
        }
        assert!(heard[0].len() > SCRIPT.len(), "{heard:#?}");
        assert_eq!(heard[0], heard[1]);
    }
}

#[tokio::test]
async fn a_second_sign_in_sends_the_first_away_whatever_their_ways() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server).await;
    let mut hers = alice.conversation(ALICE).await;
    let door = alice.ask("XFR 8 SB", "XFR 8 SB ").await;
    let mut second = Ns::sign_in(&server, ALICE, 9).await;
    alice.expect("OUT OTH").await;
    assert!(alice.closed);
    while !hers.closed {
        hers.poll().await;
    }
    let mut late = Gateway::new(way(&server));
    let line = format!("USR 1 {ALICE} {}\r\n", words(&door)[5]);
    assert_eq!(late.post("Action=open&Server=SB", line.as_bytes()).await.body, b"911 1\r\n");
    bob.expect(&format!("FLN {ALICE}")).await;
    let mut third = Gateway::online(&server, way(&server), ALICE, 9).await;
    second.expect("OUT OTH").await;
    second.closed().await;
    bob.expect(ALICE_ONLINE).await;
    bob.quiet().await;
    quiet(&mut third).await;
}

#[tokio::test]
async fn a_switchboard_is_found_whatever_address_is_named() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    let mut alice = Gateway::online(&server, way(&server), ALICE, 9).await;
    for query in [
        "Action=open&Server=SB&IP=10.99.99.99:1863",
        "Action=open&IP=10.99.99.99:1863",
        "Action=open&Server=SB",
        // Its first verb selects the server.
        "Action=open&Server=NS&IP=messenger.hotmail.com",
    ] {
        let door = alice.ask("XFR 8 SB", "XFR 8 SB ").await;
        let line = format!("USR 1 {ALICE} {}\r\n", words(&door)[5]);
        let mut seat = Gateway::new(way(&server));
        let answer = seat.post(query, line.as_bytes()).await;
        assert_eq!(answer.body, b"USR 1 OK alice@example.com Alice\r\n", "{query}");
    }
    // Without the cookie there is no way in.
    let mut stranger = Gateway::new(way(&server));
    let answer = stranger.post("Action=open&Server=NS", b"USR 1 alice@example.com 1.2.3\r\n").await;
    assert_eq!(answer.body, b"911 1\r\n");
    assert!(answer.head.contains("; Session=close"));
}
