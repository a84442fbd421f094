//! The transfer of the bytes of objects and files, both ways.

use std::time::Instant;

use super::inbound::Arrival;
use super::session::{Role, Session};
use super::{BYE_WAIT, FILE_IDLE, MAX_REMEMBERED, OBJECT_IDLE, Peer, PeerEvent, SessionKey};
use crate::link::{Purpose, Source};
use crate::packet::{Carrier, Packet};

impl Peer {
    /// A packet of a session. Those of unknown sessions are dropped, not kept.
    pub(super) fn handle_session_packet(&mut self, carrier: Carrier, packet: Packet, now: Instant) {
        let key = SessionKey(packet.header.session_id);
        let Some(session) = self.sessions.get(&key) else { return };
        if session.is_done() {
            // The last packet again: its acknowledgement was lost.
            return if packet.header.is_last() {
                self.link.acknowledge(carrier, &packet.header)
            };
        }
        match &session.role {
            Role::Fetch(_) if packet.header.flags.has_data() => self.take_object(carrier, key, &packet, now),
            // The preparation: four zero bytes without the data flag (NINA *Display pictures*). An object of four bytes
            // has the flag, so the size alone does not tell them apart.
            Role::Fetch(_) if packet.header.is_last() && packet.header.total <= 4 => {
                self.link.acknowledge(carrier, &packet.header);
            }
            Role::ReceiveFile(file) if file.accepted && packet.header.flags.has_data() => {
                self.take_file(carrier, key, &packet, now);
            }
            _ => {}
        }
    }

    fn take_object(&mut self, carrier: Carrier, key: SessionKey, packet: &Packet, now: Instant) {
        let Some(Session { role: Role::Fetch(fetch), deadline, .. }) = self.sessions.get_mut(&key) else {
            return;
        };
        match fetch.inbound.take(carrier, packet) {
            Arrival::Bytes(bytes) => fetch.data.extend_from_slice(&bytes),
            arrival => return self.out_of_order(carrier, key, packet, &arrival),
        }
        *deadline = now + OBJECT_IDLE;
        if !fetch.inbound.is_complete() {
            return;
        }
        let (object, data) = (fetch.object.clone(), std::mem::take(&mut fetch.data).freeze());
        // Also for wrong bytes: all have arrived, and the peer waits for this.
        self.link.acknowledge(carrier, &packet.header);
        if object.verify_data(&data) {
            // The requester of an object says BYE; of a file the sender does (NINA, LP).
            self.end_with_bye(key, None);
            self.events.push_back(PeerEvent::ObjectReceived { session: key, object, data });
        } else {
            self.corrupt(key);
        }
    }

    fn take_file(&mut self, carrier: Carrier, key: SessionKey, packet: &Packet, now: Instant) {
        let Some(Session { role: Role::ReceiveFile(file), deadline, .. }) = self.sessions.get_mut(&key)
        else {
            return;
        };
        let bytes = match file.inbound.take(carrier, packet) {
            Arrival::Bytes(bytes) => bytes,
            arrival => return self.out_of_order(carrier, key, packet, &arrival),
        };
        *deadline = now + FILE_IDLE;
        let complete = file.inbound.is_complete();
        if complete {
            file.done = true;
            *deadline = now + BYE_WAIT;
        }
        if !bytes.is_empty() {
            // Before the end is told: a driver that acts on events in order writes the last byte first.
            self.events.push_back(PeerEvent::FileData { session: key, data: bytes });
        }
        if complete {
            self.link.acknowledge(carrier, &packet.header);
            self.events.push_back(PeerEvent::FileReceived { session: key });
        }
    }

    fn out_of_order(&mut self, carrier: Carrier, key: SessionKey, packet: &Packet, arrival: &Arrival) {
        match arrival {
            Arrival::Gap(offset) => self.link.ask_again(carrier, key.0, packet.header.identifier, *offset),
            Arrival::WrongSize => self.corrupt(key),
            Arrival::Stray | Arrival::Bytes(_) => {}
        }
    }

    /// The peer has our acceptance: the preparation follows. Waiting for the acknowledgement of each of the three
    /// steps is the safe choice with MSN Messenger 6 (NINA *Display pictures*, Miranda, Kopete); LP and EME do not wait,
    /// and clients accept both.
    pub(super) fn prepare_object(&mut self, key: SessionKey, now: Instant) {
        let Some(Session { role: Role::Serve(serve), deadline, .. }) = self.sessions.get_mut(&key) else {
            return;
        };
        *deadline = now + OBJECT_IDLE;
        let identifier = serve.identifiers[1];
        self.link.send_as(identifier, Purpose::Preparation(key), key.0, Source::Preparation);
    }

    pub(super) fn send_object(&mut self, key: SessionKey, now: Instant) {
        let Some(Session { role: Role::Serve(serve), deadline, .. }) = self.sessions.get_mut(&key) else {
            return;
        };
        *deadline = now + OBJECT_IDLE;
        let (identifier, data) = (serve.identifiers[2], serve.data.clone());
        self.link.send_as(identifier, Purpose::Data(key), key.0, Source::Object(data));
    }

    /// The peer wants no more of the object that it fetches in this session.
    pub(super) fn note_served(&mut self, key: SessionKey) {
        if let Some(Session { role: Role::Serve(serve), .. }) = self.sessions.get(&key) {
            if self.served.len() == MAX_REMEMBERED {
                self.served.pop_front();
            }
            self.served.push_back(serve.object.clone());
        }
    }

    pub(super) fn data_acknowledged(&mut self, key: SessionKey, now: Instant) {
        match self.sessions.get_mut(&key) {
            Some(Session { role: Role::Serve(serve), deadline, .. }) => {
                serve.done = true;
                *deadline = now + BYE_WAIT;
                self.note_served(key);
            }
            Some(Session { role: Role::SendFile(_), .. }) => self.file_sent(key),
            _ => {}
        }
    }
}
