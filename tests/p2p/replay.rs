//! Our side of dialogues that real clients had, with the numbers that they made up: each of our
//! packets stands where theirs stood, and the other one's packets get the same result.

use std::collections::VecDeque;
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use msnp::message::{Content, Emoticon};
use msnp::object::{MsnObject, ObjectKind};
use msnp_p2p::packet::{Carrier, Flags, Header, Packet};
use msnp_p2p::slp::{SessionRequest, SlpMessage, SlpStatus, Start, application};
use msnp_p2p::{Body, Guid, Identifiers, Peer, PeerConfig, PeerEvent, Published};

use crate::transcript::{ALICE, BOB, CUSTOM_EMOTICON, DISPLAY_PICTURE, Said, read};

/// The numbers of one side, taken from its packets.
struct Taken {
    first: u32,
    nonces: VecDeque<u32>,
    session: u32,
    guids: VecDeque<Guid>,
}

impl Identifiers for Taken {
    fn first(&mut self) -> u32 {
        self.first
    }

    fn nonce(&mut self) -> u32 {
        self.nonces.pop_front().unwrap_or(1)
    }

    fn session(&mut self) -> u32 {
        self.session
    }

    fn guid(&mut self) -> Guid {
        self.guids.pop_front().unwrap_or(Guid([9; 16]))
    }
}

/// One fetch: the packets from an INVITE to those after the data.
struct Fetch {
    packets: Vec<(&'static str, Packet, Bytes)>,
    object: MsnObject,
    data: Bytes,
}

fn fetches(transcript: &str) -> Vec<Fetch> {
    let mut fetches = Vec::new();
    for said in read(transcript) {
        let Some((packet, bytes)) = said.packet() else { continue };
        if packet.body.starts_with(b"INVITE ") {
            let invite = SlpMessage::parse(&packet.body).expect("an INVITE");
            let request = SessionRequest::from_fields(&invite.body).expect("a request");
            assert_eq!(request.application, application::OBJECT);
            let object = msnp_p2p::context::parse_object_context(&request.context).expect("an object");
            fetches.push(Fetch { packets: Vec::new(), object, data: Bytes::new() });
        }
        fetches.last_mut().expect("an INVITE comes first").packets.push((said.by, packet, bytes));
    }
    for fetch in &mut fetches {
        let mut data = BytesMut::new();
        fetch.packets.iter().filter(|(_, packet, _)| packet.header.flags.has_data()).for_each(
            |(_, packet, _)| {
                assert_eq!(packet.header.offset as usize, data.len());
                data.extend_from_slice(&packet.body);
            },
        );
        fetch.data = data.freeze();
    }
    fetches
}

impl Fetch {
    fn of(&self, by: &str) -> impl Iterator<Item = &Packet> {
        self.packets.iter().filter(move |(said_by, _, _)| *said_by == by).map(|(_, packet, _)| packet)
    }

