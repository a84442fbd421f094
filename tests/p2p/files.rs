//! Files with a raw peer, in both roles, over the switchboard.

use msnp_client::{DirectConnections, Event, TransferError, TransferId, TransferRoute};
use msnp_testkit::p2p::{Quirks, RawPeer, field};

use crate::client::{ALICE, Scene, base64, handle, noise};
use crate::objects::habits;

pub const CALL: &str = "{F87327A8-741F-4FEF-AB63-45D06F51A0C2}";
pub const BRANCH: &str = "{CDE28DAF-B67C-4B2D-8186-D3F46EEF0916}";
pub const SESSION: u32 = 180_646_677;

/// The context of an offer, written by hand: version 0 has 540 bytes, version 2 has 574, version 3 has 638.
pub fn context(name: &str, size: u64, version: u32, preview: &[u8]) -> Vec<u8> {
    let length = [540, 574, 574, 638][version as usize];
    let mut bytes = vec![0; length];
    bytes[0..4].copy_from_slice(&(length as u32).to_le_bytes());
    bytes[4..8].copy_from_slice(&version.to_le_bytes());
    bytes[8..16].copy_from_slice(&size.to_le_bytes());
    bytes[16..20].copy_from_slice(&u32::from(preview.is_empty()).to_le_bytes());
    for (at, unit) in name.encode_utf16().enumerate() {
        bytes[20 + at * 2..22 + at * 2].copy_from_slice(&unit.to_le_bytes());
    }
    if version > 0 {
        bytes[570..574].copy_from_slice(&[0xff; 4]);
    }
    bytes.extend(preview);
    bytes
}

/// Alice offers a file.
pub async fn offer(alice: &mut RawPeer, context: &[u8]) {
    let body = format!(
        "EUF-GUID: {{5D3E02AB-6190-11D3-BBBB-00C04F795683}}\r\nSessionID: {SESSION}\r\nAppID: 2\r\nContext: {}\r\n",
        base64(context)
    );
    let first = "INVITE MSNMSGR:bob@example.com MSNSLP/1.0";
    let invite = alice.text(first, BRANCH, CALL, 0, "sessionreqbody", &body);
    alice.say(&invite).await;
}

/// Bob hears of an offer.
pub async fn offered(scene: &mut Scene) -> (TransferId, String, u64, Option<usize>) {
    scene
        .bob
        .wait(|event| match event {
            Event::FileOffered { transfer, name, size, preview, .. } => {
                Some((transfer, name, size, preview.map(|preview| preview.len())))
            }
            _ => None,
        })
        .await
}

#[tokio::test]
async fn a_file_comes_from_a_peer_of_any_habits() {
    for (number, quirks) in habits().into_iter().enumerate() {
        let mut scene = Scene::new().await;
        let mut alice = scene.call(quirks).await;
        let data = noise(3000);
        let (version, preview) = if number % 2 == 0 { (2, vec![]) } else { (3, noise(2000)) };
        offer(&mut alice, &context("..\\photo.png", 3000, version, &preview)).await;
        let (transfer, name, size, seen) = offered(&mut scene).await;
        assert_eq!((name.as_str(), size), ("photo.png", 3000));
        assert_eq!(seen, (!preview.is_empty()).then_some(2000));
        let mut receiving = scene.bob.client.accept_file(transfer, scene.bob.folder.path()).await.unwrap();
        assert_eq!(alice.next_message().await.flags, 0x02);
        let answer = alice.expect_text("MSNSLP/1.0 200 OK").await;
        assert_eq!(field(&answer, "SessionID"), SESSION.to_string());
        let identifier = alice.identifier();
        alice.message(identifier, SESSION, 0x0100_0030, 2, &data).await;
        let ack = alice.next_message().await;
        assert_eq!((ack.flags, ack.nonce, ack.acked_total), (0x02, identifier, 3000));
        let bye =
            alice.text("BYE MSNMSGR:bob@example.com MSNSLP/1.0", BRANCH, CALL, 0, "sessionclosebody", "");
        alice.say(&bye).await;
        let path = receiving.finished().await.unwrap();
        assert_eq!(std::fs::read(path).unwrap(), data, "{quirks:?}");
    }
}

#[tokio::test]
async fn files_are_offered_by_messenger_for_mac() {
    for (version, length) in [(0, 540_u32), (2, 583)] {
        let mut scene = Scene::new().await;
        let mut alice = scene.call(Quirks::default()).await;
        let mut context = context("r\u{e9}sum\u{e9}.pdf", 3000, version, b"");
        context[0..4].copy_from_slice(&length.to_le_bytes());
        offer(&mut alice, &context).await;
        let (transfer, name, size, preview) = offered(&mut scene).await;
        assert_eq!((name.as_str(), size, preview), ("r\u{e9}sum\u{e9}.pdf", 3000, None));
        scene.bob.client.decline_file(transfer).await.unwrap();
        alice.expect_text("MSNSLP/1.0 603 Decline").await;
    }
}

