//! SessionIDs: their form, and the rule that only the latest one counts.

use msnp_testkit::TestServer;
use msnp_testkit::gateway::{Gateway, Way};

use crate::support::{ALICE, BOB, friends, poll, quiet, refused, session, way};

fn numbers(id: &str) -> (u64, u64) {
    let (session, nonce) = id.split_once('.').expect("a dot");
    (session.parse().expect("a number"), nonce.parse().expect("a number"))
}

#[tokio::test]
async fn an_answer_has_what_old_clients_look_for() {
    let server = TestServer::start().await;
    let mut ns = Gateway::new(way(&server));
    let answer = ns.post("Action=open&Server=NS&IP=messenger.hotmail.com", b"VER 5 MSNP8 CVR0\r\n").await;
    let lines: Vec<&str> = answer.head.split("\r\n").collect();
    assert_eq!(lines[0], "HTTP/1.1 200 OK");
    assert!(lines[1].starts_with("X-MSN-Messenger: SessionID="), "{lines:?}");
    assert!(lines[1].ends_with("; GW-IP=127.0.0.1"), "{lines:?}");
    assert_eq!(answer.header("Content-Type"), Some("application/x-msn-messenger"));
    assert_eq!(answer.header("Content-Length"), Some("18"));
    assert_eq!(answer.body, b"VER 5 MSNP8 CVR0\r\n");
    ns.take(&answer);
    let answer = ns.post(&poll(&ns.id), b"").await;
    assert_eq!((answer.header("Content-Length"), answer.body.len()), (Some("0"), 0));
}

#[tokio::test]
async fn the_gateway_is_called_what_the_client_calls_it() {
    let server = TestServer::start().await;
    for (authority, ip) in [
        ("gateway.messenger.hotmail.com", "gateway.messenger.hotmail.com"),
        ("gateway.example:8080", "gateway.example"),
        ("[::1]:80", "[::1]"),
    ] {
        for absolute in [true, false] {
            let way = Way { authority: authority.into(), absolute, ..way(&server) };
            let ns = Gateway::open(way, "NS", "VER 1 MSNP8").await;
            assert_eq!(ns.ip, ip);
        }
    }
}

#[tokio::test]
async fn the_number_of_the_session_stays_and_the_other_changes() {
    let server = TestServer::start().await;
    let mut ns = Gateway::open(way(&server), "NS", "VER 1 MSNP8").await;
    let (number, first) = numbers(&ns.id);
    let mut seen = vec![first];
    for _ in 0..20 {
        ns.poll().await;
        let (same, next) = numbers(&ns.id);
        assert!(same == number && !seen.contains(&next));
        seen.push(next);
    }
    let other = Gateway::open(way(&server), "NS", "VER 1 MSNP8").await;
    assert_ne!(numbers(&other.id).0, number);
}

#[tokio::test]
async fn what_is_not_the_latest_is_refused_and_does_no_harm() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server).await;
    let stale = alice.id.clone();
    alice.poll().await;
    let (number, nonce) = numbers(&alice.id);
    let wrong = [
        stale,
        format!("{number}.{}", nonce.wrapping_add(1)),
        format!("{number}.0"),
        format!("{}.{nonce}", number.wrapping_add(1)),
        format!("{nonce}.{number}"),
        "0.0".to_owned(),
    ];
    bob.chg("BSY").await;
    for id in &wrong {
        for (query, body) in [(session(id), &b"CHG 9 HDN 0\r\n"[..]), (session(id), b""), (poll(id), b"")] {
            refused(&alice.post(&query, body).await);
        }
    }
    alice.expect(&format!("NLN BSY {BOB} Bob 268435492")).await;
    quiet(&mut alice).await;
    bob.quiet().await;
}

