//! Names that a service tells in other bytes than it should.

use std::net::SocketAddr;

use msnp::Status;
use msnp_client::Event;
use msnp_testkit::{Ns, TestServer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::who::{ALICE, BOB, builder, handle, wait};

/// Between a client and the notification server: in what the server says, other bytes stand for `Bob`.
async fn between(server: SocketAddr, name: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(server).await.unwrap();
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = server.into_split();
            tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
            tokio::spawn(async move {
                let mut buffer = Vec::new();
                while from_server.read_buf(&mut buffer).await.is_ok_and(|count| count > 0) {
                    let end = buffer.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
                    let rest = buffer.split_off(end);
                    for line in std::mem::replace(&mut buffer, rest).split_inclusive(|byte| *byte == b'\n') {
                        let words: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
                        let words = words.into_iter().map(|word| if word == b"Bob" { name } else { word });
                        let line = words.collect::<Vec<_>>().join(&b' ');
                        to_client.write_all(&line).await.unwrap();
                    }
                }
            });
        }
    });
    address
}

#[tokio::test]
async fn the_state_counts_whatever_the_name_is() {
    let server = TestServer::start().await;
    server.befriend(ALICE, BOB).await;
    for (name, text) in [(&b"caf\xe9"[..], "café"), (b"%FF%FE", "ÿþ")] {
        let mut bob = Ns::online(&server, BOB, 9).await;
        let proxy = between(server.addresses.msnp, name).await;
        let (alice, mut events) = builder(&server, ALICE).server(proxy.to_string()).sign_in().await.unwrap();
        let contact = alice.contact(&handle(BOB)).expect("on the list");
        assert_eq!(
            (contact.name.text(), contact.presence.map(|is| is.status)),
            (text.into(), Some(Status::Online))
        );
        bob.send("CHG 7 IDL 0").await;
        let seen = wait(&mut events, |event| match event {
            Event::Presence { name, presence, .. } if presence.status == Status::Idle => Some(name),
            _ => None,
        });
        assert_eq!(seen.await.text(), text);
        alice.sign_out().await;
    }
}