#[tokio::test]
async fn an_empty_file_comes_whether_a_packet_does_or_only_a_bye() {
    for with_packet in [true, false] {
        let mut scene = Scene::new().await;
        let mut alice = scene.call(Quirks::default()).await;
        offer(&mut alice, &context("a.txt", 0, 3, b"")).await;
        let (transfer, ..) = offered(&mut scene).await;
        let mut receiving = scene.bob.client.accept_file(transfer, scene.bob.folder.path()).await.unwrap();
        alice.expect_text("MSNSLP/1.0 200 OK").await;
        if with_packet {
            let identifier = alice.identifier();
            alice.message(identifier, SESSION, 0x0100_0030, 2, b"").await;
        }
        let bye =
            alice.text("BYE MSNMSGR:bob@example.com MSNSLP/1.0", BRANCH, CALL, 0, "sessionclosebody", "");
        alice.say(&bye).await;
        assert_eq!(std::fs::read(receiving.finished().await.unwrap()).unwrap(), b"");
    }
}

#[tokio::test]
async fn a_peer_of_any_habits_gets_our_file() {
    for quirks in habits() {
        let mut scene = Scene::new().await;
        let path = scene.bob.file(3000);
        let mut sending = scene.bob.client.send_file(&handle(ALICE), &path).await.unwrap();
        let mut alice = scene.answer(quirks).await;
        let invite = alice.expect_text("INVITE MSNMSGR:alice@example.com").await;
        assert_eq!(field(&invite, "Context"), base64(&context("photo.png", 3000, 2, b"")));
        assert_eq!((field(&invite, "AppID"), field(&invite, "CSeq")), ("2", "0"));
        let session = field(&invite, "SessionID").to_owned();
        alice.answer(&invite, "200 OK", "sessionreqbody", &format!("SessionID: {session}\r\n")).await;
        let data = alice.next_saying().await;
        assert_eq!((data.flags, data.total, data.session.to_string()), (0x0100_0030, 3000, session));
        assert_eq!(data.body, noise(3000));
        alice.acknowledge(&data).await;
        alice.expect_text("BYE MSNMSGR:alice@example.com").await;
        assert_eq!(sending.finished().await, Ok(path), "{quirks:?}");
        assert_eq!(sending.progress().route, Some(TransferRoute::Switchboard));
    }
}

#[tokio::test]
async fn our_file_goes_on_where_the_peer_asks_for_it() {
    let mut scene = Scene::new().await;
    let path = scene.bob.file(5000);
    let mut sending = scene.bob.client.send_file(&handle(ALICE), &path).await.unwrap();
    let mut alice = scene.answer(Quirks::default()).await;
    let invite = alice.expect_text("INVITE").await;
    let session = field(&invite, "SessionID").to_owned();
    alice.answer(&invite, "200 OK", "sessionreqbody", &format!("SessionID: {session}\r\n")).await;
    let whole = alice.next_saying().await;
    // "Again, from 2404."
    let nak = msnp_testkit::p2p::Packet {
        session: whole.session,
        identifier: 77,
        offset: 0,
        total: 0,
        flags: 0x01,
        nonce: whole.identifier,
        acked_nonce: 0,
        acked_total: 2404,
        body: Vec::new(),
    };
    alice.packet(&nak, 0).await;
    let again = alice.next_packet().await;
    assert_eq!((again.offset, again.identifier), (2404, whole.identifier));
    assert_eq!(again.body, noise(5000)[2404..3606]);
    let rest = [alice.next_packet().await, alice.next_packet().await];
    assert_eq!((rest[0].offset, rest[1].offset), (3606, 4808));
    alice.acknowledge(&rest[1]).await;
    assert_eq!(sending.finished().await, Ok(path));
}

