//! Two sessions byte for byte: a picture as NINA *Display pictures* describes it, and a file.

use std::collections::VecDeque;

use bytes::Bytes;
use sha1::{Digest, Sha1};

use super::pair::{ALICE, BOB, Pair, wire};
use crate::packet::{Carrier, Header, Packet};
use crate::peer::{FileOffer, Peer, PeerConfig, PeerEvent};
use crate::{Guid, Identifiers, Published};
use msnp::object::{MsnObject, ObjectKind};

/// Numbers that were used once before.
struct Given {
    first: u32,
    nonces: VecDeque<u32>,
    session: u32,
    guids: VecDeque<&'static str>,
}

impl Identifiers for Given {
    fn first(&mut self) -> u32 {
        self.first
    }

    fn nonce(&mut self) -> u32 {
        self.nonces.pop_front().expect("no more messages")
    }

    fn session(&mut self) -> u32 {
        self.session
    }

    fn guid(&mut self) -> Guid {
        Guid::parse(self.guids.pop_front().expect("no more requests")).expect("a GUID")
    }
}

const CALL: &str = "{9D79AE57-1BD5-444B-B14E-3FC9BB2B5D58}";

fn given(pair: &mut Pair, alice: Given, bob: Given) {
    for (end, me, peer, numbers) in [(&mut pair.alice, ALICE, BOB, alice), (&mut pair.bob, BOB, ALICE, bob)] {
        end.published = Published::default();
        let (me, peer) = (me.parse().unwrap(), peer.parse().unwrap());
        let config = PeerConfig { me, peer, published: end.published.clone(), direct: None };
        end.peer = Peer::with_identifiers(config, Box::new(numbers));
    }
}

fn header(hex: &str) -> Header {
    Header::parse(&hex::decode(hex.replace(' ', "")).unwrap()).unwrap()
}

fn sha1(bytes: &[u8]) -> String {
    hex::encode(Sha1::digest(bytes))
}

#[test]
fn a_picture_byte_for_byte() {
    let data: Vec<u8> =
        [0x89, b'P', b'N', b'G', 13, 10, 26, 10].into_iter().chain((0..4).flat_map(|_| 0..=255)).collect();
    let object = MsnObject::new(ALICE, ObjectKind::DISPLAY_PICTURE, "TFR1.tmp", "", &data);
    assert_eq!(object.sha1c.as_deref(), Some("fg0b1ywSQooRYYGuekWYGUhuptY="));
    let mut pair = Pair::new();
    let alice = Given {
        // The three before the acknowledgement's are for the served object.
        first: 0x00b5_bffd,
        nonces: [0x2001, 0x2002, 0x2003].into(),
        session: 4,
        guids: VecDeque::new(),
    };
    let bob = Given {
        first: 0x0011_a000,
        nonces: [0x1001, 0x1002].into(),
        session: 216_358_921,
        guids: [CALL, "{33517CE4-02FC-4428-B6F4-39927229B722}", "{A0D624A6-6C0C-4283-A9E0-BC97B4B46D32}"]
            .into(),
    };
    given(&mut pair, alice, bob);
    pair.alice.published.publish(&object, data.clone().into());
    pair.bob.peer.request_object(&object, pair.now).unwrap();
    pair.run();

    let said: Vec<(bool, Header, String)> = pair
        .log
        .iter()
        .map(|(by_alice, _, bytes)| {
            (*by_alice, header(&hex::encode(&bytes[..48])), sha1(&bytes[48..bytes.len() - 4]))
        })
        .collect();
    let (by_bob, by_alice) = (false, true);
    let nothing = sha1(b"");
    let expected = [
        (
            by_bob,
            "00000000 00a01100 00000000 00000000 8e020000 00000000 8e020000 00000000 01100000 00000000 00000000 00000000",
            "887aa862cbe21271f5f8189f60fec2b70d1746db",
        ),
        (
            by_alice,
            "00000000 00c0b500 00000000 00000000 8e020000 00000000 00000000 02000000 00a01100 01100000 8e020000 00000000",
            &nothing,
        ),
        (
            by_alice,
            "00000000 fdbfb500 00000000 00000000 48010000 00000000 48010000 00000000 01200000 00000000 00000000 00000000",
            "afcaf2d90ebc5e2cd2037d42180e42a1100dc89a",
        ),
        (
            by_bob,
            "00000000 01a01100 00000000 00000000 48010000 00000000 00000000 02000000 fdbfb500 01200000 48010000 00000000",
            &nothing,
        ),
        (
            by_alice,
            "0960e50c febfb500 00000000 00000000 04000000 00000000 04000000 00000000 02200000 00000000 00000000 00000000",
            &sha1(&[0; 4]),
        ),
        (
            by_bob,
            "0960e50c 02a01100 00000000 00000000 04000000 00000000 00000000 02000000 febfb500 02200000 04000000 00000000",
            &nothing,
        ),
        (
            by_alice,
            "0960e50c ffbfb500 00000000 00000000 08040000 00000000 08040000 20000000 03200000 00000000 00000000 00000000",
            &sha1(&data),
        ),
        (
            by_bob,
            "0960e50c 03a01100 00000000 00000000 08040000 00000000 00000000 02000000 ffbfb500 03200000 08040000 00000000",
            &nothing,
        ),
        (
            by_bob,
            "00000000 04a01100 00000000 00000000 4a010000 00000000 4a010000 00000000 02100000 00000000 00000000 00000000",
            "c04167982f46a4a264282ebbaa553315f7608dbe",
        ),
        (
            by_alice,
            "00000000 01c0b500 00000000 00000000 4a010000 00000000 00000000 02000000 04a01100 02100000 4a010000 00000000",
            &nothing,
        ),
    ];
    for (number, (who, head, body)) in expected.into_iter().enumerate() {
        assert_eq!(said[number], (who, header(head), body.to_owned()), "message {}", number + 1);
    }
    assert_eq!(said.len(), 10);
    let footers: Vec<u8> = pair.log.iter().map(|(_, _, bytes)| bytes[bytes.len() - 1]).collect();
    assert_eq!(footers, [0, 0, 0, 0, 1, 0, 1, 0, 0, 0]);
}

