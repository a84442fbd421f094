//! Input that is no TLS, or only a part of it: the service stays as it was.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use msnp_testkit::http::tls_request;
use msnp_testkit::{DEADLINE, TestServer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::{ANSWER, REQUEST, authority, old_service};

/// A modern client is served.
async fn all_is_well(server: &TestServer) {
    let authority = authority(server);
    let answer = tls_request(server.addresses.https, &authority, "nexus.passport.com", REQUEST.as_bytes());
    let answer = timeout(DEADLINE, answer).await.expect("an answer in time").expect("an answer");
    assert!(answer.head.contains(ANSWER), "{}", answer.head);
}

#[tokio::test]
async fn what_does_not_begin_with_a_hello_is_closed() {
    let server = old_service().await;
    let long_hello = [&[22, 3, 1, 0x40, 0, 1, 0, 0xff, 0xff, 3, 3][..], &[0; 0x3ff5]].concat();
    let record_after_record = [22, 3, 1, 0, 1, 1].repeat(4000);
    for bytes in [
        &b"GET / HTTP/1.0\r\n\r\n"[..],
        &[0; 100],
        &[0xff; 100],
        // Alerts: a warning, a fatal one.
        &[21, 3, 0, 0, 2, 1, 0],
        &[21, 3, 1, 0, 2, 2, 40, 22, 3, 1],
        // A hello whose lengths lie, one of 64 KB, one in endless records.
        &[22, 3, 1, 0, 8, 1, 0, 0, 4, 3, 3, 0, 0],
        &long_hello,
        &record_after_record,
        // The hello of SSL 2.0 with lengths that lie.
        &[0x80, 9, 1, 3, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    ] {
        let mut stream = TcpStream::connect(server.addresses.https).await.unwrap();
        // It may be closed before all is sent.
        let _ = stream.write_all(bytes).await;
        let mut answer = Vec::new();
        let _ = timeout(DEADLINE, stream.read_to_end(&mut answer)).await.expect("it is closed");
        assert!(answer.is_empty() || answer[0] == 21, "{bytes:x?}: {answer:x?}");
    }
    all_is_well(&server).await;
}

#[tokio::test]
async fn whoever_leaves_in_the_middle_leaves_nothing() {
    let server = old_service().await;
    let hello = [&[22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 1][..], &[9; 32], &[0, 0, 2, 0, 5, 1, 0]].concat();
    for end in 0..=hello.len() {
        let mut stream = TcpStream::connect(server.addresses.https).await.unwrap();
        stream.write_all(&hello[..end]).await.unwrap();
    }
    all_is_well(&server).await;
}

/// From an address of its own, so that the other clients are not turned away.
async fn connect_from(from: Ipv4Addr, to: SocketAddr) -> Option<TcpStream> {
    let socket = TcpSocket::new_v4().ok()?;
    socket.bind((IpAddr::from(from), 0).into()).ok()?;
    socket.connect(to).await.ok()
}

#[tokio::test]
async fn thousands_of_half_open_handshakes_keep_nobody_out() {
    // The limits of the service, made smaller: every connection has two ends in this process.
    let server = TestServer::with(|config| {
        config.old_windows = true;
        config.limits.http_connections = 1_000;
        config.limits.http_connections_per_address = 200;
    })
    .await;
    let beginnings: [&[u8]; 4] = [b"", &[22], &[22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 1], &[0x80, 46]];
    let mut held = Vec::new();
    for round in 0..3_000 {
        let address = Ipv4Addr::new(127, 0, 0, 2);
        let Some(mut stream) = connect_from(address, server.addresses.https).await else { continue };
        let _ = stream.write_all(beginnings[round % beginnings.len()]).await;
        // Those that are turned away need not be kept.
        if held.len() < 250 {
            held.push(stream);
        }
    }
    all_is_well(&server).await;
    drop(held);
    all_is_well(&server).await;
}
