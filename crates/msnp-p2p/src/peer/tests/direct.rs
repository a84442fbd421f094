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

/// The number of packets of the file that went over each.
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
fn the_side_that_can_be_reached_listens() {
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

#[test]
fn both_ask_at_once_and_both_files_arrive() {
    let direct = Some(direct_config(ConnectionType::DirectConnect));
    let mut pair = Pair::with_direct(direct, direct);
    (pair.alice.file, pair.bob.file) = (noise(50_000), noise(40_000));
    let offer = |size| FileOffer { name: "a".into(), size, preview: None, direct: true };
    let first = pair.alice.peer.offer_file(offer(50_000), pair.now).unwrap();
    let second = pair.bob.peer.offer_file(offer(40_000), pair.now).unwrap();
    pair.run();
    pair.bob.peer.accept_file(first, pair.now).unwrap();
    pair.alice.peer.accept_file(second, pair.now).unwrap();
    pair.run();
    for _ in 0..4 {
        pair.wait(crate::direct::ACCEPT_TIMEOUT / 3);
    }
    assert_eq!(pair.bob.received, pair.alice.file);
    assert_eq!(pair.alice.received, pair.bob.file);
    assert!(pair.alice.events.contains(&PeerEvent::FileSent { session: first }));
    assert!(pair.bob.events.contains(&PeerEvent::FileSent { session: second }));
}

/// Packets of a script in alice's place, as a later client writes them.
mod later_clients {
    use super::super::script::{Script, invite, request};
    use super::*;
    use crate::Guid;
    use crate::direct::{NonceRule, hash_nonce};
    use crate::peer::DirectRequest;
    use crate::slp::{Fields, Method, SlpMessage, application, content_type};

    const SECRET: Guid = Guid([0x21; 16]);

    /// Bob has accepted a file, and is asked for a direct connection with a hashed nonce.
    fn asked(bob: ConnectionType) -> (Script, SlpMessage) {
        let pair = Pair::with_direct(None, Some(direct_config(bob)));
        let mut script = Script::with(pair);
        let context = crate::context::FileContext::new("a", 10, None).to_base64();
        let offer = invite(1, application::FILE, &context);
        script.say(&offer);
        let session = match script.events()[..] {
            [PeerEvent::FileOffered { session, .. }] => session,
            ref events => panic!("{events:?}"),
        };
        script.bob.peer.accept_file(session, script.now).unwrap();
        script.heard_and_acknowledged();
        let mut body = Fields::new();
        body.push("Bridges", "TRUDPv1 TCPv1 SBBridge TURNv1");
        body.push("Conn-Type", "Direct-Connect");
        body.push("Hashed-Nonce", hash_nonce(SECRET));
        let mut ask = request(Method::Invite, offer.call_id.clone(), content_type::TRANSPORT_REQUEST, body);
        ask.via = ask.via.replace("BBBB", "CCCC");
        (script, ask)
    }

    #[test]
    fn a_hashed_nonce_is_answered_with_one() {
        let (mut script, ask) = asked(ConnectionType::DirectConnect);
        script.say(&ask);
        let [PeerEvent::Direct(DirectRequest::Listen { rule, .. })] = script.events()[..] else { panic!() };
        let NonceRule::Hashed { own, announced_by_peer } = rule else { panic!("{rule:?}") };
        assert_eq!(announced_by_peer, hash_nonce(SECRET));
        script.bob.peer.direct_listening(&[[192, 0, 2, 7].into()], 4000, None, script.now);
        let answer = script.answers().remove(0);
        assert_eq!(answer.body.get("Hashed-Nonce"), Some(hash_nonce(own).to_string().as_str()));
        assert_eq!(answer.body.get("Nonce"), None);
    }

    #[test]
    fn a_second_invitation_is_followed_with_the_nonce_that_was_announced() {
        let (mut script, ask) = asked(ConnectionType::SymmetricNat);
        script.say(&ask);
        assert!(
            script.events().is_empty(),
            "a client behind a translator does not listen for one that is not behind any"
        );
        let answer = script.answers().remove(0);
        let announced = answer.body.get("Hashed-Nonce").map(str::to_owned).expect("a real hash");
        let mut body = Fields::new();
        body.push("Bridge", "TCPv1");
        body.push("Listening", "true");
        body.push("Hashed-Nonce", hash_nonce(SECRET));
        body.push("IPv4Internal-Addrs", "192.0.2.9 10.0.0.1 127.0.0.1");
        body.push("IPv4Internal-Port", "4001");
        let mut second = request(Method::Invite, ask.call_id.clone(), content_type::TRANSPORT_RESPONSE, body);
        second.via = second.via.replace("BBBB", "DDDD");
        script.say(&second);
        let events = script.events();
        let [PeerEvent::Direct(DirectRequest::Connect { addresses, rule, .. })] = &events[..] else {
            panic!("{events:?}")
        };
        assert_eq!(addresses[..], ["192.0.2.9:4001".parse().unwrap()], "no private and no loopback address");
        let NonceRule::Hashed { own, announced_by_peer } = *rule else { panic!("{rule:?}") };
        assert_eq!((hash_nonce(own).to_string(), announced_by_peer), (announced, hash_nonce(SECRET)));
    }

    #[test]
    fn zeros_open_nothing() {
        let (mut script, ask) = asked(ConnectionType::SymmetricNat);
        script.say(&ask);
        script.answers();
        let mut body = Fields::new();
        body.push("Bridge", "TCPv1");
        body.push("Listening", "true");
        body.push("Nonce", Guid::ZERO);
        body.push("IPv4Internal-Addrs", "192.0.2.9");
        body.push("IPv4Internal-Port", "4001");
        let mut second = request(Method::Invite, ask.call_id.clone(), content_type::TRANSPORT_RESPONSE, body);
        second.via = second.via.replace("BBBB", "DDDD");
        script.say(&second);
        assert!(script.events().is_empty());
    }
}
