//! Files over the switchboard.

use std::time::Duration;

use bytes::Bytes;

use super::pair::{Pair, noise};
use crate::packet::{Flags, Footer};
use crate::peer::{Failure, FileOffer, OFFER_WAIT, PeerEvent, SessionKey};

fn offer(size: u64) -> FileOffer {
    FileOffer { name: "photo.png".into(), size, preview: None, direct: true }
}

/// Alice offers a file of this length; bob has the offer.
fn offered(length: usize) -> (Pair, SessionKey) {
    let mut pair = Pair::new();
    pair.alice.file = noise(length);
    let session = pair.alice.peer.offer_file(offer(length as u64), pair.now).unwrap();
    pair.run();
    let event =
        PeerEvent::FileOffered { session, name: "photo.png".into(), size: length as u64, preview: None };
    assert_eq!(pair.bob.events, [event]);
    pair.bob.events.clear();
    (pair, session)
}

fn failed(session: SessionKey, failure: Failure) -> PeerEvent {
    PeerEvent::Failed { session, failure }
}

#[test]
fn a_file_arrives_whatever_its_size() {
    for length in [0, 1, 1201, 1202, 1203, 100_000] {
        let (mut pair, session) = offered(length);
        pair.bob.peer.accept_file(session, pair.now).unwrap();
        pair.run();
        assert_eq!(pair.bob.received, pair.alice.file, "{length}");
        assert_eq!(pair.bob.events, [PeerEvent::FileReceived { session }]);
        assert_eq!(pair.alice.events, [PeerEvent::FileAccepted { session }, PeerEvent::FileSent { session }]);
        assert!(pair.alice.peer.is_idle() && pair.bob.peer.is_idle(), "{length}");
    }
}

#[test]
fn packets_of_a_file_have_its_flags_and_footer() {
    let (mut pair, session) = offered(3000);
    pair.bob.peer.accept_file(session, pair.now).unwrap();
    pair.run();
    let packets = pair.packets(true);
    let data: Vec<_> = packets.iter().filter(|packet| packet.header.flags.has_data()).collect();
    assert_eq!(data.len(), 3);
    for packet in data {
        assert_eq!((packet.header.flags, packet.footer), (Flags::FILE_DATA, Footer::FILE));
        assert_eq!((packet.header.session_id, packet.header.total), (session.0, 3000));
    }
    let preparation = packets.iter().any(|packet| packet.header.session_id != 0 && packet.header.total == 4);
    assert!(!preparation, "files have no data preparation");
}

#[test]
fn a_preview_goes_with_the_offer_in_several_packets() {
    let mut pair = Pair::new();
    let preview = noise(5000);
    let with_preview = FileOffer { preview: Some(preview.clone()), ..offer(10) };
    let session = pair.alice.peer.offer_file(with_preview, pair.now).unwrap();
    pair.run();
    let event =
        PeerEvent::FileOffered { session, name: "photo.png".into(), size: 10, preview: Some(preview) };
    assert_eq!(pair.bob.events, [event]);
    assert!(pair.packets(true).len() > 5);
}

#[test]
fn a_preview_goes_along_up_to_its_limit() {
    for (length, shown) in [(8192, true), (8193, false)] {
        let mut pair = Pair::new();
        let with_preview = FileOffer { preview: Some(noise(length)), ..offer(10) };
        pair.alice.peer.offer_file(with_preview, pair.now).unwrap();
        pair.run();
        let [PeerEvent::FileOffered { preview, .. }] = &pair.bob.events[..] else { panic!("no offer") };
        assert_eq!(preview.is_some(), shown, "{length}");
    }
}

#[test]
fn declined() {
    let (mut pair, session) = offered(3000);
    pair.bob.peer.decline_file(session).unwrap();
    pair.run();
    assert_eq!(pair.alice.events, [failed(session, Failure::Declined)]);
    assert_eq!(pair.bob.events, []);
    assert!(pair.alice.peer.is_idle() && pair.bob.peer.is_idle());
    assert!(pair.bob.peer.accept_file(session, pair.now).is_err());
}

#[test]
fn withdrawn_before_an_answer() {
    let (mut pair, session) = offered(3000);
    pair.alice.peer.cancel(session).unwrap();
    pair.run();
    assert_eq!(pair.bob.events, [failed(session, Failure::CancelledByPeer)]);
    assert_eq!(pair.alice.events, []);
    assert!(pair.alice.peer.is_idle() && pair.bob.peer.is_idle());
}

