//! Dialogues seen of aMSN and Gaim, and others of the same kind.

use std::collections::VecDeque;

use bytes::Bytes;
use msnp::object::{MsnObject, ObjectKind};

use super::pair::{ALICE, BOB, Pair, noise};
use super::script::{Script, call, invite, request};
use crate::context::FileContext;
use crate::packet::{Carrier, Flags, Footer, Header, Packet, PacketError};
use crate::peer::{Failure, FileOffer, Peer, PeerEvent, SessionKey};
use crate::slp::{
    Fields, Method, SlpMessage, SlpStatus, TransportRequest, TransportResponse, application, content_type,
    session_answer,
};
use crate::{Guid, Identifiers};

/// Numbers of the message that a captured acknowledgement names.
struct Captured(VecDeque<u32>);

impl Identifiers for Captured {
    fn first(&mut self) -> u32 {
        960_559_110
    }

    fn nonce(&mut self) -> u32 {
        self.0.pop_front().unwrap_or(9)
    }

    fn session(&mut self) -> u32 {
        216_358_921
    }

    fn guid(&mut self) -> Guid {
        Guid([1; 16])
    }
}

/// Gaim 0.82 acknowledges the 328 bytes that accept its request, with 0 for their nonce.
const ACK_OF_GAIM: &str = "000000006c458b6b00000000000000004801000000000000000000000200000006f8403900000000480100000000000000000000";

#[test]
fn an_acknowledgement_of_gaim_counts() {
    let ack = Bytes::from(hex::decode(ACK_OF_GAIM).unwrap());
    let mut pair = Pair::new();
    let config = pair.bob.peer.config.clone();
    pair.bob.peer = Peer::with_identifiers(config, Box::new(Captured([1_129_050_248].into())));
    let mut script = Script::with(pair);
    let data = noise(3000);
    let object = MsnObject::new(BOB, ObjectKind::DISPLAY_PICTURE, "TFR1.tmp", "", &data);
    script.bob.published.publish(&object, data.clone());
    script.say(&invite(1, application::OBJECT, &crate::context::object_context(&object)));
    let accepted = script.heard().pop().unwrap().header;
    assert_eq!((accepted.identifier, accepted.nonce), (960_559_110, 1_129_050_248));
    script.bob.peer.handle_packet(Carrier::Switchboard, &ack, script.now).unwrap();
    let preparation = script.heard().pop().unwrap();
    assert_eq!(&preparation.body[..], &[0; 4]);
    script.packet(Header { acked_nonce: 0, ..preparation.header.ack(7) }, b"");
    let served: Vec<u8> = script.heard().iter().flat_map(|packet| packet.body.to_vec()).collect();
    assert_eq!(served, data);
}

#[test]
fn a_file_is_sent_when_gaim_says_so() {
    let mut script = Script::new();
    script.bob.file = noise(3000);
    let offer = FileOffer { name: "a".into(), size: 3000, preview: None, direct: false };
    let session = script.bob.peer.offer_file(offer, script.now).unwrap();
    let invite = script.heard().pop().unwrap();
    script.packet(Header { acked_nonce: 0, ..invite.header.ack(7) }, b"");
    let invite = SlpMessage::parse(&invite.body).unwrap();
    script.say(&invite.response(SlpStatus::OK, session_answer(session.0)));
    let last = script.heard().pop().unwrap().header;
    assert!(last.is_last() && last.flags.has_data());
    script.packet(Header { acked_nonce: 0, ..last.ack(8) }, b"");
    assert!(script.events().contains(&PeerEvent::FileSent { session }));
}

/// Alice offers a file of this size, and bob takes it.
fn receiving(size: u64) -> (Script, SessionKey) {
    let mut script = Script::new();
    let context = FileContext::new("photo.png", size, None).to_base64();
    script.say(&invite(1, application::FILE, &context));
    let session = SessionKey(1001);
    script.bob.peer.accept_file(session, script.now).unwrap();
    script.heard_and_acknowledged();
    script.events();
    (script, session)
}

fn bye() -> SlpMessage {
    request(Method::Bye, call(1), content_type::SESSION_CLOSE, Fields::new())
}

/// Says a text with this in its header.
fn say_at(script: &mut Script, text: &[u8], offset: u64, total: u64) -> Result<(), PacketError> {
    let length = text.len() as u32;
    let header = Header { identifier: 99, nonce: 3, offset, total, length, ..Header::default() };
    let packet = Packet { header, body: Bytes::copy_from_slice(text), footer: Footer(0) };
    script.bob.peer.handle_packet(Carrier::Switchboard, &packet.to_bytes(Carrier::Switchboard), script.now)
}