#[tokio::test]
async fn a_peer_declines_cancels_or_vanishes() {
    let mut scene = Scene::new().await;
    let path = scene.bob.file(3_000_000);
    let mut sending = scene.bob.client.send_file(&handle(ALICE), &path).await.unwrap();
    let mut alice = scene.answer(Quirks::default()).await;
    let invite = alice.expect_text("INVITE").await;
    let body = format!("SessionID: {}\r\n", field(&invite, "SessionID"));
    alice.answer(&invite, "603 Decline", "sessionreqbody", &body).await;
    assert_eq!(sending.finished().await, Err(TransferError::Declined));

    let mut sending = scene.bob.client.send_file(&handle(ALICE), &path).await.unwrap();
    let invite = alice.expect_text("INVITE").await;
    let body = format!("SessionID: {}\r\n", field(&invite, "SessionID"));
    alice.answer(&invite, "200 OK", "sessionreqbody", &body).await;
    while alice.next_packet().await.flags & 0x20 == 0 {}
    let call = field(&invite, "Call-ID").to_owned();
    let bye = alice.text("BYE MSNMSGR:bob@example.com MSNSLP/1.0", BRANCH, &call, 0, "sessionclosebody", "");
    alice.say(&bye).await;
    assert_eq!(sending.finished().await, Err(TransferError::CancelledByPeer));

    let mut sending = scene.bob.client.send_file(&handle(ALICE), &path).await.unwrap();
    let invite = loop {
        let packet = alice.next_packet().await;
        if packet.body.starts_with(b"INVITE ") {
            break String::from_utf8(packet.body).unwrap();
        }
    };
    let body = format!("SessionID: {}\r\n", field(&invite, "SessionID"));
    alice.answer(&invite, "200 OK", "sessionreqbody", &body).await;
    drop(alice);
    assert!(matches!(sending.finished().await, Err(TransferError::Broken | TransferError::TimedOut)));
}

#[tokio::test]
async fn invitations_to_what_is_not_there_are_declined_and_nothing_breaks() {
    let mut scene = Scene::with(DirectConnections::Never).await;
    let mut alice = scene.call(Quirks::default()).await;
    let say = async |alice: &mut RawPeer, call: &str, guid: &str, context: &str| {
        let body = format!("EUF-GUID: {guid}\r\nSessionID: 7777\r\nAppID: 4\r\nContext: {context}\r\n");
        let first = "INVITE MSNMSGR:bob@example.com MSNSLP/1.0";
        let text = alice.text(first, BRANCH, call, 0, "sessionreqbody", &body);
        alice.say(&text).await;
        assert_eq!(alice.next_message().await.flags, 0x02);
        let answer = alice.next_saying().await;
        alice.acknowledge(&answer).await;
        String::from_utf8(answer.body).unwrap()
    };
    let webcam = say(
        &mut alice,
        "{00000000-0000-0000-0000-000000000001}",
        "{4BD96FC0-AB17-4425-A14A-439185962DC8}",
        "e30=",
    );
    assert!(webcam.await.starts_with("MSNSLP/1.0 603 Decline"));
    let broken = say(
        &mut alice,
        "{00000000-0000-0000-0000-000000000002}",
        "{5D3E02AB-6190-11D3-BBBB-00C04F795683}",
        "%%%",
    );
    assert!(broken.await.starts_with("MSNSLP/1.0 500 Internal Error"));
    let broken_too = say(
        &mut alice,
        "{00000000-0000-0000-0000-000000000004}",
        "{5D3E02AB-6190-11D3-BBBB-00C04F795683}",
        "%%%",
    );
    assert!(broken_too.await.starts_with("MSNSLP/1.0 500 Internal Error"));
    let unknown = say(
        &mut alice,
        "{00000000-0000-0000-0000-000000000003}",
        "{A4268EEC-FEC5-49E5-95C3-F126696BDBF6}",
        "PG1zbm9iai8+",
    );
    assert!(unknown.await.starts_with("MSNSLP/1.0 500"));
    // Each of them is told of, also the second for the same reason.
    let no_base64 = "the offer of a file: the context is not base64";
    for expected in ["an invitation to an unknown program {4BD96FC0-", no_base64, no_base64] {
        let told = scene.bob.wait(|event| match event {
            Event::NotShown { reason, .. } => Some(reason),
            _ => None,
        });
        assert!(told.await.starts_with(expected));
    }
    // Bytes that are no packet, and totals that are lies, change nothing.
    for rubbish in [&b""[..], &[0; 47], &[0xff; 60]] {
        let head = b"MIME-Version: 1.0\r\nContent-Type: application/x-msnmsgrp2p\r\nP2P-Dest: bob@example.com\r\n\r\n";
        alice.msg(50, 'D', &[head, rubbish].concat()).await;
    }
    offer(&mut alice, &context("a.txt", 10, 2, b"")).await;
    let (transfer, ..) = offered(&mut scene).await;
    scene.bob.client.decline_file(transfer).await.unwrap();
    alice.expect_text("MSNSLP/1.0 603 Decline").await;
}