#[test]
fn cancelled_in_the_middle_by_either_side() {
    for by_sender in [true, false] {
        let (mut pair, session) = offered(100_000);
        pair.bob.peer.accept_file(session, pair.now).unwrap();
        while pair.bob.received.len() < 5000 {
            assert!(pair.step());
        }
        let (canceller, other) =
            if by_sender { (&mut pair.alice, &mut pair.bob) } else { (&mut pair.bob, &mut pair.alice) };
        canceller.events.clear();
        other.events.clear();
        canceller.peer.cancel(session).unwrap();
        pair.run();
        let other = if by_sender { &pair.bob } else { &pair.alice };
        assert_eq!(other.events, [failed(session, Failure::CancelledByPeer)]);
        assert!(pair.bob.received.len() < 20_000, "the data stop");
        assert!(pair.alice.peer.is_idle() && pair.bob.peer.is_idle());
    }
}

#[test]
fn an_offer_waits_for_a_person_but_not_for_ever() {
    let (mut pair, session) = offered(10);
    pair.wait(OFFER_WAIT - Duration::from_secs(1));
    assert_eq!((pair.alice.events.len(), pair.bob.events.len()), (0, 0));
    pair.wait(Duration::from_secs(2));
    assert_eq!(pair.alice.events, [failed(session, Failure::TimedOut)]);
    assert_eq!(pair.bob.events.len(), 1, "the offer is gone on the other side too");
}

#[test]
fn a_slow_file_has_no_deadline_of_its_own() {
    let (mut pair, session) = offered(20_000);
    pair.bob.peer.accept_file(session, pair.now).unwrap();
    while pair.step() {
        pair.now += Duration::from_secs(20);
        pair.alice.peer.handle_timeout(pair.now);
        pair.bob.peer.handle_timeout(pair.now);
    }
    assert_eq!(pair.bob.events, [PeerEvent::FileReceived { session }]);
}

#[test]
fn a_peer_that_vanishes_in_the_middle() {
    let (mut pair, session) = offered(100_000);
    pair.bob.peer.accept_file(session, pair.now).unwrap();
    while pair.bob.received.len() < 5000 {
        assert!(pair.step());
    }
    pair.alice.events.clear();
    for end in [&mut pair.alice, &mut pair.bob] {
        end.peer.carrier_lost(crate::packet::Carrier::Switchboard, pair.now);
        let event = end.peer.poll_event();
        assert_eq!(event, Some(failed(session, Failure::Unreachable)));
    }
}

#[test]
fn who_leaves_while_an_offer_waits_has_withdrawn_or_refused_it() {
    let (mut pair, session) = offered(3000);
    for end in [&mut pair.alice, &mut pair.bob] {
        end.peer.carrier_lost(crate::packet::Carrier::Switchboard, pair.now);
        assert_eq!(end.peer.poll_event(), Some(failed(session, Failure::Unreachable)));
        assert!(end.peer.is_idle());
    }
}

#[test]
fn an_accepted_file_begins_on_the_next_switchboard() {
    let (mut pair, session) = offered(3000);
    pair.bob.peer.accept_file(session, pair.now).unwrap();
    pair.bob.peer.carrier_lost(crate::packet::Carrier::Switchboard, pair.now);
    pair.run();
    assert_eq!(pair.bob.events, [PeerEvent::FileReceived { session }]);
}

#[test]
fn both_ways_at_once() {
    let mut pair = Pair::new();
    (pair.alice.file, pair.bob.file) = (noise(50_000), noise(40_000));
    pair.alice.peer.offer_file(offer(50_000), pair.now).unwrap();
    pair.bob.peer.offer_file(offer(40_000), pair.now).unwrap();
    pair.run();
    for end in [&mut pair.alice, &mut pair.bob] {
        let session = end.events.iter().find_map(|event| match event {
            PeerEvent::FileOffered { session, .. } => Some(*session),
            _ => None,
        });
        end.peer.accept_file(session.expect("an offer"), pair.now).unwrap();
    }
    pair.run();
    assert_eq!(pair.alice.received, pair.bob.file);
    assert_eq!(pair.bob.received, pair.alice.file);
    assert_eq!(Bytes::from(pair.bob.received).len(), 50_000);
}
