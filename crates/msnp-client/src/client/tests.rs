//! Ways for packets beside texts, which nobody outside of the crate can ask for.

use std::sync::Arc;

use bytes::Bytes;
use msnp::Handle;
use msnp_testkit::{DEADLINE, Ns, PASSWORD, Sb, TestServer};
use tokio::time::timeout;

use crate::{Client, Event, Events, SendError, Trust};

async fn alice(server: &TestServer) -> (Client, Events) {
    server.account("alice@example.com").await;
    let authority = std::fs::read(server.folder().join("tls/ca.pem")).unwrap();
    let builder = Client::builder(Handle::parse("alice@example.com").unwrap(), PASSWORD)
        .server(server.addresses.msnp.to_string())
        .nexus(format!("https://{}/rdr/pprdr.asp", server.addresses.https))
        .trust(Trust::Authorities(authority));
    timeout(DEADLINE, builder.sign_in()).await.unwrap().unwrap()
}

fn bob() -> Handle {
    Handle::parse("bob@example.com").unwrap()
}

/// The next event that is about a conversation.
async fn next(events: &mut Events) -> Event {
    loop {
        let event = timeout(DEADLINE, events.next()).await.unwrap().unwrap();
        if matches!(event, Event::Joined { .. } | Event::Message { .. } | Event::ConversationClosed { .. }) {
            return event;
        }
    }
}

#[tokio::test]
async fn packets_open_a_switchboard_that_texts_then_use() {
    let server = TestServer::start().await;
    let mut raw = Ns::online(&server, "bob@example.com", 9).await;
    let (client, mut events) = alice(&server).await;
    let pool = Arc::clone(&client.core.switchboards);
    let same = Arc::clone(&pool);
    let asked = tokio::spawn(async move { same.packet_carrier(&bob()).await });
    let (mut seat, _) = Sb::answer("bob@example.com", &raw.ring().await).await;
    let carrier = asked.await.unwrap().unwrap();
    carrier.send(vec![Bytes::from_static(b"1"), Bytes::from_static(b"2")]).await.unwrap();
    for packet in ["1", "2"] {
        let expected = format!(
            "MIME-Version: 1.0\r\nContent-Type: application/x-msnmsgrp2p\r\nP2P-Dest: bob@example.com\r\n\r\n{packet}"
        );
        assert_eq!(seat.receive("alice@example.com").await, expected.as_bytes());
    }
    // The same once more, and for what is said.
    let again = pool.packet_carrier(&bob()).await.unwrap();
    assert_eq!(again.id(), carrier.id());
    client.send(&bob(), "hello").await.unwrap();
    assert!(seat.receive("alice@example.com").await.ends_with(b"hello"));
    // Only with that is there anything to tell.
    assert!(matches!(next(&mut events).await, Event::Joined { .. }));
    drop(seat);
    assert!(matches!(next(&mut events).await, Event::ConversationClosed { .. }));
}

#[tokio::test]
async fn what_they_opened_is_used_unless_others_are_there() {
    let server = TestServer::start().await;
    let mut raw = Ns::online(&server, "bob@example.com", 9).await;
    let mut carol = Ns::online(&server, "carol@example.com", 9).await;
    let (client, mut events) = alice(&server).await;
    let pool = Arc::clone(&client.core.switchboards);
    let mut seat = Sb::open(&mut raw).await;
    seat.call("alice@example.com").await;
    seat.expect("JOI alice@example.com Alice").await;
    seat.msg(1, 'N', b"Content-Type: text/plain\r\n\r\nhi").await;
    assert!(matches!(next(&mut events).await, Event::Joined { .. }));
    let carrier = pool.packet_carrier(&bob()).await.unwrap();
    carrier.send(vec![Bytes::from_static(b"1")]).await.unwrap();
    assert!(seat.receive("alice@example.com").await.ends_with(b"\r\n\r\n1"));
    // In a group there is no way for packets to one.
    assert!(matches!(next(&mut events).await, Event::Message { .. }));
    let _third = seat.invite(&mut carol).await;
    let joined = next(&mut events).await;
    assert!(matches!(&joined, Event::Joined { who, .. } if *who != bob()), "{joined:?}");
    raw.send("OUT").await;
    raw.closed().await;
    let none = pool.packet_carrier(&bob()).await;
    assert_eq!(none.err(), Some(SendError::NotOnline));
}
