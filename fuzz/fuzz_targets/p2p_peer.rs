//! Anything a peer may say, and anything this account may want meanwhile: no panic, no end of
//! packets, and never other bytes of an object than those described.
//!
//! The input is a list of steps: a byte that chooses, a byte of length, and so many bytes.

#![no_main]

use std::time::{Duration, Instant};

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use msnp::object::{MsnObject, ObjectKind};
use msnp_p2p::packet::{Carrier, Flags, Footer, Header, Packet};
use msnp_p2p::{FileOffer, Peer, PeerConfig, PeerEvent, Published, SessionKey};

const ME: &str = "bob@example.com";
const PEER: &str = "alice@example.com";

struct Fuzzed {
    peer: Peer,
    now: Instant,
    sessions: Vec<SessionKey>,
    identifier: u32,
}

fuzz_target!(|data: &[u8]| {
    let (me, peer) = (ME.parse().unwrap(), PEER.parse().unwrap());
    let config = PeerConfig { me, peer, published: Published::default(), direct: None };
    let mut fuzzed = Fuzzed { peer: Peer::new(config), now: Instant::now(), sessions: Vec::new(), identifier: 1 };
    let mut rest = data;
    while let [choice, length, tail @ ..] = rest {
        let (bytes, tail) = tail.split_at(usize::from(*length).min(tail.len()));
        fuzzed.step(*choice, bytes);
        fuzzed.settle();
        rest = tail;
    }
});

impl Fuzzed {
    fn step(&mut self, choice: u8, bytes: &[u8]) {
        let session = self.sessions.get(usize::from(choice) % self.sessions.len().max(1)).copied();
        match choice % 8 {
            0 => drop(self.peer.handle_packet(Carrier::Switchboard, &Bytes::copy_from_slice(bytes), self.now)),
            1 => self.text(bytes),
            2 => self.data(session, bytes),
            3 => {
                let object = MsnObject::new(PEER, ObjectKind::DISPLAY_PICTURE, "0", "", bytes);
                self.sessions.extend(self.peer.request_object(&object, self.now).ok());
            }
            4 => {
                let offer = FileOffer { name: "a".into(), size: bytes.len() as u64, preview: None, direct: false };
                self.sessions.extend(self.peer.offer_file(offer, self.now).ok());
            }
            5 => drop(session.map(|session| self.peer.accept_file(session, self.now))),
            6 => drop(session.map(|session| self.peer.cancel(session))),
            _ => {
                self.now += Duration::from_secs(bytes.len() as u64);
                self.peer.handle_timeout(self.now);
            }
        }
    }

    fn text(&mut self, body: &[u8]) {
        let head = format!(
            "INVITE MSNMSGR:{ME} MSNSLP/1.0\r\nTo: <msnmsgr:{ME}>\r\nFrom: <msnmsgr:{PEER}>\r\n\
             Via: MSNSLP/1.0/TLP ;branch={{{}}}\r\nCall-ID: {{{}}}\r\n",
            self.identifier,
            self.identifier % 4
        );
        let text = [head.as_bytes(), body].concat();
        self.packet(Header::default(), &text);
    }

    fn data(&mut self, session: Option<SessionKey>, bytes: &[u8]) {
        let session_id = session.map_or(7, |session| session.0);
        self.packet(Header { session_id, flags: Flags::FILE_DATA, ..Header::default() }, bytes);
    }

    fn packet(&mut self, header: Header, body: &[u8]) {
        self.identifier += 1;
        let length = body.len() as u32;
        let header = Header { identifier: self.identifier, total: u64::from(length), length, ..header };
        let packet = Packet { header, body: Bytes::copy_from_slice(body), footer: Footer(0) };
        let _ = self.peer.handle_packet(Carrier::Switchboard, &packet.to_bytes(Carrier::Switchboard), self.now);
    }

    fn settle(&mut self) {
        while let Some(event) = self.peer.poll_event() {
            match event {
                PeerEvent::ObjectReceived { object, data, .. } => assert!(object.verify_data(&data)),
                PeerEvent::FileOffered { session, .. } => self.sessions.push(session),
                _ => {}
            }
        }
        // A peer whose packets made packets without end would fill the carrier.
        for packets in 0.. {
            assert!(packets < 10_000, "it never ends");
            if self.peer.poll_transmit(Carrier::Switchboard, self.now).is_none() {
                break;
            }
        }
    }
}
