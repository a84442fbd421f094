//! Requests that are read in two ways, and bodies that look like requests.

use msnp_testkit::TestServer;
use msnp_testkit::http::{Answer, request};

use crate::support::{friends, poll, quiet, session, way};
use msnp_testkit::gateway::Gateway;

/// Everything that comes back, as text.
fn all(answer: &Answer) -> String {
    format!("{}\r\n\r\n{}", answer.head, String::from_utf8_lossy(&answer.body))
}

#[tokio::test]
async fn a_body_has_one_length() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server).await;
    let hidden = format!(
        "POST /gateway/gateway.dll?{} HTTP/1.1\r\nHost: h\r\nContent-Length: 13\r\n\r\nCHG 9 HDN 0\r\n\r\n",
        session(&alice.id)
    );
    for framing in [
        "Transfer-Encoding: chunked\r\n".to_owned(),
        "Transfer-Encoding: identity\r\n".to_owned(),
        "transfer-encoding:\tchunked\r\n".to_owned(),
        format!("Content-Length: {}\r\nTransfer-Encoding: chunked\r\n", hidden.len()),
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n".to_owned(),
        format!("Content-Length: 0\r\nContent-Length: {}\r\n", hidden.len()),
        format!("Content-Length: 0, {}\r\n", hidden.len()),
        "Content-Length: +0\r\n".to_owned(),
        "Content-Length: 0x0\r\n".to_owned(),
        "Content-Length : 0\r\n".to_owned(),
        "Content-Length:\r\n".to_owned(),
        "Content-Length: 0\r\n Transfer-Encoding: chunked\r\n".to_owned(),
        "Content-Length: -1\r\n".to_owned(),
    ] {
        let text = format!(
            "POST /gateway/gateway.dll?Action=open&Server=NS HTTP/1.1\r\nHost: h\r\n{framing}\r\n0\r\n\r\n{hidden}"
        );
        let answer = request(server.addresses.http, text.as_bytes()).await;
        assert!([400, 411].contains(&answer.status()), "{framing:?}: {}", answer.head);
        // One answer, the end of the connection, and no session was opened.
        assert_eq!(answer.header("Connection"), Some("close"), "{framing:?}");
        let text = all(&answer);
        assert!(text.matches("HTTP/1.1 ").count() == 1 && !text.contains("SessionID"), "{text}");
    }
    quiet(&mut alice).await;
    bob.quiet().await;
}

#[tokio::test]
async fn a_body_is_never_a_request() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server).await;
    let hidden = format!(
        "POST /gateway/gateway.dll?{} HTTP/1.1\r\nHost: h\r\nContent-Length: 13\r\n\r\nCHG 9 HDN 0\r\n",
        session(&alice.id)
    );
    let mut mallory = Gateway::new(way(&server));
    let answer = mallory.post("Action=open&Server=NS", hidden.as_bytes()).await;
    // Its first line is no command.
    assert!(answer.head.contains("; Session=close") && answer.body.is_empty());
    // The connection goes on with the next real request.
    let mut open = mallory.post("Action=open&Server=NS", b"VER 1 MSNP8\r\n").await;
    assert_eq!(open.body, b"VER 1 MSNP8\r\n");
    mallory.take(&open);
    open = mallory.post(&poll(&mallory.id), b"").await;
    assert!(open.body.is_empty());
    quiet(&mut alice).await;
    bob.quiet().await;
}

#[tokio::test]
async fn requests_in_a_row_are_answered_in_their_order() {
    let server = TestServer::start().await;
    let open = "POST /gateway/gateway.dll?Action=open HTTP/1.1\r\nHost: h\r\nContent-Length: 13\r\n";
    let text = format!("{open}\r\nVER 1 MSNP8\r\n{open}Connection: close\r\n\r\nVER 2 MSNP9\r\n");
    let answer = all(&request(server.addresses.http, text.as_bytes()).await);
    let first = answer.find("VER 1 MSNP8\r\nHTTP/1.1 200 OK\r\n");
    assert!(first.is_some_and(|first| answer[first..].ends_with("\r\n\r\nVER 2 MSNP9\r\n")), "{answer}");
}

#[tokio::test]
async fn a_body_that_ends_early_brings_nothing() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server).await;
    let text = format!(
        "POST /gateway/gateway.dll?{} HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nCHG 9 HDN 0\r\n",
        session(&alice.id)
    );
    let mut stream = tokio::net::TcpStream::connect(server.addresses.http).await.expect("it listens");
    tokio::io::AsyncWriteExt::write_all(&mut stream, text.as_bytes()).await.expect("sent");
    drop(stream);
    // It has not been brought, so the SessionID still counts.
    quiet(&mut alice).await;
    bob.quiet().await;
}
