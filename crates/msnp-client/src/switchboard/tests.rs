//! One switchboard connection against a scripted service, and against the real one.

mod script;

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use msnp::message::Text;
use msnp_testkit::{Ns, Sb, TestServer};

use super::carrier::CarrierGone;
use super::*;
use script::{Heard, Recorder, Service, bob, packet};

#[tokio::test]
async fn what_was_said_is_answered() {
    let (board, mut service, _) = Service::with_bob().await;
    let text = Text::from("hi").to_message().to_bytes();
    for (answer, expected) in
        [("ACK 3", Answer::Yes), ("NAK 4", Answer::NotDelivered), ("282 5", Answer::Error(282))]
    {
        let receipt = board.say(text.clone()).unwrap();
        let number = answer.split(' ').nth(1).unwrap();
        assert_eq!(service.message(&format!("MSG {number} A ")).await, text);
        service.write(&format!("{answer}\r\n")).await;
        assert_eq!(receipt.await, Ok(expected));
    }
    let receipt = board.say(text).unwrap();
    drop(service);
    assert!(receipt.await.is_err());
    board.closed().await;
    assert!(board.call(&bob()).is_err());
}

#[tokio::test]
async fn people_come_and_go() {
    let (board, mut service, mut heard) = Service::with_bob().await;
    assert!(board.is_alone_with(&bob()));
    service
        .write("JOI bob@example.com Bob\r\nJOI alice@example.com Alice\r\nJOI carol@example.com C%20C\r\n")
        .await;
    assert_eq!(heard.recv().await, Some(Heard::People(2)));
    assert!(!board.is_alone_with(&bob()));
    service.write("BYE bob@example.com\r\nBYE bob@example.com\r\nBYE CAROL@example.com 1\r\n").await;
    assert_eq!(heard.recv().await, Some(Heard::People(1)));
    assert_eq!(heard.recv().await, Some(Heard::People(0)));
    assert_eq!(heard.recv().await, Some(Heard::PeerGone("bob@example.com".into())));
    assert_eq!(heard.recv().await, Some(Heard::PeerGone("carol@example.com".into())));
    board.leave();
    assert_eq!(service.line().await, "OUT");
    board.closed().await;
}

