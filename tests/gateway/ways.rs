//! The ways requests come: connections kept or not, old versions, targets of both forms, TLS.

use msnp_testkit::gateway::{Gateway, Way};
use msnp_testkit::http::{Answer, request, tls_request};
use msnp_testkit::{TestServer, message};

use crate::support::{ALICE, BOB, quiet, way};

#[tokio::test]
async fn every_way_leads_in() {
    let server = TestServer::start().await;
    server.befriend(ALICE, BOB).await;
    for absolute in [true, false] {
        for version in ["1.1", "1.0"] {
            for keep_alive in [true, false] {
                let way = Way { absolute, version, keep_alive, ..way(&server) };
                let mut alice = Gateway::online(&server, way.clone(), ALICE, 9).await;
                let mut bob = Gateway::online(&server, way, BOB, 9).await;
                alice.expect(&format!("NLN NLN {BOB} Bob 268435492")).await;
                let mut hers = alice.conversation(ALICE).await;
                hers.ask(&format!("CAL 2 {BOB}"), "CAL 2 RINGING ").await;
                let mut his = bob.answer(BOB).await;
                hers.expect(&format!("JOI {BOB} Bob")).await;
                hers.send_raw(&message(3, 'N', b"hello")).await;
                assert_eq!(his.message().await.payload, b"hello");
                for gateway in [&mut alice, &mut bob] {
                    gateway.send("OUT").await;
                    assert!(gateway.closed);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_session_may_change_its_way_with_every_request() {
    let server = TestServer::start().await;
    let mut alice = Gateway::online(&server, way(&server), ALICE, 9).await;
    for (absolute, version, keep_alive) in
        [(false, "1.0", false), (true, "1.1", true), (true, "1.0", true), (false, "1.1", false)]
    {
        alice.way = Way { absolute, version, keep_alive, ..alice.way.clone() };
        quiet(&mut alice).await;
    }
}

#[tokio::test]
async fn it_is_behind_tls_as_well() {
    let server = TestServer::start().await;
    let authority = server.folder().join("tls/ca.pem");
    let ask = async |query: &str, body: &str| -> Answer {
        let text = format!(
            "POST /gateway/gateway.dll?{query} HTTP/1.1\r\nHost: gateway.messenger.hotmail.com\r\n\
             Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let name = "gateway.messenger.hotmail.com";
        tls_request(server.addresses.https, &authority, name, text.as_bytes()).await.expect("an answer")
    };
    let mut ns = Gateway::new(way(&server));
    let answer = ask("Action=open&Server=NS", "VER 1 MSNP8\r\n").await;
    ns.take(&answer);
    assert_eq!(ns.ip, "gateway.messenger.hotmail.com");
    // A session goes on by whichever listener.
    ns.ask("CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 5.0.0544 MSMSGS a@b.c", "VER 1 MSNP8").await;
    ns.expect_prefix("CVR 2 5.0.0544 ").await;
    let answer = ask(&format!("SessionID={}", ns.id), "OUT\r\n").await;
    assert!(answer.head.contains("; Session=close"));
}

#[tokio::test]
async fn an_old_client_that_ends_its_side_gets_its_answer() {
    let server = TestServer::start().await;
    let text = b"POST /gateway/gateway.dll?Action=open HTTP/1.0\r\nContent-Length: 13\r\n\r\nVER 1 MSNP8\r\n";
    let answer = request(server.addresses.http, text).await;
    assert_eq!(answer.body, b"VER 1 MSNP8\r\n");
    let mut stream = tokio::net::TcpStream::connect(server.addresses.http).await.expect("it listens");
    tokio::io::AsyncWriteExt::write_all(&mut stream, text).await.expect("sent");
    tokio::io::AsyncWriteExt::shutdown(&mut stream).await.expect("ended");
    assert_eq!(msnp_testkit::gateway::read_answer(&mut stream).await.body, b"VER 1 MSNP8\r\n");
}
