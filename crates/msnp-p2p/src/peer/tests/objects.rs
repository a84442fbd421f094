//! Pictures and emoticons.

use super::pair::{ALICE, BOB, Counting, Pair, noise, picture};
use crate::packet::{Carrier, Flags, Footer};
use crate::peer::{Failure, OBJECT_IDLE, PeerEvent};
use msnp::object::{MsnObject, ObjectKind};

#[test]
fn a_picture_is_fetched_whatever_its_size() {
    for length in [0, 1, 4, 1201, 1202, 1203, 2404, 30_000] {
        let mut pair = Pair::new();
        let (object, data) = picture(length);
        assert!(pair.alice.published.publish(&object, data.clone()));
        let session = pair.bob.peer.request_object(&object, pair.now).unwrap();
        pair.run();
        let received = PeerEvent::ObjectReceived { session, object, data };
        assert_eq!(pair.bob.events, [received], "{length}");
        assert_eq!(pair.alice.events, []);
        assert!(pair.alice.peer.is_idle() && pair.bob.peer.is_idle(), "{length}");
    }
}

#[test]
fn it_is_known_what_was_fetched() {
    let mut pair = Pair::new();
    let (object, data) = picture(3000);
    pair.alice.published.publish(&object, data);
    assert_eq!(pair.alice.peer.poll_served(), None);
    for _ in 0..2 {
        pair.bob.peer.request_object(&object, pair.now).unwrap();
        pair.run();
        assert_eq!(pair.alice.peer.poll_served().map(|served| served.sha1d), Some(object.sha1d.clone()));
    }
    assert_eq!((pair.alice.peer.poll_served(), pair.bob.peer.poll_served()), (None, None));
}

/// The order, the identifiers and every field as NINA *Display pictures* has them.
#[test]
fn the_ten_messages_of_a_picture() {
    let mut pair = Pair::new();
    let (object, data) = picture(1032);
    pair.alice.published.publish(&object, data);
    let session = pair.bob.peer.request_object(&object, pair.now).unwrap().0;
    pair.run();
    let (bob, alice) = (0x0011_0000, 0x00b5_0003);
    let short = |packet: &crate::packet::Packet| {
        let header = packet.header;
        (header.session_id, header.identifier, header.flags.0, packet.footer.0)
    };
    let from_bob: Vec<_> = pair.packets(false).iter().map(short).collect();
    assert_eq!(
        from_bob,
        [
            (0, bob, 0, 0),
            (0, bob + 1, 2, 0),
            (session, bob + 2, 2, 0),
            (session, bob + 3, 2, 0),
            (0, bob + 4, 0, 0),
        ]
    );
    let from_alice: Vec<_> = pair.packets(true).iter().map(short).collect();
    assert_eq!(
        from_alice,
        [
            (0, alice, 2, 0),
            (0, alice - 3, 0, 0),
            (session, alice - 2, 0, 1),
            (session, alice - 1, 0x20, 1),
            (0, alice + 1, 2, 0),
        ]
    );
}

#[test]
fn one_identifier_and_one_nonce_for_all_packets_of_a_message() {
    let mut pair = Pair::new();
    let (object, data) = picture(5000);
    pair.alice.published.publish(&object, data);
    pair.bob.peer.request_object(&object, pair.now).unwrap();
    pair.run();
    let data: Vec<_> =
        pair.packets(true).into_iter().filter(|packet| packet.header.flags.has_data()).collect();
    let lengths: Vec<_> = data.iter().map(|packet| (packet.header.offset, packet.header.length)).collect();
    assert_eq!(lengths, [(0, 1202), (1202, 1202), (2404, 1202), (3606, 1202), (4808, 192)]);
    for packet in &data {
        assert_eq!(packet.header.identifier, data[0].header.identifier);
        assert_eq!(packet.header.nonce, data[0].header.nonce);
        assert_eq!(packet.header.flags, Flags::OBJECT_DATA);
        assert_eq!(packet.footer, Footer::OBJECT);
    }
    let acks: Vec<_> =
        pair.packets(false).into_iter().filter(|ack| ack.header.nonce == data[0].header.identifier).collect();
    assert_eq!(acks.len(), 1, "one acknowledgement for all packets");
    let ack = acks[0].header;
    assert_eq!((ack.total, ack.acked_nonce, ack.acked_total), (5000, data[0].header.nonce, 5000));
}