#[tokio::test]
async fn a_goodbye_is_the_end_whatever_its_reason() {
    for goodbye in ["OUT", "OUT SSD", "OUT RCT 5"] {
        let (board, mut service, _) = Service::with_bob().await;
        service.write(&format!("\r\n\n{goodbye}\r\n")).await;
        board.closed().await;
        drop(service);
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_told_of_or_ignored() {
    let (board, mut service, mut heard) = Service::with_bob().await;
    service
        .write(
            "XYZ 1 2 3\r\nACK\r\nACK x\r\nNAK 99\r\nACK 4294967295\r\n\r\nJOI\r\n913\r\n\
             MSG nobody N 4\r\nblabMSG bob@example.com Bob 3\r\n\x01\r\n\
             MSG bob@example.com Bob 20\r\nContent-Type: x/y\r\n\r\nMSG bob@example.com Bob 0\r\n",
        )
        .await;
    assert_eq!(heard.recv().await, Some(Heard::Unreadable(None, Invalid::Handle)));
    for content_type in ["", "x/y", ""] {
        let message = Heard::Message("bob@example.com".into(), content_type.into());
        assert_eq!(heard.recv().await, Some(message));
    }
    assert!(!board.is_closed());
    service.write("MSG bob@example.com Bob 9999999\r\n").await;
    board.closed().await;
}

#[tokio::test]
async fn a_name_that_cannot_be_read_loses_nothing() {
    let (board, mut service, mut heard) = Service::with_bob().await;
    service.write_bytes(b"JOI carol@example.com caf\xe9\r\nMSG carol@example.com %FF 0\r\n").await;
    assert_eq!(heard.recv().await, Some(Heard::People(2)));
    assert_eq!(board.people()[1].1.text(), "café");
    assert_eq!(heard.recv().await, Some(Heard::Message("carol@example.com".into(), String::new())));
    service.write_bytes(b"MSG carol@example.com caf\xe9 0\r\nMSG caf\xe9@example.com x 0\r\n").await;
    assert_eq!(heard.recv().await, Some(Heard::Message("carol@example.com".into(), String::new())));
    assert_eq!(heard.recv().await, Some(Heard::Unreadable(None, Invalid::Handle)));
}

#[tokio::test]
async fn a_packet_for_nobody_is_for_the_only_one_who_reads_it() {
    let (_board, mut service, mut heard) = Service::with_bob().await;
    let send = |destination: &str| {
        let mime = format!("Content-Type: application/x-msnmsgrp2p\r\n{destination}\r\npacket");
        format!("MSG bob@example.com Bob {}\r\n{mime}", mime.len())
    };
    let packets = Some(Heard::Packets("bob@example.com".into(), vec![Bytes::from_static(b"packet")]));
    for destination in ["P2P-Dest: \r\n", "", "P2P-Dest alice\r\n"] {
        service.write(&send(destination)).await;
        assert_eq!(heard.recv().await, packets, "{destination}");
    }
    service.write(&send("P2P-Dest: carol@example.com\r\n")).await;
    service.write("JOI carol@example.com Carol\r\n").await;
    assert_eq!(heard.recv().await, Some(Heard::People(2)));
    service.write(&send("P2P-Dest: \r\n")).await;
    service.write(&send("P2P-Dest: Alice@example.com\r\n")).await;
    assert_eq!(heard.recv().await, packets);
    service.write("MSG bob@example.com Bob 0\r\n").await;
    assert_eq!(heard.recv().await, Some(Heard::Message("bob@example.com".into(), String::new())));
}

#[tokio::test]
async fn the_window_is_kept_and_texts_pass_the_packets_that_wait_for_it() {
    let (board, mut service, mut heard) = Service::with_bob().await;
    let carrier = PacketCarrier::new(Arc::clone(&board), &bob());
    let packets: Vec<Bytes> = (0..WINDOW + 3).map(|number| packet(number, 1202)).collect();
    let sending = tokio::spawn({
        let (carrier, packets) = (carrier.clone(), packets.clone());
        async move { carrier.send(packets).await }
    });
    for sent in &packets[..WINDOW] {
        service.packet(sent).await;
    }
    assert_eq!(carrier.try_room(), 0);
    let text = Text::from("quick").to_message().to_bytes();
    let receipt = board.say(text.clone()).unwrap();
    // Had a packet more been sent, it would stand before the text.
    let number = 3 + WINDOW;
    assert_eq!(service.message(&format!("MSG {number} A ")).await, text);
    service.write(&format!("ACK {number}\r\nACK {number}\r\nACK 1\r\n")).await;
    assert_eq!(receipt.await, Ok(Answer::Yes));
    // Neither of these was a packet. Now for the first two, and one that is refused.
    service.write("ACK 3\r\nACK 4\r\nACK 3\r\n282 5\r\n").await;
    for sent in &packets[WINDOW..] {
        service.packet(sent).await;
    }
    sending.await.unwrap().unwrap();
    assert_eq!(heard.recv().await, Some(Heard::Undelivered("bob@example.com".into())));
    assert_eq!(carrier.try_room(), 0);
    service.write("ACK 6\r\n").await;
    assert_eq!(carrier.room().await, Ok(1));
    drop(service);
    carrier.closed().await;
    assert_eq!(carrier.send(packets).await, Err(CarrierGone));
    assert_eq!(carrier.room().await, Err(CarrierGone));
}

#[tokio::test]
async fn packets_of_one_read_come_together_and_only_for_this_account() {
    let (_board, mut service, mut heard) = Service::with_bob().await;
    let mut bytes = BytesMut::new();
    let official =
        "MIME-Version: 1.0\r\nContent-Type: application/x-msnmsgrp2p\r\nP2P-Dest: Alice@example.com\r\n\r\n";
    let other = "content-type: application/x-msnmsgrp2p\r\nX-Y: z\r\np2p-dest: ALICE@example.com\r\n\r\n";
    let elsewhere = official.replace("Alice", "carol");
    for (from, mime, body) in [
        ("bob", official, "one"),
        ("bob", other, "two"),
        ("bob", &elsewhere, "not for us"),
        ("carol", official, "three"),
        ("bob", official, "four"),
    ] {
        let length = mime.len() + body.len();
        let message = format!("MSG {from}@example.com {from} {length}\r\n{mime}{body}");
        bytes.extend_from_slice(message.as_bytes());
    }
    service.write_bytes(&bytes).await;
    for (from, packets) in [("bob", vec!["one", "two"]), ("carol", vec!["three"]), ("bob", vec!["four"])] {
        let packets = packets.into_iter().map(|packet| Bytes::from_static(packet.as_bytes())).collect();
        assert_eq!(heard.recv().await, Some(Heard::Packets(format!("{from}@example.com"), packets)));
    }
}

#[tokio::test(start_paused = true)]
async fn what_only_carried_packets_is_left_a_minute_later() {
    let (board, mut service, _heard) = Service::with_bob().await;
    let begun = Instant::now();
    board.leave_when_idle(true);
    let carrier = PacketCarrier::new(Arc::clone(&board), &bob());
    carrier.send(vec![packet(1, 100)]).await.unwrap();
    service.packet(&packet(1, 100)).await;
    // While a packet is on its way it stays.
    tokio::time::sleep(Duration::from_secs(200)).await;
    assert!(!board.is_closed());
    let lease = carrier.lease();
    service.write("ACK 3\r\n").await;
    tokio::time::sleep(Duration::from_secs(100)).await;
    assert!(!board.is_closed());
    drop(lease);
    assert_eq!(service.line().await, "OUT");
    assert!((300..=310).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_conversation_is_not_left_until_nobody_is_there() {
    let (board, mut service, _heard) = Service::with_bob().await;
    board.leave_when_idle(true);
    board.note_spoken();
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert!(!board.is_closed());
    service.write("BYE bob@example.com\r\n").await;
    assert_eq!(service.line().await, "OUT");
}

/// The real service between this end and a raw one; returns both with Bob's notification side.
async fn at_the_service(server: &TestServer) -> (Arc<Switchboard>, Sb, Recorder) {
    let mut alice = Ns::online(server, "alice@example.com", 9).await;
    let mut bob = Ns::online(server, "bob@example.com", 9).await;
    let door = alice.door().await;
    let stream = tokio::net::TcpStream::connect(door.address).await.unwrap();
    let (board, recorder) = script::start(stream.into_split());
    let entered = board.enter(Cookie::parse(&door.cookie).unwrap()).unwrap();
    assert_eq!(entered.await, Ok(Answer::Yes));
    assert_eq!(board.call(&script::bob()).unwrap().await, Ok(Answer::Yes));
    let (seat, there) = Sb::answer("bob@example.com", &bob.ring().await).await;
    assert_eq!(there, ["IRO 902 1 1 alice@example.com Alice"]);
    (board, seat, recorder)
}

#[tokio::test]
async fn packets_reach_a_raw_client_byte_for_byte() {
    let server = TestServer::start().await;
    let (board, mut seat, mut heard) = at_the_service(&server).await;
    assert_eq!(heard.recv().await, Some(Heard::Entered(0)));
    assert_eq!(heard.recv().await, Some(Heard::People(1)));
    let carrier = PacketCarrier::new(board, &bob());
    let count = 3 * WINDOW;
    let sending = tokio::spawn(async move {
        let pieces: Vec<_> =
            (0..count).map(|number| [Bytes::from(vec![number as u8; 48]), packet(number, 1206)]).collect();
        carrier.send_pieces(&pieces).await
    });
    let mime =
        "MIME-Version: 1.0\r\nContent-Type: application/x-msnmsgrp2p\r\nP2P-Dest: bob@example.com\r\n\r\n";
    for number in 0..count {
        let payload = seat.receive("alice@example.com").await;
        let expected = [mime.as_bytes(), &[number as u8; 48], &packet(number, 1206)].concat();
        assert!(payload == expected, "packet {number} differs");
    }
    sending.await.unwrap().unwrap();
}

#[tokio::test]
async fn both_ways_at_once_with_answers_from_where_packets_are_taken() {
    const COUNT: usize = 8_000;
    let server = TestServer::start().await;
    let mut alice = Ns::online(&server, "alice@example.com", 9).await;
    let mut bob = Ns::online(&server, "bob@example.com", 9).await;
    let mut ends = Vec::new();
    for (person, peer) in [(&mut alice, "bob@example.com"), (&mut bob, "alice@example.com")] {
        ends.push(script::Echo::new(&person.handle, peer));
    }
    let door = alice.door().await;
    let board = ends[0].start(&door.address).await;
    assert_eq!(board.enter(Cookie::parse(&door.cookie).unwrap()).unwrap().await, Ok(Answer::Yes));
    assert_eq!(board.call(&script::bob()).unwrap().await, Ok(Answer::Yes));
    let door = bob.ring().await;
    let other = ends[1].start(&door.address).await;
    let session = SessionId::parse(&door.session).unwrap();
    assert_eq!(other.answer(Cookie::parse(&door.cookie).unwrap(), session).unwrap().await, Ok(Answer::Yes));
    let alice = Handle::parse("alice@example.com").unwrap();
    for (board, to) in [(&board, script::bob()), (&other, alice)] {
        let carrier = PacketCarrier::new(Arc::clone(board), &to);
        tokio::spawn(async move { carrier.send((0..COUNT).map(|_| packet(1, 1254)).collect()).await });
    }
    for end in &ends {
        end.took(COUNT).await;
    }
}
