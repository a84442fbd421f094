//! Attacks by a peer, which must not succeed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::pair::{BOB, noise, picture};
use super::script::{Script, call, invite, request};
use crate::context::FileContext;
use crate::packet::{Flags, Header};
use crate::peer::{Failure, MAX_SESSIONS, PeerEvent};
use crate::slp::{Fields, Method, SlpMessage, application, content_type};
use msnp::object::{MsnObject, ObjectKind};

/// A picture that bob has published, and the context that asks for it.
fn published(script: &Script) -> String {
    let data = noise(3000);
    let object = MsnObject::new(BOB, ObjectKind::DISPLAY_PICTURE, "TFR1.tmp", "", &data);
    assert!(script.bob.published.publish(&object, data));
    crate::context::object_context(&object)
}

fn file_context(size: u64) -> String {
    FileContext::new("photo.png", size, None).to_base64()
}

#[test]
fn every_invitation_is_answered() {
    for (application, context, status) in [
        (application::WEBCAM_ASKED, "ewBCAA==", 603),
        (application::ACTIVITY, "", 603),
        (crate::Guid([7; 16]), "", 603),
        (application::OBJECT, "", 500),
        (application::OBJECT, "%%%", 500),
        (application::OBJECT, "bm90aGluZw==", 500),
        (application::FILE, "", 500),
        (application::FILE, "bm90aGluZw==", 500),
    ] {
        let mut script = Script::new();
        script.say(&invite(1, application, context));
        assert_eq!(script.statuses(), [status], "{application} {context}");
        let events = script.events();
        // That a picture is not given is no matter for people.
        let told = matches!(events[..], [PeerEvent::NotTaken { .. }]) || application == application::OBJECT;
        assert!(told && events.len() < 2, "{events:?}");
        assert!(script.bob.peer.is_idle());
    }
}

#[test]
fn a_shared_background_is_declined() {
    for kind in [2, 4] {
        let context = FileContext { kind, ..FileContext::new("b", 10, None) };
        let mut script = Script::new();
        script.say(&invite(1, application::FILE, &context.to_base64()));
        assert_eq!(script.statuses(), [603]);
        assert!(matches!(script.events()[..], [PeerEvent::NotTaken { .. }]));
    }
}

#[test]
fn for_somebody_else_and_from_somebody_else() {
    let mut script = Script::new();
    let context = published(&script);
    let mut misled = invite(1, application::OBJECT, &context);
    misled.to = "carol@example.com".into();
    script.say(&misled);
    assert_eq!(script.statuses(), [404]);
    let mut forged = invite(2, application::OBJECT, &context);
    forged.from = "carol@example.com".into();
    script.say(&forged);
    assert_eq!(script.statuses(), [0; 0]);
}

#[test]
fn an_invitation_that_comes_again_opens_nothing_twice() {
    let mut script = Script::new();
    let offer = invite(1, application::FILE, &file_context(10));
    script.say(&offer);
    script.say(&offer);
    assert_eq!(script.events().len(), 1);
    let acks = script.heard();
    assert_eq!(acks.len(), 2, "both are acknowledged");
    // The same call under another branch is no second session either.
    let mut again = offer;
    again.via = again.via.replace("BBBB", "CCCC");
    script.say(&again);
    assert_eq!(script.statuses(), [500]);
    assert!(script.events().is_empty());
}

#[test]
fn a_text_that_comes_again_under_its_identifier_is_only_acknowledged() {
    let mut script = Script::new();
    let text = invite(1, application::FILE, &file_context(10)).to_bytes();
    let (first, second) = text.split_at(600);
    let part = |offset, total| Header { identifier: 9, nonce: 1, offset, total, ..Header::default() };
    for _ in 0..2 {
        script.packet(part(0, text.len() as u64), first);
        script.packet(part(600, text.len() as u64), second);
    }
    assert_eq!(script.events().len(), 1);
    assert_eq!(script.heard().len(), 2);
}