#[test]
fn several_objects_at_once_do_not_mix() {
    let mut pair = Pair::new();
    let mut wanted = Vec::new();
    for number in 0..5_u8 {
        let data =
            noise(3000 + usize::from(number)).iter().map(|byte| byte ^ number).collect::<bytes::Bytes>();
        let object = MsnObject::new(ALICE, ObjectKind::CUSTOM_EMOTICON, "TFR2.dat", "tux", &data);
        pair.alice.published.publish(&object, data.clone());
        let session = pair.bob.peer.request_object(&object, pair.now).unwrap();
        wanted.push(PeerEvent::ObjectReceived { session, object, data });
    }
    pair.run();
    assert_eq!(pair.bob.events.len(), 5);
    assert!(wanted.iter().all(|event| pair.bob.events.contains(event)));
}

#[test]
fn what_is_not_published_is_declined() {
    let mut pair = Pair::new();
    let (object, _) = picture(100);
    let session = pair.bob.peer.request_object(&object, pair.now).unwrap();
    pair.run();
    assert_eq!(pair.bob.events, [PeerEvent::Failed { session, failure: Failure::Declined }]);
    assert!(pair.alice.peer.is_idle() && pair.bob.peer.is_idle());
}

#[test]
fn data_that_do_not_match_their_hash_are_refused() {
    let mut pair = Pair::new();
    let (object, _) = picture(100);
    let mut lie = object;
    lie.sha1d = "P9TEjRVbrA7FyLJflMeDJetCBik=".into();
    // Alice serves other bytes under that hash.
    pair.alice.published.publish_unchecked(&lie, noise(100));
    let session = pair.bob.peer.request_object(&lie, pair.now).unwrap();
    pair.run();
    assert_eq!(pair.bob.events, [PeerEvent::Failed { session, failure: Failure::Corrupt }]);
}

#[test]
fn objects_of_others_and_large_ones_are_not_asked_for() {
    use crate::peer::RequestError;
    let mut pair = Pair::new();
    let (object, _) = picture(100);
    let mut large = object.clone();
    large.size = 512 * 1024 + 1;
    let error = pair.bob.peer.request_object(&large, pair.now).unwrap_err();
    assert_eq!(error, RequestError::TooLarge { limit: 512 * 1024 });
    let mut other = object;
    other.creator = BOB.into();
    assert_eq!(pair.bob.peer.request_object(&other, pair.now), Err(RequestError::NotTheirs));
}

#[test]
fn a_peer_that_says_nothing_is_given_up() {
    let mut pair = Pair::new();
    let (object, _) = picture(100);
    let session = pair.bob.peer.request_object(&object, pair.now).unwrap();
    assert!(pair.bob.peer.poll_transmit(Carrier::Switchboard, pair.now).is_some());
    assert!(pair.bob.peer.poll_timeout().is_some());
    pair.wait(OBJECT_IDLE);
    assert_eq!(pair.bob.events, [PeerEvent::Failed { session, failure: Failure::TimedOut }]);
}

#[test]
fn no_identifier_is_zero() {
    let mut link =
        crate::link::Link::new(Box::new(Counting { first: u32::MAX - 2, nonce: 0, session: 4, guid: 0 }));
    let identifiers: Vec<_> = (0..5).map(|_| link.identifier()).collect();
    assert_eq!(identifiers, [u32::MAX - 2, u32::MAX - 1, u32::MAX, 1, 2]);
}
