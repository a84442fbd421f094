//! The ends of sessions: by a flag, by a BYE, by a lost carrier.

use bytes::Bytes;
use msnp::object::{MsnObject, ObjectKind};

use super::pair::{BOB, noise, picture};
use super::script::{Script, call, invite, request};
use crate::context::{FileContext, object_context};
use crate::packet::{Carrier, Flags, Header, Packet};
use crate::peer::{Failure, FileOffer, MAX_REMEMBERED, MAX_SESSIONS, PeerEvent, RequestError, SessionKey};
use crate::slp::{Fields, Method, SlpMessage, SlpStatus, application, content_type, session_answer};

const FIRST: SessionKey = SessionKey(1001);

fn offer(script: &mut Script, number: u8, size: u64) -> SessionKey {
    script.say(&invite(number, application::FILE, &FileContext::new("a", size, None).to_base64()));
    SessionKey(1000 + u32::from(number))
}

/// Bob takes a file of this size, of which nothing has come.
fn receiving(size: u64) -> Script {
    let mut script = Script::new();
    offer(&mut script, 1, size);
    script.bob.peer.accept_file(FIRST, script.now).unwrap();
    script.heard_and_acknowledged();
    script.events();
    script
}

fn data(offset: u64, total: u64) -> Header {
    let flags = Flags::FILE_DATA;
    Header { session_id: FIRST.0, identifier: 9, nonce: 4, offset, total, flags, ..Header::default() }
}

fn bye(number: u8) -> SlpMessage {
    request(Method::Bye, call(number), content_type::SESSION_CLOSE, Fields::new())
}

fn failed(session: SessionKey, failure: Failure) -> PeerEvent {
    PeerEvent::Failed { session, failure }
}

/// The header of a flag that names no message, in this session.
fn flag(flags: Flags, session_id: u32) -> Header {
    Header { session_id, flags, nonce: 0xdead, ..Header::default() }
}

fn byes(packets: &[Packet]) -> usize {
    packets.iter().filter(|packet| packet.body.starts_with(b"BYE ")).count()
}

/// Bob sends a file of this size, which was accepted.
fn sending(size: usize) -> (Script, SessionKey) {
    let mut script = Script::new();
    script.bob.file = noise(size);
    let offer = FileOffer { name: "a".into(), size: size as u64, preview: None, direct: false };
    let session = script.bob.peer.offer_file(offer, script.now).unwrap();
    let invite = SlpMessage::parse(&script.heard_and_acknowledged()[0].body).unwrap();
    script.say(&invite.response(SlpStatus::OK, session_answer(session.0)));
    script.events();
    (script, session)
}

/// The peer's BYE on the call of a session.
fn bye_of(script: &Script, session: SessionKey) -> SlpMessage {
    let call_id = script.bob.peer.sessions[&session].call_id.clone();
    request(Method::Bye, call_id, content_type::SESSION_CLOSE, Fields::new())
}

#[test]
fn a_flag_with_the_number_of_a_session_ends_it() {
    for (flags, ends) in [
        (Flags::CANCEL, true),
        (Flags::ERROR, true),
        (Flags::RESET, false),
        (Flags::WAITING, false),
        (Flags::ACK, false),
    ] {
        let mut script = receiving(100);
        script.packet(flag(flags, 77), b"");
        assert_eq!((script.events(), script.heard()), (vec![], vec![]), "another session");
        script.packet(flag(flags, FIRST.0), b"");
        let told = if ends { vec![failed(FIRST, Failure::CancelledByPeer)] } else { vec![] };
        assert_eq!(script.events(), told, "{flags:?}");
        assert_eq!(byes(&script.heard()), usize::from(ends));
    }
}

#[test]
fn a_flag_does_not_end_what_is_complete() {
    let mut script = receiving(10);
    script.packet(data(0, 10), &[1; 10]);
    script.events();
    script.heard();
    script.packet(flag(Flags::CANCEL, FIRST.0), b"");
    assert_eq!((script.events(), script.heard()), (vec![], vec![]));
    script.packet(data(0, 10), &[1; 10]);
    assert_eq!(script.heard().len(), 1, "the session is there, and acknowledges its last packet again");
    script.packet(data(0, 20), &[1; 10]);
    assert_eq!(script.heard(), [], "only the last");
}

#[test]
fn a_complete_session_stays_while_there_is_room_and_makes_room() {
    let mut script = receiving(10);
    script.packet(data(0, 10), &[1; 10]);
    for number in 2..=MAX_SESSIONS as u8 {
        offer(&mut script, number, 10);
    }
    script.heard_and_acknowledged();
    script.packet(data(0, 10), &[1; 10]);
    assert_eq!(script.heard().len(), 1, "all are open, and none too many");
    offer(&mut script, 100, 10);
    assert_eq!(script.statuses(), [0; 0], "the complete one has made room");
    script.packet(data(0, 10), &[1; 10]);
    assert_eq!(script.heard(), []);
    offer(&mut script, 101, 10);
    assert_eq!(script.statuses(), [603]);
}

