//! The bodies of requests.

use msnp_testkit::gateway::Gateway;
use msnp_testkit::script::all_cuts;
use msnp_testkit::{Sb, TestServer, message};

use crate::support::{ALICE, BOB, friends, quiet, session, way};

const GREETING: &[u8] = b"VER 1 MSNP9 MSNP8 CVR0\r\n\
    CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS alice@example.com\r\nOUT\r\n";

#[tokio::test]
async fn a_body_may_have_several_commands_and_a_command_several_bodies() {
    let server = TestServer::start().await;
    let mut expected = None;
    for cut in all_cuts(GREETING.len()) {
        let mut ns = Gateway::new(way(&server));
        let mut query = "Action=open&Server=NS&IP=messenger.hotmail.com".to_owned();
        for piece in cut.pieces(GREETING) {
            let answer = ns.post(&query, piece).await;
            ns.take(&answer);
            query = session(&ns.id);
        }
        assert!(ns.closed, "{cut:?}");
        let expected: &Vec<u8> = expected.get_or_insert_with(|| ns.unread.clone());
        assert!(expected.starts_with(b"VER 1 MSNP9 MSNP8 CVR0\r\nCVR 2 6.0.0602 "));
        assert_eq!(&ns.unread, expected, "{cut:?}");
    }
}

#[tokio::test]
async fn a_message_may_be_as_long_as_elsewhere_and_no_longer() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server).await;
    let mut his = Sb::open(&mut bob).await;
    his.call(ALICE).await;
    let mut hers = alice.answer(ALICE).await;
    his.expect("JOI alice@example.com Alice").await;
    let longest: Vec<u8> = (0..1664).map(|at| (at % 256) as u8).collect();
    // In one body,
    hers.send_raw(&message(1, 'A', &longest)).await;
    assert_eq!(his.receive(ALICE).await, longest);
    hers.expect("ACK 1").await;
    // cut in the middle,
    let bytes = message(2, 'N', &longest);
    hers.send_raw(&bytes[..700]).await;
    his.quiet().await;
    hers.send_raw(&bytes[700..]).await;
    assert_eq!(his.receive(ALICE).await, longest);
    // and many at once, there and back.
    let burst: Vec<u8> = (0..30).flat_map(|_| message(3, 'U', &longest)).collect();
    hers.send_raw(&burst).await;
    for _ in 0..30 {
        assert_eq!(his.receive(ALICE).await, longest);
    }
    for _ in 0..200 {
        his.msg(4, 'U', &longest).await;
    }
    his.quiet().await;
    for _ in 0..200 {
        assert_eq!(hers.message().await.payload, longest);
    }
    let mut too_long = longest.clone();
    too_long.push(0);
    hers.send_raw(&message(5, 'A', &too_long)).await;
    assert!(hers.closed && hers.unread.is_empty());
    his.expect(&format!("BYE {ALICE}")).await;
}

#[tokio::test]
async fn a_long_answer_comes_in_portions() {
    let server = TestServer::start().await;
    for number in 0..500 {
        server.list(ALICE, &format!("{number:04}-{}@example.com", "x".repeat(80))).await;
    }
    let mut alice = Gateway::sign_in(&server, way(&server), ALICE, 9).await;
    let mut answer = alice.post(&session(&alice.id), b"SYN 5 0\r\n").await;
    let mut portions = 0;
    let mut contacts = 0;
    while contacts < 500 {
        portions += 1;
        assert!((1..=64 * 1024).contains(&answer.body.len()), "{}", answer.body.len());
        // Whole lines, so that a simple client has no pieces to put together.
        assert!(answer.body.ends_with(b"\r\n"));
        alice.take(&answer);
        while let Some(line) = alice.take_line() {
            contacts += usize::from(line.starts_with("LST "));
        }
        if contacts < 500 {
            answer = alice.post(&format!("Action=poll&SessionID={}", alice.id), b"").await;
        }
    }
    assert!(portions > 1);
    quiet(&mut alice).await;
}

#[tokio::test]
async fn what_is_no_command_ends_the_session_and_nothing_else() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server).await;
    let noise: Vec<u8> = (0..5000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for body in [
        &[b'\n'; 300][..],
        b"\0\0\0\0\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"MSG 1 A 5\r\nhello",
        &noise,
        &[b'x'; 60_000],
        b"\xff\xfe\r\n",
    ] {
        let mut ns = Gateway::new(way(&server));
        let answer = ns.post("Action=open&Server=NS", body).await;
        assert!(answer.head.contains("; Session=close"), "{}: {}", body.escape_ascii(), answer.head);
        assert!(answer.body.is_empty());
    }
    quiet(&mut alice).await;
    bob.quiet().await;
}

#[tokio::test]
async fn a_huge_body_is_not_taken() {
    let server = TestServer::start().await;
    let (mut alice, _bob) = friends(&server).await;
    let query = session(&alice.id);
    let answer = alice.post(&query, &vec![b'x'; 64 * 1024 + 1]).await;
    assert_eq!(answer.status(), 413);
    // It has done nothing, and the SessionID still counts.
    quiet(&mut alice).await;
    let request =
        format!("POST /gateway/gateway.dll?{query} HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n");
    let answer = msnp_testkit::http::request(server.addresses.http, request.as_bytes()).await;
    assert_eq!(answer.status(), 413);
    quiet(&mut alice).await;
    assert_eq!(alice.take_line(), None, "{BOB}");
}
