//! Messages that are acknowledged: each is shown as well as it can be read.

use msnp_client::Event;
use msnp_client::msnp::object::{MsnObject, ObjectKind};
use msnp_testkit::{DEADLINE, Ns, Sb, TestServer};
use tokio::time::timeout;

use crate::people::{Happened, Somebody, handle};

/// Raw bob in a conversation with alice, who has the library.
async fn talking(server: &TestServer) -> (Ns, Sb, Somebody) {
    let alice = Somebody::online(server, "alice").await;
    let mut bob = Ns::online(server, "bob@example.com", 9).await;
    let mut seat = Sb::open(&mut bob).await;
    seat.call("alice@example.com").await;
    seat.expect("JOI alice@example.com Alice").await;
    (bob, seat, alice)
}

#[tokio::test]
async fn texts_under_any_headers_and_in_any_charset() {
    let server = TestServer::start().await;
    let (_bob, mut seat, mut alice) = talking(&server).await;
    let many = "X-A: b\r\n".repeat(150);
    let many = format!("{many}Content-Type: text/plain\r\n\r\nhello");
    for (number, (payload, text)) in [
        (&b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\ncaf\xe9"[..], "café"),
        (b"Content-Type: text/plain; charset=UTF-8\r\n\r\na\xffb", "a\u{fffd}b"),
        (b"rubbish\r\nContent-Type: text/plain\r\n\r\nhello", "hello"),
        (b"Content-Type: text/plain\r\nUser-Agent: caf\xe9\r\n\r\nhello", "hello"),
        (b"X Y: z\r\nContent-Type: text/plain\r\n\r\nhello", "hello"),
        (b"Content-Type: text/plain\nhello", "hello"),
        (b"MIME-Version: 1.0\r\n\r\nhello", "hello"),
        (many.as_bytes(), "hello"),
    ]
    .into_iter()
    .enumerate()
    {
        seat.msg(number as u32, 'A', payload).await;
        seat.expect(&format!("ACK {number}")).await;
        if number == 0 {
            alice.joined("bob").await;
        }
        alice.said("bob", text).await;
    }
}

#[tokio::test]
async fn a_good_emoticon_among_bad_ones_and_a_typist_who_cannot_be_read() {
    let server = TestServer::start().await;
    let (_bob, mut seat, mut alice) = talking(&server).await;
    let tux = MsnObject::new("bob@example.com", ObjectKind::CUSTOM_EMOTICON, "0", "tux", b"tux");
    let body = format!("Content-Type: text/x-mms-emoticon\r\n\r\n(x)\tgarbage\t(tux)\t{tux}\t");
    seat.msg(1, 'A', body.as_bytes()).await;
    seat.expect("ACK 1").await;
    seat.msg(2, 'A', b"Content-Type: text/plain\r\n\r\n(x) (tux)").await;
    alice.joined("bob").await;
    let Happened::Said(conversation, _, _, emoticons) = alice.next().await else { panic!("no text") };
    let shortcuts: Vec<_> = emoticons.iter().map(|emoticon| emoticon.shortcut()).collect();
    assert_eq!(shortcuts, ["(tux)"]);
    seat.msg(3, 'U', b"Content-Type: text/x-msmsgscontrol\r\nTypingUser: caf\xe9\r\n\r\n\r\n").await;
    assert_eq!(alice.next().await, Happened::Typing(conversation, handle("bob")));
}

#[tokio::test]
async fn what_cannot_be_shown_is_told_of() {
    let server = TestServer::start().await;
    let (_bob, mut seat, mut alice) = talking(&server).await;
    for (number, (payload, content_type)) in [
        (&b"Content-Type: image/gif\r\n\r\nbase64:"[..], "image/gif"),
        (b"Content-Type: text/x-mms-emoticon\r\n\r\n(x)\tgarbage", "text/x-mms-emoticon"),
        (b"Content-Type: text/x-msmsgsinvite\r\n\r\n", "text/x-msmsgsinvite"),
        (b"Content-Type: text/x-msmsgsprofile\r\nLoginTime: 1\r\n\r\n", "text/x-msmsgsprofile"),
        (
            b"Content-Type: application/x-msnmsgrp2p\r\nP2P-Dest: alice@example.com\r\n\r\nx",
            "application/x-msnmsgrp2p",
        ),
        (b"Content-Type: application/x-msnmsgrp2p\r\n\r\n", "application/x-msnmsgrp2p"),
        (b"", ""),
    ]
    .into_iter()
    .enumerate()
    {
        seat.msg(number as u32, 'A', payload).await;
        seat.expect(&format!("ACK {number}")).await;
        let told = loop {
            let event = timeout(DEADLINE, alice.events.next()).await.expect("no event in time");
            if let Event::NotShown { from, content_type, reason, .. } = event.expect("the events go on") {
                assert!(!reason.is_empty());
                break (from, content_type);
            }
        };
        assert_eq!(told, (Some(handle("bob")), content_type.to_owned()));
    }
}