#[tokio::test]
async fn nobody_reads_what_is_anothers() {
    let server = TestServer::start().await;
    server.befriend(ALICE, BOB).await;
    let mut alice = Gateway::online(&server, way(&server), ALICE, 9).await;
    let mut bob = Gateway::online(&server, way(&server), BOB, 9).await;
    alice.expect(&format!("NLN NLN {BOB} Bob 268435492")).await;
    let ((hers, her_nonce), (his, his_nonce)) = (numbers(&alice.id), numbers(&bob.id));
    let mut mallory = Gateway::new(way(&server));
    bob.ask("CHG 7 BSY 268435492", "CHG 7 BSY").await;
    let (_, his_next) = numbers(&bob.id);
    for id in [
        format!("{hers}.{his_nonce}"),
        format!("{hers}.{his_next}"),
        format!("{his}.{her_nonce}"),
        format!("{his}.{his_nonce}"),
        format!("{hers}.{her_nonce}.{his_next}"),
    ] {
        refused(&mallory.post(&poll(&id), b"").await);
        refused(&mallory.post(&session(&id), b"OUT\r\n").await);
    }
    // The two go on, and nothing has been taken from them.
    alice.expect(&format!("NLN BSY {BOB} Bob 268435492")).await;
    quiet(&mut alice).await;
    quiet(&mut bob).await;
}

#[tokio::test]
async fn what_is_garbled_is_refused_in_a_line() {
    let server = TestServer::start().await;
    let mut ns = Gateway::open(way(&server), "NS", "VER 1 MSNP8").await;
    let id = ns.id.clone();
    for query in [
        String::new(),
        "Action=open&Action=open".into(),
        "Action=close".into(),
        "action=open&Server=NS".into(),
        format!("Action=open&SessionID={id}"),
        format!("Action=poll&SessionID={id}&SessionID={id}"),
        format!("Action=poll&Lifespan=x&SessionID={id}"),
        format!("SessionID={}", id.replace('.', "-")),
        format!("SessionID=%20{id}"),
        "SessionID=".into(),
        "Action=poll".into(),
        "SessionID=99999999999999999999999.1".into(),
    ] {
        refused(&ns.post(&query, b"CVR 2 x\r\n").await);
    }
    ns.poll().await;
    assert_eq!(ns.take_line().as_deref(), Some("VER 1 MSNP8"));
    assert_eq!(ns.take_line(), None);
}

#[tokio::test]
async fn only_post_is_answered() {
    let server = TestServer::start().await;
    for (method, status) in [("GET", 405), ("HEAD", 405), ("PUT", 405), ("post", 405)] {
        let request = format!("{method} /gateway/gateway.dll?Action=open HTTP/1.0\r\nHost: h\r\n\r\n");
        let answer = msnp_testkit::http::request(server.addresses.http, request.as_bytes()).await;
        assert_eq!((answer.status(), answer.header("Allow")), (status, Some("POST")), "{method}");
    }
}

#[tokio::test]
async fn a_client_may_open_with_nothing_and_greet_later() {
    // Seen: aMSN.
    let server = TestServer::start().await;
    let mut ns = Gateway::new(way(&server));
    let answer = ns.post("Action=open&Server=NS&IP=messenger.hotmail.com", b"").await;
    assert!(answer.status() == 200 && answer.body.is_empty());
    ns.take(&answer);
    ns.poll().await;
    ns.ask("VER 1 MSNP9 MSNP8 CVR0", "VER 1 MSNP9 MSNP8 CVR0").await;
}

#[tokio::test]
async fn the_path_may_be_spelled_otherwise() {
    let server = TestServer::start().await;
    let request =
        b"POST /Gateway/Gateway.DLL?Action=open HTTP/1.0\r\nContent-Length: 13\r\n\r\nVER 1 MSNP8\r\n";
    let answer = msnp_testkit::http::request(server.addresses.http, request).await;
    assert_eq!((answer.status(), &*answer.body), (200, &b"VER 1 MSNP8\r\n"[..]));
}

#[tokio::test]
async fn there_are_not_more_sessions_than_an_address_may_have() {
    let server = TestServer::with(|config| config.limits.gateway_sessions_per_address = 2).await;
    let mut first = Gateway::open(way(&server), "NS", "VER 1 MSNP8").await;
    let _second = Gateway::open(way(&server), "NS", "VER 1 MSNP8").await;
    let mut third = Gateway::new(way(&server));
    assert_eq!(third.post("Action=open&Server=NS", b"VER 1 MSNP8\r\n").await.status(), 503);
    first.send("OUT").await;
    assert!(first.closed);
    // The place is free as soon as the session has ended on the other side too.
    let ended = async {
        while third.post("Action=open&Server=NS", b"VER 1 MSNP8\r\n").await.status() != 200 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(msnp_testkit::DEADLINE, ended).await.expect("a free place");
}
