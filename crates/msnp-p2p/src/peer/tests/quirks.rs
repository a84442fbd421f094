//! The faults of real clients, which have to be tolerated.

use super::pair::{BOB, noise, picture};
use super::script::{Script, invite};
use crate::packet::{Flags, Header};
use crate::peer::PeerEvent;
use crate::slp::{SlpMessage, SlpStatus, application, session_answer};
use msnp::object::{MsnObject, ObjectKind};

/// The ways in which a peer says its texts.
const WRITINGS: [fn(&SlpMessage) -> Vec<u8>; 5] = [
    |message| message.to_bytes().to_vec(),
    // Without the NUL.
    |message| message.to_bytes().trim_ascii_end().strip_suffix(b"\0").unwrap_or_default().to_vec(),
    // Without the blank after CSeq (AMSN, papyon).
    |message| text(message).replace("CSeq: 0 ", "CSeq: 0").replace("CSeq: 1 ", "CSeq: 1").into(),
    // With a wrong length (AMSN).
    |message| {
        let text = text(message);
        let (head, tail) = text.split_once("Content-Length: ").expect("a length");
        let (_, tail) = tail.split_once("\r\n").expect("a line");
        format!("{head}Content-Length: 43\r\n{tail}").into()
    },
    // GUIDs in lower case (papyon).
    |message| {
        let text = text(message);
        text.split_inclusive('\n')
            .map(|line| if line.starts_with("Call-ID") { line.to_lowercase() } else { line.into() })
            .collect::<String>()
            .into()
    },
];

fn text(message: &SlpMessage) -> String {
    String::from_utf8(message.to_bytes().to_vec()).expect("UTF-8")
}

#[test]
fn pictures_are_served_to_them_all() {
    for write in WRITINGS {
        let mut script = Script::new();
        let data = noise(3000);
        let object = MsnObject::new(BOB, ObjectKind::DISPLAY_PICTURE, "TFR1.tmp", "", &data);
        script.bob.published.publish(&object, data.clone());
        let context = crate::context::object_context(&object);
        script.text(&write(&invite(1, application::OBJECT, &context)));
        let heard = script.heard_and_acknowledged();
        let served: Vec<u8> = heard
            .iter()
            .filter(|packet| packet.header.flags.has_data())
            .flat_map(|packet| packet.body.to_vec())
            .collect();
        assert_eq!(served, data);
        assert_eq!(heard[0].header.flags, Flags::ACK);
    }
}

/// Bob fetches 3000 bytes from a peer with these habits.
fn fetched(
    write: fn(&SlpMessage) -> Vec<u8>,
    chunk: usize,
    nonce_per_packet: bool,
    flags: Flags,
    says_bye: bool,
) {
    let mut script = Script::new();
    let (object, data) = picture(3000);
    let session = script.bob.peer.request_object(&object, script.now).unwrap();
    let invite = SlpMessage::parse(&script.heard_and_acknowledged()[0].body).unwrap();
    script.text(&write(&invite.response(SlpStatus::OK, session_answer(session.0))));
    script.packet(Header { session_id: session.0, identifier: 7, nonce: 3, ..Header::default() }, &[0; 4]);
    for (number, part) in data.chunks(chunk).enumerate() {
        let nonce = if nonce_per_packet { 100 + number as u32 } else { 100 };
        let (offset, total) = ((number * chunk) as u64, 3000);
        let header =
            Header { session_id: session.0, identifier: 8, nonce, offset, total, flags, ..Header::default() };
        script.packet(header, part);
    }
    assert_eq!(script.events(), [PeerEvent::ObjectReceived { session, object, data }]);
    let heard = script.heard();
    let ack = heard.iter().find(|packet| packet.header.nonce == 8).expect("one acknowledgement").header;
    let last = if nonce_per_packet { 100 + 3000_u32.div_ceil(chunk as u32) - 1 } else { 100 };
    assert_eq!((ack.flags, ack.acked_nonce, ack.acked_total), (Flags::ACK, last, 3000));
    let bye = heard.last().unwrap();
    assert!(bye.body.starts_with(b"BYE "));
    // JML and SHARP acknowledge a BYE in this way.
    let ack = Header { flags: Flags::CANCEL, ..bye.header.ack(99) };
    script.packet(ack, b"");
    if says_bye {
        let bye = SlpMessage::parse(&bye.body).unwrap();
        let mut theirs = bye.clone();
        (theirs.to, theirs.from) = (bye.from, bye.to);
        script.text(&write(&theirs));
        assert!(script.answers().is_empty());
    }
    assert!(script.bob.peer.is_idle());
}

#[test]
fn pictures_are_fetched_from_them_all() {
    for write in WRITINGS {
        fetched(write, 1202, false, Flags::OBJECT_DATA, false);
    }
    for chunk in [1152, 1200, 1202, 100] {
        fetched(WRITINGS[0], chunk, true, Flags::OBJECT_DATA, true);
        fetched(WRITINGS[0], chunk, false, Flags(0x0100_0020), false);
    }
}