    fn text(&self, by: &str, number: usize) -> SlpMessage {
        let mut texts = self.of(by).filter(|packet| packet.header.session_id == 0 && !packet.body.is_empty());
        SlpMessage::parse(&texts.nth(number).expect("a text").body).expect("MSNSLP")
    }
}

fn peer(me: &str, other: &str, published: &Published, numbers: Taken) -> Peer {
    let (me, peer) = (me.parse().expect("a handle"), other.parse().expect("a handle"));
    let config = PeerConfig { me, peer, published: published.clone(), direct: None };
    Peer::with_identifiers(config, Box::new(numbers))
}

/// The packets that our side sends now.
fn sent(peer: &mut Peer, now: Instant) -> Vec<Packet> {
    let mut packets = Vec::new();
    while let Some(transmit) = peer.poll_transmit(Carrier::Switchboard, now) {
        let Body::Bytes(body) = transmit.body else { panic!("no file is sent") };
        packets.push(Packet { header: transmit.header, body, footer: transmit.footer });
    }
    packets
}

#[test]
fn everything_that_they_said_can_be_read() {
    let mut emoticons = 0;
    for said in read(DISPLAY_PICTURE).into_iter().chain(read(CUSTOM_EMOTICON)) {
        match said.message.content() {
            Content::P2p(_) => {
                let (packet, bytes) = said.packet().expect("a packet");
                assert_eq!(packet.to_bytes(Carrier::Switchboard), bytes);
                if packet.header.session_id == 0 && !packet.body.is_empty() {
                    let text = SlpMessage::parse(&packet.body).expect("MSNSLP");
                    assert_eq!(SlpMessage::parse(&text.to_bytes()), Ok(text));
                }
            }
            Content::Emoticons(pairs) => {
                emoticons += pairs.emoticons.len();
                assert_eq!(pairs.emoticons.iter().map(Emoticon::shortcut).collect::<Vec<_>>(), [":zz:"]);
                let object = pairs.emoticons[0].object();
                assert_eq!(object.verify_description(), msnp::object::Description::Verified);
            }
            Content::Text(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(emoticons, 1);
}

#[test]
fn what_they_served_is_what_they_described() {
    let all: Vec<_> = [DISPLAY_PICTURE, CUSTOM_EMOTICON].into_iter().flat_map(fetches).collect();
    let kinds: Vec<_> = all.iter().map(|fetch| (fetch.object.kind, fetch.data.len())).collect();
    let (picture, emoticon) = (ObjectKind::DISPLAY_PICTURE, ObjectKind::CUSTOM_EMOTICON);
    assert_eq!(kinds, [(picture, 5361), (picture, 5361), (emoticon, 277)]);
    assert!(all.iter().all(|fetch| fetch.object.verify_data(&fetch.data)));
}

#[test]
fn in_pidgins_place_we_get_the_object_and_acknowledge_as_it_did() {
    for fetch in [DISPLAY_PICTURE, CUSTOM_EMOTICON].into_iter().flat_map(fetches) {
        let now = Instant::now();
        let theirs: Vec<&Packet> = fetch.of(BOB).collect();
        let invite = fetch.text(BOB, 0);
        let request = SessionRequest::from_fields(&invite.body).expect("a request");
        let call = Guid::parse(&invite.call_id.to_string()).expect("a GUID");
        let branch = Guid::parse(invite.branch()).expect("a GUID");
        let numbers = Taken {
            first: theirs[0].header.identifier,
            nonces: [theirs[0].header.nonce].into(),
            session: request.session_id,
            guids: [call, branch].into(),
        };
        let mut peer = peer(BOB, ALICE, &Published::default(), numbers);
        peer.request_object(&fetch.object, now).expect("it can be asked for");
        let ours = sent(&mut peer, now).remove(0);
        same_invite(&ours, theirs[0]);

        let mut acknowledged = Vec::new();
        for (_, _, bytes) in fetch.packets.iter().filter(|(by, _, _)| *by == ALICE).skip(1) {
            peer.handle_packet(Carrier::Switchboard, bytes, now).expect("a packet");
            acknowledged.extend(sent(&mut peer, now));
        }
        let events: Vec<_> = std::iter::from_fn(|| peer.poll_event()).collect();
        let [PeerEvent::ObjectReceived { data, .. }] = &events[..] else { panic!("{events:?}") };
        assert_eq!(*data, fetch.data);
        let acks = |packets: &[&Packet]| -> Vec<Header> {
            let acks = packets.iter().filter(|packet| packet.header.flags == Flags::ACK);
            // aMSN closes the session itself, so that our BYE takes one number more than Pidgin.
            acks.map(|packet| packet.header).take(3).collect()
        };
        assert_eq!(acks(&acknowledged.iter().collect::<Vec<_>>()), acks(&theirs));
    }
}

/// Every field of the header and of the text, but for those where Pidgin differs from the official
/// client: the blank after `CSeq: 0`, and the NUL after the object.
fn same_invite(ours: &Packet, theirs: &Packet) {
    let (mut expected, length) = (theirs.header, ours.body.len());
    (expected.length, expected.total) = (length as u32, length as u64);
    assert_eq!((ours.header, ours.footer), (expected, theirs.footer));
    let read = |packet: &Packet| SlpMessage::parse(&packet.body).expect("an INVITE");
    let (mut ours, theirs) = (read(ours), read(theirs));
    let request = |text: &SlpMessage| SessionRequest::from_fields(&text.body).expect("a request");
    let (mine, other) = (request(&ours), request(&theirs));
    assert_eq!(
        (mine.application, mine.session_id, mine.app_id),
        (other.application, other.session_id, other.app_id)
    );
    let object = |request: &SessionRequest| msnp_p2p::context::parse_object_context(&request.context);
    assert_eq!(object(&mine), object(&other));
    ours.body = theirs.body.clone();
    assert_eq!(ours, theirs);
}

#[test]
fn in_amsns_place_we_serve_the_object_in_the_same_steps() {
    for fetch in [DISPLAY_PICTURE, CUSTOM_EMOTICON].into_iter().flat_map(fetches) {
        let now = Instant::now();
        let theirs: Vec<&Packet> = fetch.of(ALICE).collect();
        let begun = |packet: &&&Packet| packet.header.offset == 0 && !packet.header.flags.is_control();
        let numbers = Taken {
            first: theirs[1].header.identifier,
            nonces: theirs.iter().filter(begun).map(|packet| packet.header.nonce).collect(),
            session: 4,
            guids: VecDeque::new(),
        };
        let published = Published::default();
        assert!(published.publish(&fetch.object, fetch.data.clone()));
        let mut peer = peer(ALICE, BOB, &published, numbers);
        let mut ours = Vec::new();
        for (_, _, bytes) in fetch.packets.iter().filter(|(by, _, _)| *by == BOB) {
            peer.handle_packet(Carrier::Switchboard, bytes, now).expect("a packet");
            ours.extend(sent(&mut peer, now));
        }
        same_service(&ours, &theirs, &fetch);
    }
}

fn same_service(ours: &[Packet], theirs: &[&Packet], fetch: &Fetch) {
    // The acknowledgement of the INVITE, and the preparation: every bit.
    assert_eq!(&ours[0], theirs[0]);
    assert_eq!(&ours[2], theirs[2]);
    // The answer: aMSN leaves out the blank after `CSeq: 1`.
    let (mut expected, length) = (theirs[1].header, ours[1].body.len());
    (expected.length, expected.total) = (length as u32, length as u64);
    assert_eq!(ours[1].header, expected);
    let read = |packet: &Packet| SlpMessage::parse(&packet.body).expect("an answer");
    let (answer, other) = (read(&ours[1]), read(theirs[1]));
    assert_eq!(answer.start, Start::Response(SlpStatus::OK));
    assert_eq!((&answer.to, &answer.via, answer.cseq), (&other.to, &other.via, other.cseq));
    assert_eq!((&answer.call_id, &answer.content_type), (&other.call_id, &other.content_type));
    assert_eq!(answer.body.get("SessionID"), other.body.get("SessionID"));
    // The data: aMSN cuts at 1200 and draws a number for each packet.
    let data: Vec<&Packet> = ours[3..].iter().filter(|packet| packet.header.flags.has_data()).collect();
    for packet in &data {
        assert_eq!(packet.header.identifier, theirs[3].header.identifier);
        assert_eq!(
            (packet.header.session_id, packet.header.flags),
            (theirs[3].header.session_id, theirs[3].header.flags)
        );
        assert_eq!((packet.header.total, packet.footer), (theirs[3].header.total, theirs[3].footer));
    }
    let whole: Vec<u8> = data.iter().flat_map(|packet| packet.body.to_vec()).collect();
    assert_eq!(whole, fetch.data);
}

/// Transcripts have both sides.
#[test]
fn both_sides_speak_in_the_transcripts() {
    for transcript in [DISPLAY_PICTURE, CUSTOM_EMOTICON] {
        let said: Vec<Said> = read(transcript);
        assert!(said.iter().any(|said| said.by == ALICE) && said.iter().any(|said| said.by == BOB));
    }
}