/// Alice's 3000 bytes, accepted, up to the first packet of the file.
fn file_under_way() -> Pair {
    let mut pair = Pair::new();
    let guids = [CALL, "{33517CE4-02FC-4428-B6F4-39927229B722}", "{A0D624A6-6C0C-4283-A9E0-BC97B4B46D32}"];
    let alice = Given {
        first: 0x00b5_c00e,
        nonces: [0x2001, 0x2010, 0x2011].into(),
        session: 216_358_921,
        guids: guids.into(),
    };
    let bob = Given { first: 0x0011_a00e, nonces: [0x1001].into(), session: 4, guids: VecDeque::new() };
    given(&mut pair, alice, bob);
    pair.alice.file = super::pair::noise(3000);
    let offer = FileOffer { name: "a".into(), size: 3000, preview: None, direct: false };
    pair.alice.peer.offer_file(offer, pair.now).unwrap();
    pair.run();
    let PeerEvent::FileOffered { session, .. } = pair.bob.events[0] else { panic!() };
    pair.bob.peer.accept_file(session, pair.now).unwrap();
    pair
}

#[test]
fn a_file_byte_for_byte() {
    let mut pair = file_under_way();
    pair.run();
    let headers: Vec<Header> = pair.packets(true).iter().map(|packet| packet.header).collect();
    let at = headers.iter().position(|header| header.flags.has_data()).unwrap();
    for (number, expected) in [
        "0960e50c 10c0b500 00000000 00000000 b80b0000 00000000 b2040000 30000001 10200000 00000000 00000000 00000000",
        "0960e50c 10c0b500 b2040000 00000000 b80b0000 00000000 b2040000 30000001 10200000 00000000 00000000 00000000",
        "0960e50c 10c0b500 64090000 00000000 b80b0000 00000000 54020000 30000001 10200000 00000000 00000000 00000000",
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(headers[at + number], header(expected), "packet {}", number + 1);
    }
    let ack = "0960e50c 10a01100 00000000 00000000 b80b0000 00000000 00000000 02000000 10c0b500 10200000 b80b0000 00000000";
    assert!(pair.packets(false).iter().any(|packet| packet.header == header(ack)));
}

#[test]
fn a_request_to_resume_byte_for_byte() {
    let mut pair = file_under_way();
    while pair.bob.received.is_empty() {
        assert!(pair.step());
    }
    // The second packet is lost.
    pair.alice.peer.poll_transmit(Carrier::Switchboard, pair.now).unwrap();
    let third = pair.alice.peer.poll_transmit(Carrier::Switchboard, pair.now).unwrap();
    let third = wire(&third, &pair.alice.file, Carrier::Switchboard);
    pair.bob.peer.handle_packet(Carrier::Switchboard, &third, pair.now).unwrap();
    let nak = pair.bob.peer.poll_transmit(Carrier::Switchboard, pair.now).unwrap();
    let expected = "0960e50c 10a01100 00000000 00000000 00000000 00000000 00000000 01000000 10c0b500 00000000 b2040000 00000000";
    assert_eq!(nak.header, header(expected));
    let nak = wire(&nak, &Bytes::new(), Carrier::Switchboard);
    assert_eq!(Packet::parse(Carrier::Switchboard, &nak).unwrap().body, Bytes::new());
    pair.alice.peer.handle_packet(Carrier::Switchboard, &nak, pair.now).unwrap();
    pair.run();
    assert_eq!(pair.bob.received, pair.alice.file);
}