#[test]
fn a_bye_with_the_position_of_the_file_counts_at_once() {
    let (mut script, session) = receiving(2_000_000);
    let data = Header {
        session_id: session.0,
        identifier: 98,
        total: 2_000_000,
        flags: Flags::FILE_DATA,
        ..Header::default()
    };
    script.packet(data, &[1; 1202]);
    script.events();
    let text = bye().to_bytes();
    say_at(&mut script, &text, 4808, 2_000_000).unwrap();
    let failed = PeerEvent::Failed { session, failure: Failure::CancelledByPeer };
    assert_eq!(script.events(), [failed]);
    let ack = script.heard().pop().unwrap().header;
    assert_eq!((ack.flags, ack.nonce, ack.acked_total), (Flags::ACK, 99, 2_000_000));
    // It comes again, and the call is over.
    say_at(&mut script, &text, 4808, 2_000_000).unwrap();
    assert!(script.events().is_empty() && script.answers().is_empty());
}

#[test]
fn part_of_a_longer_text_is_no_whole_one() {
    let (mut script, _) = receiving(10);
    let preview = Some(noise(900));
    let mut text = invite(2, application::FILE, &FileContext::new("b", 10, preview).to_base64());
    for wrong_length in [false, true] {
        text.call_id = call(10 + u8::from(wrong_length));
        let mut bytes = String::from_utf8(text.to_bytes().to_vec()).unwrap();
        if wrong_length {
            bytes = bytes.replace("Content-Length: ", "Content-Length: 43\r\nX: ");
        }
        bytes = bytes.replace("SessionID: 1002", &format!("SessionID: {}", 1002 + u32::from(wrong_length)));
        assert!(bytes.len() > 1202);
        script.text(bytes.as_bytes());
        assert_eq!(script.events().len(), 1, "an offer, once");
    }
    assert_eq!(say_at(&mut script, b"no text", 1, 2), Err(PacketError::BeyondTotal));
    assert_eq!(say_at(&mut script, b"no text", u64::MAX, u64::MAX), Err(PacketError::BeyondTotal));
}

#[test]
fn accounts_that_are_not_named_are_known() {
    let mut script = Script::new();
    let context = FileContext::new("a", 10, None).to_base64();
    let text = String::from_utf8(invite(1, application::FILE, &context).to_bytes().to_vec()).unwrap();
    let (to, from) = (format!("To: <msnmsgr:{BOB}>\r\n"), format!("From: <msnmsgr:{ALICE}>\r\n"));
    for (number, without) in ["To: <msnmsgr:>\r\n", "To: <>\r\n", "To:\r\n", ""].into_iter().enumerate() {
        let call = format!("Call-ID: {}", call(number as u8 + 50));
        let text = text.replace(&to, without).replace(&from, &without.replace("To", "From"));
        let text = text.replace(&format!("Call-ID: {}", super::script::call(1)), &call);
        let text = text.replace("SessionID: 1001", &format!("SessionID: {}", 2000 + number));
        script.text(text.as_bytes());
        assert_eq!(script.events().len(), 1, "{without:?}");
        script.bob.peer.accept_file(SessionKey(2000 + number as u32), script.now).unwrap();
        let answer = script.answers().pop().unwrap();
        assert_eq!((answer.from.as_str(), answer.to.as_str()), (BOB, ALICE));
    }
}

/// aMSN's INVITE for a direct connection has the branch, the call and the CSeq of the one that opened the session.
#[test]
fn requests_of_one_branch_are_told_apart_by_what_they_ask() {
    let (mut script, _) = receiving(10);
    let bodies = [
        (
            content_type::TRANSPORT_REQUEST,
            TransportRequest { bridges: vec!["TCPv1".into()], ..Default::default() }.to_fields(),
        ),
        (content_type::TRANSPORT_RESPONSE, TransportResponse::not_listening().to_fields()),
    ];
    for (kind, body) in bodies {
        let mut invite = request(Method::Invite, call(1), kind, body);
        script.say(&invite);
        let answer = script.answers().pop().expect("an answer");
        assert!(answer.is_type(content_type::TRANSPORT_RESPONSE), "{kind}");
        invite.content_type = format!("{}; x=y", kind.to_ascii_uppercase());
        script.say(&invite);
        assert!(script.answers().is_empty(), "it is known");
    }
}

proptest::proptest! {
    /// A whole text counts as one wherever its header says that it stands.
    #[test]
    fn a_whole_text_at_any_position(offset: u64, total: u64, near in 0_u64..400, form in 0..4) {
        let (mut script, session) = receiving(2_000_000);
        let text = bye().to_bytes();
        let (offset, total) = match form {
            0 => (offset, total),
            1 => (offset % 5000, total % 20_000),
            2 => (near, text.len() as u64),
            _ => (0, text.len() as u64 + near),
        };
        say_at(&mut script, &text, offset, total).unwrap();
        let failed = PeerEvent::Failed { session, failure: Failure::CancelledByPeer };
        proptest::prop_assert_eq!(script.events(), [failed]);
        proptest::prop_assert_eq!(script.heard().len(), 1);
        // And one that opens a session.
        let context = FileContext::new("b", 10, None).to_base64();
        let opening = invite(3, application::FILE, &context).to_bytes();
        if opening.len() <= Carrier::Switchboard.max_received() {
            say_at(&mut script, &opening, offset, total).unwrap();
            proptest::prop_assert_eq!(script.events().len(), 1);
        }
    }
}
