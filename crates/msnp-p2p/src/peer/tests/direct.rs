//! Direct connections, agreed on and lost.

use msnp::connection_type::ConnectionType;

use super::pair::{Pair, direct_config, noise};
use crate::packet::Carrier;
use crate::peer::{FileOffer, PeerEvent, SessionKey};

/// Alice's file of 100,000 bytes, accepted; nothing else has happened yet.
fn accepted(alice: Option<ConnectionType>, bob: Option<ConnectionType>) -> (Pair, SessionKey) {
    let mut pair = Pair::with_direct(alice.map(direct_config), bob.map(direct_config));
    pair.alice.file = noise(100_000);
    let offer = FileOffer { name: "photo.png".into(), size: 100_000, preview: None, direct: true };
    let session = pair.alice.peer.offer_file(offer, pair.now).unwrap();
    pair.run();
    pair.bob.peer.accept_file(session, pair.now).unwrap();
    pair.bob.events.clear();
    (pair, session)
}

/// How many packets of the file went over each.
fn carried(pair: &Pair) -> (usize, usize) {
    let data = |carrier| {
        let is_data = |bytes: &[u8]| bytes[28] & 0x20 != 0;
        pair.log.iter().filter(|(_, on, bytes)| *on == carrier && is_data(bytes)).count()
    };
    (data(Carrier::Switchboard), data(Carrier::Direct))
}

fn assert_arrived(pair: &Pair, session: SessionKey) {
    assert_eq!(pair.bob.events, [PeerEvent::FileReceived { session }]);
    assert!(pair.alice.events.contains(&PeerEvent::FileSent { session }));
    assert_eq!(pair.bob.received, pair.alice.file);
}

#[test]
fn whoever_can_be_reached_listens() {
    use ConnectionType::{DirectConnect, Firewall, SymmetricNat, UnknownConnect};
    for (alice, bob) in [
        (DirectConnect, DirectConnect),
        (SymmetricNat, DirectConnect),
        (DirectConnect, SymmetricNat),
        (DirectConnect, Firewall),
        (UnknownConnect, DirectConnect),
    ] {
        let (mut pair, session) = accepted(Some(alice), Some(bob));
        pair.run();
        assert_arrived(&pair, session);
        assert_eq!(carried(&pair), (0, 74), "{alice} {bob}: 100,000 bytes in packets of 1352");
    }
}

#[test]
fn over_the_switchboard_where_one_does_not_want_it() {
    for (alice, bob) in
        [(None, Some(ConnectionType::DirectConnect)), (Some(ConnectionType::DirectConnect), None)]
    {
        let (mut pair, session) = accepted(alice, bob);
        pair.run();
        assert_arrived(&pair, session);
        assert_eq!(carried(&pair).1, 0);
    }
}

#[test]
fn over_the_switchboard_when_no_connection_comes_about() {
    let direct = Some(ConnectionType::DirectConnect);
    let (mut pair, session) = accepted(direct, direct);
    pair.direct_works = false;
    pair.run();
    assert_arrived(&pair, session);
    assert_eq!(carried(&pair), (84, 0));
}

#[test]
fn over_the_switchboard_when_nobody_connects_in_time() {
    let direct = Some(ConnectionType::DirectConnect);
    let (mut pair, session) = accepted(direct, direct);
    pair.hold_connects = true;
    pair.run();
    assert_eq!(carried(&pair), (0, 0), "it is waited for");
    pair.wait(crate::direct::ACCEPT_TIMEOUT);
    assert_arrived(&pair, session);
}

#[test]
fn a_lost_connection_loses_no_byte() {
    let direct = Some(ConnectionType::DirectConnect);
    let (mut pair, session) = accepted(direct, direct);
    while pair.bob.received.len() < 50_000 {
        assert!(pair.step());
    }
    pair.break_direct();
    pair.run();
    assert_arrived(&pair, session);
    let (switchboard, direct) = carried(&pair);
    assert!(switchboard < 50, "it went on where it was: {switchboard}");
    assert!(direct > 30);
}

#[test]
fn a_peer_that_does_not_ask_again_gets_it_from_the_beginning() {
    let direct = Some(ConnectionType::DirectConnect);
    let (mut pair, session) = accepted(direct, direct);
    while pair.bob.received.len() < 50_000 {
        assert!(pair.step());
    }
    // Only alice notices.
    pair.direct_up = false;
    pair.alice.peer.carrier_lost(Carrier::Direct, pair.now);
    pair.run();
    assert_eq!(pair.bob.events, []);
    pair.wait(crate::peer::RESUME_PATIENCE);
    pair.bob.peer.carrier_lost(Carrier::Direct, pair.now);
    pair.run();
    assert_arrived(&pair, session);
}

#[test]
fn the_next_file_uses_the_connection_that_is_there() {
    let direct = Some(ConnectionType::DirectConnect);
    let (mut pair, session) = accepted(direct, direct);
    pair.run();
    assert_arrived(&pair, session);
    let before = pair.log.len();
    let offer = FileOffer { name: "b".into(), size: 100, preview: None, direct: true };
    let session = pair.alice.peer.offer_file(offer, pair.now).unwrap();
    pair.run();
    pair.bob.peer.accept_file(session, pair.now).unwrap();
    pair.run();
    assert!(pair.log[before..].iter().all(|(_, carrier, _)| *carrier == Carrier::Direct));
    assert!(pair.bob.events.contains(&PeerEvent::FileReceived { session }));
}

#[test]
fn an_unused_connection_is_closed() {
    let direct = Some(ConnectionType::DirectConnect);
    let (mut pair, _) = accepted(direct, direct);
    pair.run();
    assert!(pair.direct_up && !pair.alice.peer.is_idle());
    pair.wait(crate::direct::IDLE_TIMEOUT);
    assert!(!pair.direct_up);
    assert!(pair.alice.peer.is_idle() && pair.bob.peer.is_idle());
}