#[test]
fn ended_calls_are_remembered_up_to_a_number() {
    let mut script = Script::new();
    for number in 0..=MAX_REMEMBERED as u8 {
        script.say(&bye(number));
        assert_eq!(script.statuses(), [481]);
    }
    for number in 1..=MAX_REMEMBERED as u8 {
        script.say(&bye(number));
        assert_eq!(script.statuses(), [0; 0], "{number} is known");
    }
    script.say(&bye(0));
    assert_eq!(script.statuses(), [481], "the oldest is forgotten");
}

#[test]
fn a_bye_ends_an_empty_file_well_and_others_badly() {
    for (size, event) in
        [(0, PeerEvent::FileReceived { session: FIRST }), (10, failed(FIRST, Failure::CancelledByPeer))]
    {
        let mut script = receiving(size);
        script.say(&bye(1));
        assert_eq!(script.events(), [event]);
    }
    // Not taken yet: withdrawn, however small.
    let mut script = Script::new();
    offer(&mut script, 1, 0);
    script.events();
    script.say(&bye(1));
    assert_eq!(script.events(), [failed(FIRST, Failure::CancelledByPeer)]);
    // All of it has come: nothing more is told.
    let mut script = receiving(10);
    script.packet(data(0, 10), &[1; 10]);
    script.events();
    script.say(&bye(1));
    assert_eq!(script.events(), []);
    assert!(!script.bob.peer.sessions.contains_key(&FIRST));
}

#[test]
fn a_bye_after_the_last_packet_says_that_the_file_is_there() {
    for (packets, well) in [(0, false), (1, false), (3, true)] {
        let (mut script, session) = sending(3000);
        let bye = bye_of(&script, session);
        // The acknowledgement of the acceptance goes first.
        for _ in 0..packets + 1 {
            script.bob.peer.poll_transmit(Carrier::Switchboard, script.now);
        }
        script.say(&bye);
        let event =
            if well { PeerEvent::FileSent { session } } else { failed(session, Failure::CancelledByPeer) };
        assert_eq!(script.events(), [event], "{packets}");
    }
}

#[test]
fn a_bye_without_an_end_and_with_the_size_of_a_file_is_a_whole_text() {
    let mut script = receiving(1_000_000);
    let text = bye(1).to_bytes();
    let text = String::from_utf8(text.to_vec()).unwrap();
    let text = text.trim_end_matches('\0').replace("Content-Length: 3", "Content-Length: 43");
    script.packet(Header { identifier: 60, total: 1_000_000, ..Header::default() }, text.as_bytes());
    assert_eq!(script.events(), [failed(FIRST, Failure::CancelledByPeer)]);
}

#[test]
fn a_served_object_is_noted_at_its_end() {
    let mut script = Script::new();
    let publish = |script: &Script, length| {
        let data = noise(length);
        let object = MsnObject::new(BOB, ObjectKind::CUSTOM_EMOTICON, "TFR1.tmp", "", &data);
        script.bob.published.publish(&object, data);
        object
    };
    let (first, second) = (publish(&script, 2000), publish(&script, 3000));
    for (number, object) in [(1, &first), (2, &second)] {
        script.say(&invite(number, application::OBJECT, &object_context(object)));
        script.heard();
        script.say(&bye(number));
    }
    assert_eq!(script.events(), [], "it is no matter for people");
    let served: Vec<_> = std::iter::from_fn(|| script.bob.peer.poll_served()).collect();
    assert_eq!(served, [first.clone(), second.clone()]);
    // The last 64, when nobody asks.
    for number in 0..=MAX_REMEMBERED as u8 {
        let object = if number == 0 { &second } else { &first };
        script.say(&invite(number + 10, application::OBJECT, &object_context(object)));
        script.say(&bye(number + 10));
    }
    let served: Vec<_> = std::iter::from_fn(|| script.bob.peer.poll_served()).collect();
    assert_eq!(served, vec![first; MAX_REMEMBERED]);
}

#[test]
fn an_unreachable_peer_ends_every_session() {
    let mut script = receiving(10);
    let second = offer(&mut script, 2, 10);
    script.events();
    let (object, _) = picture(100);
    let third = script.bob.peer.request_object(&object, script.now).unwrap();
    script.bob.peer.unreachable();
    let lost = [FIRST, second, third].map(|session| failed(session, Failure::Unreachable));
    assert_eq!(script.events(), lost);
    assert!(script.heard().is_empty() && script.bob.peer.is_idle());
}

