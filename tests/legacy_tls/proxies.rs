//! Proxies that say for whom they connect, and others that only say so.

use std::net::SocketAddr;

use msnp_testkit::http::{self, Answer, login_request, tls_request_over};
use msnp_testkit::{PASSWORD, TestServer};
use tokio::net::TcpStream;

use crate::{ANSWER, REQUEST, authority};

/// A service that trusts this machine's usual address, and lets an address fail once a minute.
async fn trusting() -> TestServer {
    let server = TestServer::with(|config| {
        config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        config.limits.sign_in_failures_per_address = 1;
    })
    .await;
    server.account("alice@example.com").await;
    server
}

/// A header of version 1 for a client at this address.
fn header(from: &str) -> String {
    format!("PROXY TCP4 {from} 192.0.2.9 1042 80\r\n")
}

/// A header of version 2 for an address of IPv6, written by hand.
fn binary_header() -> Vec<u8> {
    let mut header = b"\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x24".to_vec();
    header.extend("2001:db8::1".parse::<std::net::Ipv6Addr>().unwrap().octets());
    header.extend("2001:db8::9".parse::<std::net::Ipv6Addr>().unwrap().octets());
    header.extend([4, 18, 0, 80]);
    header
}

async fn login(http: SocketAddr, header: &[u8], password: &str) -> Answer {
    let request = login_request("alice@example.com", password, "lc=1033");
    http::request(http, &[header, request.as_bytes()].concat()).await
}

fn is_limited(answer: &Answer) -> bool {
    String::from_utf8_lossy(&answer.body).contains("too many attempts")
}

#[tokio::test]
async fn who_guesses_is_the_client_and_not_the_proxy() {
    let server = trusting().await;
    let at = server.addresses.http;
    assert!(!is_limited(&login(at, header("192.0.2.1").as_bytes(), "wrong").await));
    assert!(is_limited(&login(at, header("192.0.2.1").as_bytes(), PASSWORD).await));
    assert!(login(at, header("192.0.2.2").as_bytes(), PASSWORD).await.ticket().is_some());
    assert!(login(at, &binary_header(), PASSWORD).await.ticket().is_some());
    // Without a header it is the proxy itself.
    assert!(login(at, b"", PASSWORD).await.ticket().is_some());
}

#[tokio::test]
async fn the_header_may_come_in_any_pieces() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let server = trusting().await;
    for header in [header("192.0.2.1").into_bytes(), binary_header()] {
        let mut stream = TcpStream::connect(server.addresses.http).await.unwrap();
        stream.set_nodelay(true).unwrap();
        for byte in [&header[..], REQUEST.as_bytes()].concat() {
            stream.write_all(&[byte]).await.unwrap();
        }
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.contains(ANSWER), "{answer}");
    }
}

#[tokio::test]
async fn clients_are_told_the_address_that_they_reached() {
    let server = trusting().await;
    let request = [&header("192.0.2.1").into_bytes(), &b"GET /rdr/pprdr.asp HTTP/1.0\r\n\r\n"[..]].concat();
    let answer = http::request(server.addresses.http, &request).await;
    assert!(answer.header("PassportURLs").unwrap().contains("DALogin=192.0.2.9"), "{}", answer.head);
}

#[tokio::test]
async fn a_header_may_come_before_tls() {
    use tokio::io::AsyncWriteExt;
    let server = trusting().await;
    for header in [header("192.0.2.1").into_bytes(), binary_header(), Vec::new()] {
        let mut stream = TcpStream::connect(server.addresses.https).await.unwrap();
        stream.write_all(&header).await.unwrap();
        let answer =
            tls_request_over(stream, &authority(&server), "nexus.passport.com", REQUEST.as_bytes()).await;
        assert!(answer.unwrap().head.contains(ANSWER));
    }
}

#[tokio::test]
async fn others_are_not_believed() {
    let server =
        TestServer::with(|config| config.trusted_proxies = vec!["192.0.2.0/24".parse().unwrap()]).await;
    for header in [header("192.0.2.1").into_bytes(), binary_header()] {
        let request = [&header, REQUEST.as_bytes()].concat();
        let answer = http::request(server.addresses.http, &request).await;
        assert_eq!(answer.status(), 400, "{}", answer.head);
    }
}

#[tokio::test]
async fn a_bad_header_ends_the_connection() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let server = trusting().await;
    for header in [
        &b"PROXY TCP4 x y 1 2\r\n"[..],
        b"\r\n\r\n\0\r\nQUIT\n\x41\x11\0\x0c",
        &[b"PROXY ", &[b'x'; 200][..]].concat(),
    ] {
        let mut stream = TcpStream::connect(server.addresses.http).await.unwrap();
        stream.write_all(header).await.unwrap();
        let mut answer = Vec::new();
        // Closed or reset.
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.is_empty(), "{answer:?}");
    }
    assert!(http::request(server.addresses.http, REQUEST.as_bytes()).await.head.contains(ANSWER));
}
