//! One peer, and packets that a test makes up.

use std::time::Instant;

use bytes::Bytes;

use super::pair::{ALICE, BOB, End, Pair};
use crate::Guid;
use crate::packet::{Carrier, Flags, Footer, Header, Packet};
use crate::peer::PeerEvent;
use crate::slp::{CallId, Fields, Method, SessionRequest, SlpMessage, SlpStatus, Start};

/// Bob, and a script in alice's place.
pub(super) struct Script {
    pub(super) bob: End,
    pub(super) now: Instant,
    identifier: u32,
    /// Of the messages that the script says.
    pub(super) nonce: u32,
}

impl Script {
    pub(super) fn new() -> Self {
        Self::with(Pair::new())
    }

    pub(super) fn with(pair: Pair) -> Self {
        Self { bob: pair.bob, now: pair.now, identifier: 0x100, nonce: 0x77 }
    }

    /// Says one packet; a length and a total that the header lacks are filled in.
    pub(super) fn packet(&mut self, header: Header, body: &[u8]) {
        let length = body.len() as u32;
        let total =
            if header.total == 0 && !header.flags.is_control() { u64::from(length) } else { header.total };
        let packet = Packet {
            header: Header { length, total, ..header },
            body: Bytes::copy_from_slice(body),
            footer: Footer(11),
        };
        self.bob
            .peer
            .handle_packet(Carrier::Switchboard, &packet.to_bytes(Carrier::Switchboard), self.now)
            .expect("a packet");
    }

    pub(super) fn identifier(&mut self) -> u32 {
        self.identifier += 1;
        self.identifier
    }

    /// Says a text in one packet, or in several.
    pub(super) fn text(&mut self, text: &[u8]) {
        let (identifier, nonce) = (self.identifier(), self.nonce);
        for (number, part) in text.chunks(1202).enumerate() {
            let header = Header {
                identifier,
                nonce,
                offset: number as u64 * 1202,
                total: text.len() as u64,
                ..Header::default()
            };
            self.packet(header, part);
        }
    }

    pub(super) fn say(&mut self, message: &SlpMessage) {
        self.text(&message.to_bytes());
    }

    /// All that bob sends now.
    pub(super) fn heard(&mut self) -> Vec<Packet> {
        let mut heard = Vec::new();
        while let Some(transmit) = self.bob.peer.poll_transmit(Carrier::Switchboard, self.now) {
            let bytes = super::pair::wire(&transmit, &self.bob.file, Carrier::Switchboard);
            heard.push(Packet::parse(Carrier::Switchboard, &bytes).expect("a packet"));
            assert!(heard.len() < 5000, "it never ends");
        }
        heard
    }

    /// All that bob sends now, as it is acknowledged by the script.
    pub(super) fn heard_and_acknowledged(&mut self) -> Vec<Packet> {
        let mut all = Vec::new();
        loop {
            let heard = self.heard();
            if heard.is_empty() {
                return all;
            }
            for packet in &heard {
                if packet.header.is_last() && !packet.header.flags.is_control() {
                    let ack = packet.header.ack(self.identifier());
                    self.packet(ack, b"");
                }
            }
            all.extend(heard);
        }
    }

    /// The texts among what bob sends now, and whether an acknowledgement came before the first.
    pub(super) fn answers(&mut self) -> Vec<SlpMessage> {
        let heard = self.heard_and_acknowledged();
        let texts = heard.iter().filter(|packet| packet.header.session_id == 0 && !packet.body.is_empty());
        let texts: Vec<_> = texts.map(|packet| SlpMessage::parse(&packet.body).expect("a text")).collect();
        if !texts.is_empty() {
            assert!(heard[0].header.flags.contains(Flags::ACK), "the acknowledgement comes first");
        }
        texts
    }

    /// The numbers of the answers that bob gives now.
    pub(super) fn statuses(&mut self) -> Vec<u16> {
        let status = |message: &SlpMessage| match message.start {
            Start::Response(SlpStatus(number)) => number,
            Start::Request { .. } => 0,
        };
        self.answers().iter().map(status).collect()
    }

    pub(super) fn events(&mut self) -> Vec<PeerEvent> {
        std::iter::from_fn(|| self.bob.peer.poll_event()).collect()
    }
}

pub(super) fn call(number: u8) -> CallId {
    CallId::from(Guid([number; 16]))
}

/// A request of alice's.
pub(super) fn request(method: Method, call_id: CallId, content_type: &str, body: Fields) -> SlpMessage {
    SlpMessage::request(method, BOB, ALICE, Guid([0xbb; 16]), call_id, content_type, body)
}

/// Alice's INVITE.
pub(super) fn invite(number: u8, application: Guid, context: &str) -> SlpMessage {
    let body = SessionRequest {
        application,
        session_id: 1000 + u32::from(number),
        app_id: 1,
        context: context.into(),
    };
    request(Method::Invite, call(number), crate::slp::content_type::SESSION_REQUEST, body.to_fields())
}