#[test]
fn a_complete_file_and_a_served_object_do_not_fail() {
    let mut script = receiving(10);
    script.packet(data(0, 10), &[1; 10]);
    let picture = noise(3000);
    let object = MsnObject::new(BOB, ObjectKind::DISPLAY_PICTURE, "TFR1.tmp", "", &picture);
    script.bob.published.publish(&object, picture);
    script.say(&invite(2, application::OBJECT, &object_context(&object)));
    script.events();
    script.bob.peer.unreachable();
    assert_eq!(script.events(), []);
}

#[test]
fn a_transfer_is_stopped_with_the_flag_of_its_side_and_a_bye() {
    // A sender, before and after its first packet.
    for (packets, stopped) in [(0, false), (1, true)] {
        let (mut script, session) = sending(3000);
        let mut sent = Header::default();
        for _ in 0..packets + 1 {
            sent = script.bob.peer.poll_transmit(Carrier::Switchboard, script.now).unwrap().header;
        }
        script.bob.peer.cancel(session).unwrap();
        let heard = script.heard();
        assert_eq!((byes(&heard), heard.len()), (1, 1 + usize::from(stopped)), "{packets}");
        if stopped {
            let cancel = heard[0].header;
            assert_eq!((cancel.flags, cancel.session_id), (Flags::CANCEL, session.0));
            assert_eq!((cancel.nonce, cancel.acked_total), (sent.identifier, 3000));
        }
        assert_eq!(
            (script.events(), script.bob.peer.cancel(session)),
            (vec![], Err(RequestError::NoSession))
        );
    }
    // A receiver, likewise.
    for packets in [0, 1] {
        let mut script = receiving(100);
        if packets == 1 {
            script.packet(data(0, 100), &[1; 10]);
        }
        script.bob.peer.cancel(FIRST).unwrap();
        let heard = script.heard();
        assert_eq!((byes(&heard), heard.len()), (1, 1 + packets));
        if packets == 1 {
            let error = heard[0].header;
            assert_eq!((error.flags, error.session_id), (Flags::ERROR, FIRST.0));
            assert_eq!((error.nonce, error.acked_total), (9, 100));
        }
    }
}

#[test]
fn an_offer_is_answered_once() {
    let mut script = Script::new();
    offer(&mut script, 1, 10);
    assert_eq!(script.bob.peer.accept_file(SessionKey(7), script.now), Err(RequestError::NoSession));
    script.bob.peer.accept_file(FIRST, script.now).unwrap();
    assert_eq!(script.bob.peer.accept_file(FIRST, script.now), Err(RequestError::NoSession));
    assert_eq!(script.bob.peer.decline_file(FIRST), Err(RequestError::NoSession));
    assert_eq!(script.statuses(), [200]);
}

#[test]
fn a_second_answer_changes_nothing() {
    for status in [SlpStatus::OK, SlpStatus::DECLINE] {
        let (mut script, session) = sending(3000);
        script.bob.peer.poll_transmit(Carrier::Switchboard, script.now);
        let mut again = bye_of(&script, session).response(status, session_answer(session.0));
        again.content_type = content_type::SESSION_REQUEST.to_owned();
        (again.to, again.from) = (again.from, again.to);
        script.say(&again);
        assert_eq!(script.events(), []);
        assert!(script.heard().iter().filter(|packet| packet.header.flags.has_data()).count() == 3);
    }
}

#[test]
fn a_number_or_a_call_in_use_opens_nothing() {
    let context = FileContext::new("a", 10, None).to_base64();
    let numbered = |script: &mut Script, number: u8, session: u32| {
        let mut message = invite(number, application::FILE, &context);
        message.body = Fields::new();
        message.body.push("EUF-GUID", application::FILE);
        message.body.push("SessionID", session);
        message.body.push("Context", &context);
        message.via = message.via.replace("BBBB", &format!("{:04X}", 0xc000 + u32::from(number)));
        script.say(&message);
        script.statuses()
    };
    let mut script = Script::new();
    assert_eq!(numbered(&mut script, 1, 0), [500], "0 is no session");
    offer(&mut script, 2, 10);
    assert_eq!(numbered(&mut script, 3, 1002), [500], "the number of another call");
    assert_eq!(numbered(&mut script, 2, 1003), [500], "the call of another number");
    assert_eq!(numbered(&mut script, 4, 1004), [0; 0]);
}

#[test]
fn our_number_gives_way_to_one_in_use() {
    let mut script = Script::new();
    let mut theirs = invite(1, application::FILE, &FileContext::new("a", 10, None).to_base64());
    // The next that bob draws: see `Counting`.
    let next = 0x0022_0001;
    let context = theirs.body.get("Context").unwrap().to_owned();
    theirs.body = Fields::new();
    theirs.body.push("EUF-GUID", application::FILE);
    theirs.body.push("SessionID", next);
    theirs.body.push("Context", context);
    script.say(&theirs);
    let (object, _) = picture(100);
    assert_eq!(script.bob.peer.request_object(&object, script.now), Ok(SessionKey(next + 5)));
    assert_eq!(script.bob.peer.request_object(&object, script.now), Ok(SessionKey(next + 1)));
}

