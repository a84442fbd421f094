//! A wire that loses, repeats and reorders, and peers that say anything.

use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;

use super::pair::{Pair, noise, wire};
use super::script::Script;
use crate::packet::{Carrier, Flags, Header, Packet};
use crate::peer::{FileOffer, PeerEvent, SessionKey};

/// Sends everything over a wire of this behaviour, which is drawn again and again from `habits`.
fn over_a_bad_wire(habits: &[u8], length: usize) -> (Pair, SessionKey) {
    let mut pair = Pair::new();
    pair.alice.file = noise(length);
    let offer = FileOffer { name: "a".into(), size: length as u64, preview: None, direct: false };
    let session = pair.alice.peer.offer_file(offer, pair.now).unwrap();
    let mut habits = habits.iter().copied().chain(std::iter::repeat(255));
    let mut late: Vec<(bool, Bytes)> = Vec::new();
    let mut steps = 0;
    while steps < 3000 && !(pair.alice.peer.is_idle() && pair.bob.peer.is_idle()) {
        steps += 1;
        let mut moved = false;
        for by_alice in [true, false] {
            let from = if by_alice { &mut pair.alice } else { &mut pair.bob };
            let Some(transmit) = from.peer.poll_transmit(Carrier::Switchboard, pair.now) else { continue };
            moved = true;
            let bytes = wire(&transmit, &from.file, Carrier::Switchboard);
            let now = pair.now;
            let to = if by_alice { &mut pair.bob } else { &mut pair.alice };
            let mut arrive = |bytes: &Bytes| to.peer.handle_packet(Carrier::Switchboard, bytes, now).unwrap();
            match habits.next().unwrap_or(255) {
                0..20 => {}
                20..40 => [&bytes, &bytes].into_iter().for_each(arrive),
                40..60 => late.push((by_alice, bytes)),
                _ => arrive(&bytes),
            }
        }
        if let Some((by_alice, bytes)) = late.pop() {
            let to = if by_alice { &mut pair.bob } else { &mut pair.alice };
            to.peer.handle_packet(Carrier::Switchboard, &bytes, pair.now).unwrap();
        }
        for event in std::iter::from_fn(|| pair.bob.peer.poll_event()).collect::<Vec<_>>() {
            match event {
                PeerEvent::FileData { data, .. } => pair.bob.received.extend_from_slice(&data),
                PeerEvent::FileOffered { session, .. } => {
                    pair.bob.peer.accept_file(session, pair.now).unwrap()
                }
                event => pair.bob.events.push(event),
            }
        }
        pair.alice.events.extend(std::iter::from_fn(|| pair.alice.peer.poll_event()));
        if !moved {
            pair.now += Duration::from_secs(31);
            pair.alice.peer.handle_timeout(pair.now);
            pair.bob.peer.handle_timeout(pair.now);
        }
    }
    assert!(steps < 3000, "it ends");
    (pair, session)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_file_arrives_whole_or_fails(habits in proptest::collection::vec(0..=255_u8, 0..200), length in 0_usize..30_000) {
        let (pair, session) = over_a_bad_wire(&habits, length);
        let whole = pair.bob.events.contains(&PeerEvent::FileReceived { session });
        prop_assert!(pair.alice.file.starts_with(&pair.bob.received));
        if whole {
            prop_assert_eq!(&pair.bob.received[..], &pair.alice.file[..]);
        }
        if pair.alice.events.contains(&PeerEvent::FileSent { session }) {
            prop_assert!(whole);
        }
    }

    #[test]
    fn no_packets_panic(packets in proptest::collection::vec(any_packet(), 0..40), waits: bool) {
        let mut script = Script::new();
        let (object, _) = super::pair::picture(1000);
        let session = script.bob.peer.request_object(&object, script.now).unwrap();
        for (mut header, body, ours) in packets {
            if ours {
                header.session_id = session.0;
            }
            header.length = body.len() as u32;
            let packet = Packet { header, body: body.into(), footer: crate::packet::Footer(0) };
            let bytes = packet.to_bytes(Carrier::Switchboard);
            // Bytes that are no packet are refused, which is all right.
            let _ = script.bob.peer.handle_packet(Carrier::Switchboard, &bytes, script.now);
            if waits {
                script.now += Duration::from_secs(50);
                script.bob.peer.handle_timeout(script.now);
            }
            script.heard();
            script.events();
        }
    }
}

fn any_packet() -> impl Strategy<Value = (Header, Vec<u8>, bool)> {
    let flags = prop_oneof![
        Just(Flags::NONE),
        Just(Flags::OBJECT_DATA),
        Just(Flags::FILE_DATA),
        Just(Flags::NAK),
        Just(Flags::ACK),
        Just(Flags::CANCEL),
        Just(Flags::ERROR),
        Just(Flags::RESET),
    ];
    let body = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        "(INVITE|BYE) MSNMSGR:bob@example.com MSNSLP/1.0\r\nTo: <msnmsgr:bob@example.com>\r\nFrom: <msnmsgr:alice@example.com>\r\nCall-ID: [12]\r\nContent-Type: application/x-msnmsgr-(session|trans)(req|resp|close)body\r\n\r\nSessionID: [0-9]{1,3}\r\n\r\n"
            .prop_map(String::into_bytes),
    ];
    (any::<(u8, u32, u8)>(), flags, body, any::<bool>()).prop_map(
        |((identifier, nonce, offset), flags, body, ours)| {
            let identifier = u32::from(identifier) + 0x0011_0000;
            let total = u64::from(offset) + body.len() as u64;
            let header =
                Header { identifier, nonce, offset: u64::from(offset), total, flags, ..Header::default() };
            (header, body, ours)
        },
    )
}
