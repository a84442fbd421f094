//! The time that each step of a session may take.

use std::time::Duration;

use msnp::object::{MsnObject, ObjectKind};

use super::pair::{BOB, noise, picture};
use super::script::{Script, invite};
use crate::context::{FileContext, object_context};
use crate::link::ACK_TIMEOUT;
use crate::packet::{Carrier, Flags, Header};
use crate::peer::direct::ANSWER_WAIT;
use crate::peer::{BYE_WAIT, FILE_IDLE, Failure, FileOffer, OBJECT_IDLE, OFFER_WAIT, PeerEvent, SessionKey};
use crate::slp::{SlpMessage, SlpStatus, application, session_answer};

const STEP: Duration = Duration::from_secs(7);

/// The time that the session has left.
fn left(script: &Script, session: SessionKey) -> Duration {
    script.bob.peer.sessions[&session].deadline - script.now
}

/// Bob has said an INVITE; alice accepts.
fn accept(script: &mut Script, session: SessionKey) {
    let invite = SlpMessage::parse(&script.heard_and_acknowledged()[0].body).unwrap();
    script.now += STEP;
    script.say(&invite.response(SlpStatus::OK, session_answer(session.0)));
}

/// Acknowledges the last that bob says, a step later.
fn acknowledge_last(script: &mut Script) -> Header {
    let last = script.heard().pop().expect("a packet").header;
    script.now += STEP;
    let ack = last.ack(script.identifier());
    script.packet(ack, b"");
    last
}

#[test]
fn a_fetched_object_has_its_time_from_step_to_step() {
    let mut script = Script::new();
    assert!(!script.bob.peer.has_transmit(Carrier::Switchboard, script.now));
    let (object, data) = picture(3000);
    let session = script.bob.peer.request_object(&object, script.now).unwrap();
    assert_eq!(left(&script, session), OBJECT_IDLE);
    accept(&mut script, session);
    assert_eq!(left(&script, session), OBJECT_IDLE);
    script.now += STEP;
    let header = Header { session_id: session.0, identifier: 8, total: 3000, ..Header::default() };
    script.packet(Header { flags: Flags::OBJECT_DATA, ..header }, &data[..1202]);
    assert_eq!(left(&script, session), OBJECT_IDLE);
    assert_eq!(script.bob.peer.poll_timeout(), Some(script.now + OBJECT_IDLE));
    script.bob.peer.handle_timeout(script.now + OBJECT_IDLE - STEP);
    assert_eq!(script.events(), []);
    script.bob.peer.handle_timeout(script.now + OBJECT_IDLE);
    assert_eq!(script.events(), [PeerEvent::Failed { session, failure: Failure::TimedOut }]);
}

#[test]
fn a_served_object_has_its_time_from_step_to_step() {
    let mut script = Script::new();
    let data = noise(100);
    let object = MsnObject::new(BOB, ObjectKind::DISPLAY_PICTURE, "TFR1.tmp", "", &data);
    script.bob.published.publish(&object, data);
    script.say(&invite(1, application::OBJECT, &object_context(&object)));
    let session = SessionKey(1001);
    assert_eq!(left(&script, session), OBJECT_IDLE);
    for total in [4, 100] {
        acknowledge_last(&mut script);
        assert_eq!(left(&script, session), OBJECT_IDLE);
        let bob = &script.bob.peer;
        assert!(bob.has_transmit(Carrier::Switchboard, script.now), "{total} bytes follow");
    }
    assert_eq!(script.bob.peer.poll_served(), None);
    let data = acknowledge_last(&mut script);
    assert_eq!((data.total, left(&script, session)), (100, BYE_WAIT));
    assert_eq!(script.bob.peer.poll_served(), Some(object));
    // The peer never says goodbye: nothing is told, and the session is over.
    script.now += BYE_WAIT;
    script.bob.peer.handle_timeout(script.now);
    assert!(script.events().is_empty() && script.heard().is_empty() && script.bob.peer.is_idle());
}

#[test]
fn a_file_that_comes_has_its_time_from_step_to_step() {
    let mut script = Script::new();
    script.say(&invite(1, application::FILE, &FileContext::new("a", 10, None).to_base64()));
    let session = SessionKey(1001);
    assert_eq!(left(&script, session), OFFER_WAIT);
    script.now += STEP;
    script.bob.peer.accept_file(session, script.now).unwrap();
    assert_eq!(left(&script, session), FILE_IDLE);
    let header = Header { session_id: session.0, identifier: 9, total: 10, ..Header::default() };
    for (offset, time) in [(0, FILE_IDLE), (5, BYE_WAIT)] {
        script.now += STEP;
        script.packet(Header { offset, flags: Flags::FILE_DATA, ..header }, &[1; 5]);
        assert_eq!(left(&script, session), time);
    }
}

/// Bob offers a file of this size, and alice takes it.
fn sending(size: u64) -> (Script, SessionKey) {
    let mut script = Script::new();
    script.bob.file = noise(size as usize);
    let offer = FileOffer { name: "a".into(), size, preview: None, direct: true };
    let session = script.bob.peer.offer_file(offer, script.now).unwrap();
    assert_eq!(left(&script, session), OFFER_WAIT);
    accept(&mut script, session);
    assert_eq!(script.events(), [PeerEvent::FileAccepted { session }]);
    (script, session)
}

#[test]
fn a_file_that_goes_waits_as_long_as_its_packets_move() {
    let (mut script, session) = sending(3000);
    assert_eq!(left(&script, session), FILE_IDLE);
    // The carrier has no room for long: its session does not end.
    script.now += FILE_IDLE;
    script.bob.peer.handle_timeout(script.now);
    assert_eq!((script.events(), left(&script, session)), (vec![], FILE_IDLE));
    assert!(!script.heard().is_empty());
    assert_eq!(script.bob.peer.poll_timeout(), Some(script.now + ACK_TIMEOUT));
    script.now += ACK_TIMEOUT;
    script.bob.peer.handle_timeout(script.now);
    assert_eq!(script.events(), [PeerEvent::Failed { session, failure: Failure::TimedOut }]);
}

/// libpurple never acknowledges a message of no bytes.
#[test]
fn a_file_of_no_bytes_is_sent_when_nothing_is_said_to_the_contrary() {
    let (mut script, session) = sending(0);
    assert_eq!(left(&script, session), ANSWER_WAIT);
    assert!(script.heard().iter().any(|packet| packet.header.flags.has_data()));
    script.now += ANSWER_WAIT;
    script.bob.peer.handle_timeout(script.now);
    assert_eq!(script.events(), [PeerEvent::FileSent { session }]);
}

#[test]
fn an_acceptance_that_is_repeated_gives_no_more_time() {
    let mut script = Script::new();
    let (object, _) = picture(3000);
    let session = script.bob.peer.request_object(&object, script.now).unwrap();
    let invite = SlpMessage::parse(&script.heard_and_acknowledged()[0].body).unwrap();
    let accept = invite.response(SlpStatus::OK, session_answer(session.0)).to_bytes();
    let header = Header { identifier: 50, nonce: 3, ..Header::default() };
    for (waited, time) in [(STEP, OBJECT_IDLE), (STEP, OBJECT_IDLE - STEP)] {
        script.now += waited;
        script.packet(header, &accept);
        assert_eq!(left(&script, session), time);
        assert_eq!(script.heard().len(), 1, "it is acknowledged each time");
    }
}