#[test]
fn sessions_beyond_the_limit_are_declined() {
    let mut script = Script::new();
    for number in 0..MAX_SESSIONS as u8 {
        script.say(&invite(number, application::FILE, &file_context(10)));
        assert_eq!(script.statuses(), [0; 0]);
    }
    script.say(&invite(200, application::FILE, &file_context(10)));
    assert_eq!(script.statuses(), [603]);
    assert_eq!(script.events().len(), MAX_SESSIONS);
}

#[test]
fn byes_of_unknown_and_ended_calls() {
    let mut script = Script::new();
    let bye = request(Method::Bye, call(1), content_type::SESSION_CLOSE, Fields::new());
    script.say(&bye);
    assert_eq!(script.statuses(), [481]);
    script.say(&bye);
    assert_eq!(script.statuses(), [0; 0], "said once, it is known");
    script.say(&invite(2, application::FILE, &file_context(10)));
    let bye = request(Method::Bye, call(2), content_type::SESSION_CLOSE, Fields::new());
    script.say(&bye);
    script.say(&bye);
    assert_eq!(script.statuses(), [0; 0]);
    assert_eq!(script.events().len(), 2, "offered and withdrawn");
    assert!(script.bob.peer.is_idle());
}

#[test]
fn a_transport_invitation_of_an_unknown_call_and_unknown_bodies() {
    let mut script = Script::new();
    script.say(&request(Method::Invite, call(1), content_type::TRANSPORT_REQUEST, Fields::new()));
    assert_eq!(script.statuses(), [481]);
    script.say(&invite(2, application::FILE, &file_context(10)));
    let mut unknown = request(Method::Invite, call(2), "application/x-msnmsgr-turnsetup", Fields::new());
    unknown.via = unknown.via.replace("BBBB", "CCCC");
    script.say(&unknown);
    assert_eq!(script.statuses(), [500]);
    // An unknown method needs no answer but its acknowledgement.
    script.say(&request(Method::Other("OPTIONS".into()), call(2), "x", Fields::new()));
    script.say(&request(Method::Ack, call(2), "x", Fields::new()));
    assert_eq!(script.heard().len(), 2);
}

#[test]
fn rubbish_is_acknowledged_told_of_and_forgotten() {
    let mut script = Script::new();
    for text in [&b"\0"[..], b"rubbish\r\n\r\n\0", b"INVITE\r\n\r\n\0", b"\xff\xff\xff", &[b'x'; 9000]] {
        script.text(text);
    }
    assert!(script.heard().iter().all(|packet| packet.header.flags == Flags::ACK));
    assert!(script.events().iter().all(|event| matches!(event, PeerEvent::NotTaken { .. })));
    assert!(script.bob.peer.is_idle());
}

#[test]
fn totals_beyond_the_limit_are_not_assembled() {
    let mut script = Script::new();
    for total in [SlpMessage::MAX_LEN as u64 + 1, u64::MAX] {
        let identifier = script.identifier();
        script.packet(Header { identifier, total, ..Header::default() }, &[b'x'; 1202]);
    }
    // Another total under the same identifier, and a beginning that is missing.
    let part = |offset, total| Header { identifier: 7, offset, total, ..Header::default() };
    script.packet(part(0, 2000), &[b'x'; 1202]);
    script.packet(part(1202, 2001), &[b'x'; 799]);
    assert!(script.heard().is_empty());
    script.packet(Header { identifier: 8, offset: 1202, total: 2000, ..Header::default() }, &[b'x'; 798]);
    let nak = script.heard();
    assert_eq!((nak[0].header.flags, nak[0].header.nonce, nak[0].header.acked_total), (Flags::NAK, 8, 0));
}

#[test]
fn what_answers_nothing_does_nothing() {
    let mut script = Script::new();
    for flags in [0x1, 0x2, 0x4, 0x8, 0x40, 0x80, 0xcf] {
        for session_id in [0, 1001] {
            let header =
                Header { session_id, flags: Flags(flags), nonce: 77, acked_nonce: 78, ..Header::default() };
            script.packet(header, b"");
        }
    }
    // Data of a session that nobody opened.
    script.packet(Header { session_id: 1001, flags: Flags::OBJECT_DATA, ..Header::default() }, b"data");
    script.packet(Header { session_id: 1001, ..Header::default() }, &[0; 4]);
    assert!(script.heard().is_empty() && script.events().is_empty());
}