#[test]
fn an_object_may_be_as_large_as_its_kind() {
    let mut script = Script::new();
    for (kind, limit) in [
        (ObjectKind::CUSTOM_EMOTICON, 102_400),
        (ObjectKind::DISPLAY_PICTURE, 524_288),
        (ObjectKind::BACKGROUND, 1_048_576),
    ] {
        let (mut object, _) = picture(10);
        (object.kind, object.size) = (kind, limit);
        assert!(script.bob.peer.request_object(&object, script.now).is_ok());
        object.size += 1;
        assert_eq!(
            script.bob.peer.request_object(&object, script.now),
            Err(RequestError::TooLarge { limit })
        );
    }
}

#[test]
fn only_a_whole_preparation_is_acknowledged() {
    let mut script = Script::new();
    let (object, _) = picture(3000);
    let session = script.bob.peer.request_object(&object, script.now).unwrap();
    script.heard_and_acknowledged();
    let header = Header { session_id: session.0, identifier: 70, ..Header::default() };
    for (total, body, acknowledged) in
        [(4, &[0; 4][..], 1), (4, &[0; 2], 0), (3000, &[0; 100], 0), (5, &[0; 5], 0)]
    {
        script.packet(Header { total, ..header }, body);
        assert_eq!(script.heard().len(), acknowledged, "{} of {total}", body.len());
    }
    assert_eq!(script.events(), []);
}

#[test]
fn a_lost_switchboard_ends_what_came_over_it() {
    let lost = |mut script: Script| {
        script.events();
        script.bob.peer.carrier_lost(Carrier::Switchboard, script.now);
        script.events()
    };
    let mut script = receiving(100);
    script.packet(data(0, 100), &[1; 10]);
    assert_eq!(lost(script), [failed(FIRST, Failure::Unreachable)]);
    assert_eq!(lost(receiving(100)), [], "accepted, and nothing has come: it begins on the next one");
    let mut script = receiving(10);
    script.packet(data(0, 10), &[1; 10]);
    assert_eq!(lost(script), [], "complete");
    assert_eq!(lost(sending(3000).0), [], "nothing has gone");
    let mut script = Script::new();
    let (object, picture) = picture(3000);
    let session = script.bob.peer.request_object(&object, script.now).unwrap();
    script.heard_and_acknowledged();
    let header =
        Header { session_id: session.0, total: 3000, flags: Flags::OBJECT_DATA, ..Header::default() };
    script.packet(header, &picture[..100]);
    assert_eq!(lost(script), [failed(session, Failure::Unreachable)]);
}

#[test]
fn a_sender_that_begins_again_may_change_the_identifier_and_others_may_not() {
    let mut script = receiving(20);
    let mut take = |identifier, offset, body: &'static [u8]| {
        script.packet(Header { identifier, ..data(offset, 20) }, body);
        script.events()
    };
    let came =
        |bytes: &'static [u8]| [PeerEvent::FileData { session: FIRST, data: Bytes::from_static(bytes) }];
    assert_eq!(take(9, 0, b"0123456789"), came(b"0123456789"));
    assert_eq!(take(10, 10, b"strange"), []);
    assert_eq!(take(11, 0, b"0123456789abc"), came(b"abc"));
    assert_eq!(take(9, 13, b"strange"), []);
    assert_eq!(take(11, 13, b"d"), came(b"d"));
}

#[test]
fn an_object_of_a_lost_connection_is_asked_for_where_it_broke_off() {
    for carrier in [Carrier::Direct, Carrier::Switchboard] {
        let mut script = Script::new();
        let (object, picture) = picture(3000);
        let session = script.bob.peer.request_object(&object, script.now).unwrap();
        script.heard_and_acknowledged();
        script.bob.peer.direct_established(script.now);
        let (flags, length) = (Flags::OBJECT_DATA, 100);
        let header =
            Header { session_id: session.0, identifier: 8, total: 3000, flags, length, ..Header::default() };
        let packet = Packet { header, body: picture.slice(..100), footer: crate::packet::Footer::OBJECT };
        script.bob.peer.handle_packet(carrier, &packet.to_bytes(carrier), script.now).unwrap();
        script.bob.peer.carrier_lost(Carrier::Direct, script.now);
        let asked = script.heard().iter().map(|packet| packet.header).find(|it| it.flags == Flags::NAK);
        let asked = asked.map(|nak| (nak.session_id, nak.nonce, nak.acked_total));
        assert_eq!(asked, (carrier == Carrier::Direct).then_some((session.0, 8, 100)));
    }
}