#[test]
fn an_acknowledgement_has_to_name_the_nonce() {
    let mut script = Script::new();
    let context = published(&script);
    script.say(&invite(1, application::OBJECT, &context));
    let accepted = script.heard().pop().unwrap();
    let right = accepted.header.ack(1);
    script.packet(Header { acked_nonce: right.acked_nonce ^ 1, ..right }, b"");
    assert!(script.heard().is_empty());
    // Some write zeros where the size belongs.
    script.packet(Header { total: 0, acked_total: 0, ..right }, b"");
    assert_eq!(script.heard()[0].header.total, 4);
}

#[test]
fn a_path_gets_nobody_a_file() {
    let mut script = Script::new();
    published(&script);
    let object = MsnObject::new(BOB, ObjectKind::DISPLAY_PICTURE, "..\\..\\boot.ini", "", b"something else");
    script.say(&invite(1, application::OBJECT, &STANDARD.encode(format!("{object}\0"))));
    assert_eq!(script.statuses(), [603]);
}

#[test]
fn an_object_of_another_size_than_described_is_refused() {
    for total in [999, 1001, u64::MAX] {
        let (mut script, session_id) = fetching();
        let header =
            Header { session_id, identifier: 5, total, flags: Flags::OBJECT_DATA, ..Header::default() };
        script.packet(header, &[1; 900]);
        assert!(matches!(script.events()[..], [PeerEvent::Failed { failure: Failure::Corrupt, .. }]));
        assert!(script.heard()[0].body.starts_with(b"BYE "));
    }
}

/// Bob asks for a picture of 1000 bytes, and was told that he gets it.
fn fetching() -> (Script, u32) {
    let mut script = Script::new();
    let (object, _) = picture(1000);
    let session = script.bob.peer.request_object(&object, script.now).unwrap();
    let invite = SlpMessage::parse(&script.heard_and_acknowledged()[0].body).unwrap();
    script.say(&invite.response(crate::slp::SlpStatus::OK, crate::slp::session_answer(session.0)));
    script.heard();
    (script, session.0)
}

#[test]
fn a_file_that_was_not_accepted_brings_no_bytes() {
    let mut script = Script::new();
    script.say(&invite(1, application::FILE, &file_context(10)));
    script.events();
    script.packet(Header { session_id: 1001, flags: Flags::FILE_DATA, ..Header::default() }, &[1; 10]);
    assert!(script.events().is_empty());
}

#[test]
fn requests_to_send_again_have_an_end() {
    let mut script = Script::new();
    let context = published(&script);
    script.say(&invite(1, application::OBJECT, &context));
    let mut data = None;
    for packet in script.heard_and_acknowledged() {
        data = packet.header.flags.has_data().then_some(packet.header).or(data);
    }
    // Everything was acknowledged: nothing is there to be sent again.
    let nak = Header { flags: Flags::NAK, nonce: data.unwrap().identifier, ..Header::default() };
    script.packet(nak, b"");
    assert!(script.heard().is_empty());
    // A message that is not acknowledged, and asked for again for ever.
    let (object, _) = picture(1000);
    script.bob.peer.request_object(&object, script.now).unwrap();
    let first = script.heard()[0].header;
    let mut sent = 0;
    for _ in 0..2000 {
        script.packet(Header { flags: Flags::NAK, nonce: first.identifier, ..Header::default() }, b"");
        sent += script.heard().iter().filter(|packet| packet.header.identifier == first.identifier).count();
    }
    assert_eq!(sent, 1000);
    let failed = script.events();
    assert!(matches!(failed[..], [PeerEvent::Failed { failure: Failure::CancelledByPeer, .. }]));
}

#[test]
fn a_peer_that_never_reads_costs_no_more_than_so_many_answers() {
    let mut script = Script::new();
    for _ in 0..10_000 {
        script.text(b"rubbish\r\n\r\n\0");
    }
    assert!(script.heard().len() <= 4096);
}
