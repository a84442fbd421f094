//! Messages of one peer over packets: identifiers, chunks, acknowledgements, reassembly.
//!
//! A message is cut into packets of at most [`Carrier::max_body`] bytes, all with one identifier
//! and one nonce, and acknowledged once, when its last byte is there. What a message *means* is
//! for [`crate::peer`]; each carries a [`Purpose`] that comes back with its acknowledgement.

mod outgoing;
mod reassembly;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::packet::{Carrier, Flags, Footer, Header};
use crate::{Guid, Identifiers};

pub(crate) use outgoing::{Outgoing, Purpose, Source};
pub(crate) use reassembly::{Assembled, Reassembly};

/// How long a message may wait for its acknowledgement before its session fails. No official
/// figure is known; Miranda waits 120 s.
pub(crate) const ACK_TIMEOUT: Duration = Duration::from_secs(60);

/// How often one message may be asked for again from an earlier offset.
const MAX_REWINDS: u32 = 1000;

/// The bytes of a packet after its header. There is no third place for them to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// These.
    Bytes(Bytes),
    /// This range of the file that the session sends: the driver reads it.
    File {
        /// The session.
        session: crate::SessionKey,
        /// Where in the file it begins, in bytes.
        offset: u64,
        /// How many bytes; not zero.
        length: usize,
    },
}

/// One packet to send.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transmit {
    /// The 48 bytes that go first.
    pub header: Header,
    /// What follows.
    pub body: Body,
    /// What ends the packet on a switchboard; not sent over a direct connection.
    pub footer: Footer,
}

/// What an incoming control packet did to a message of ours.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Arrived.
    Acknowledged(Purpose),
    /// Will not be taken.
    Refused(Purpose),
}

/// The sending and receiving state shared by all sessions with one peer.
pub(crate) struct Link {
    identifiers: Box<dyn Identifiers>,
    next_identifier: u32,
    /// Acknowledgements and other packets without a body, in order.
    control: VecDeque<(Carrier, Transmit)>,
    /// Messages in the order in which they were begun.
    messages: Vec<Outgoing>,
    /// Which of several bulk messages goes next.
    turn: usize,
    pub(crate) reassembly: Reassembly,
    direct: bool,
}

impl Link {
    /// How many acknowledgements wait to be sent before further ones are dropped: a peer that
    /// sends without reading costs no more memory than this.
    const MAX_CONTROL: usize = 4096;

    pub(crate) fn new(mut identifiers: Box<dyn Identifiers>) -> Self {
        let next_identifier = identifiers.first();
        Self {
            identifiers,
            next_identifier,
            control: VecDeque::new(),
            messages: Vec::new(),
            turn: 0,
            reassembly: Reassembly::default(),
            direct: false,
        }
    }

    pub(crate) fn guid(&mut self) -> Guid {
        self.identifiers.guid()
    }

    pub(crate) fn session(&mut self) -> u32 {
        self.identifiers.session().max(4)
    }

    /// The next identifier; never zero.
    pub(crate) fn identifier(&mut self) -> u32 {
        let identifier = self.next_identifier.max(1);
        self.next_identifier = identifier.wrapping_add(1).max(1);
        identifier
    }

    /// Three identifiers in a row for what a served object takes, before the one of the
    /// acknowledgement of its INVITE: the order in which MSN Messenger 6 serves (PIKI, NINA
    /// *Display pictures*).
    pub(crate) fn serving_identifiers(&mut self) -> [u32; 3] {
        // Near the end of the numbers the counter starts again, so that the three stay in a row.
        if self.next_identifier > u32::MAX - 8 {
            self.next_identifier = 4;
        }
        [self.identifier(), self.identifier(), self.identifier()]
    }

    /// Whether a direct connection carries what begins from now on.
    pub(crate) fn is_direct(&self) -> bool {
        self.direct
    }

    pub(crate) fn set_direct(&mut self, direct: bool) {
        self.direct = direct;
    }

    fn best_carrier(&self) -> Carrier {
        if self.direct { Carrier::Direct } else { Carrier::Switchboard }
    }

    /// Acknowledges a message whose last packet had this header.
    pub(crate) fn acknowledge(&mut self, carrier: Carrier, last: &Header) {
        let identifier = self.identifier();
        self.push_control(carrier, last.ack(identifier));
    }

    /// Asks for a message again from `offset`.
    pub(crate) fn ask_again(&mut self, carrier: Carrier, session_id: u32, identifier: u32, offset: u64) {
        let header = Header {
            session_id,
            identifier: self.identifier(),
            flags: Flags::NAK,
            nonce: identifier,
            acked_total: offset,
            ..Header::default()
        };
        self.push_control(carrier, header);
    }

    /// Tells the peer that a message under way is given up: `CANCEL` by its sender, `ERROR` by
    /// its receiver, with the fields that Miranda writes.
    pub(crate) fn abandon(&mut self, flags: Flags, session_id: u32, identifier: u32, total: u64) {
        let header = Header {
            session_id,
            identifier: self.identifier(),
            flags,
            nonce: identifier,
            acked_nonce: if flags == Flags::ERROR { 0x8200_000f } else { 0 },
            acked_total: total,
            ..Header::default()
        };
        self.push_control(self.best_carrier(), header);
    }

    fn push_control(&mut self, carrier: Carrier, header: Header) {
        // A direct connection may have closed since the message came over it.
        let carrier = if self.direct { carrier } else { Carrier::Switchboard };
        if self.control.len() < Self::MAX_CONTROL {
            let transmit = Transmit { header, body: Body::Bytes(Bytes::new()), footer: Footer::NEGOTIATION };
            self.control.push_back((carrier, transmit));
        }
    }

    /// Queues a message under a fresh identifier, and returns that.
    pub(crate) fn send(&mut self, purpose: Purpose, session_id: u32, source: Source) -> u32 {
        let identifier = self.identifier();
        self.send_as(identifier, purpose, session_id, source);
        identifier
    }

    /// Queues a message under an identifier that was drawn before.
    pub(crate) fn send_as(&mut self, identifier: u32, purpose: Purpose, session_id: u32, source: Source) {
        let nonce = self.identifiers.nonce();
        self.messages.push(Outgoing::new(purpose, session_id, identifier, nonce, source));
    }

    /// Whether there is something to send over this carrier now.
    pub(crate) fn has_transmit(&self, carrier: Carrier, now: Instant) -> bool {
        let best = self.best_carrier();
        self.control.iter().any(|(on, _)| *on == carrier)
            || self.messages.iter().any(|message| message.is_ready(carrier, best, now))
    }

    /// The next packet for this carrier: acknowledgements first, then messages of negotiation,
    /// then files and pictures in turn.
    pub(crate) fn poll_transmit(&mut self, carrier: Carrier, now: Instant) -> Option<Transmit> {
        if let Some(at) = self.control.iter().position(|(on, _)| *on == carrier) {
            return self.control.remove(at).map(|(_, transmit)| transmit);
        }
        let best = self.best_carrier();
        let ready = |message: &Outgoing| message.is_ready(carrier, best, now);
        let count = self.messages.len();
        let at = (0..count).find(|at| !self.messages[*at].is_bulk() && ready(&self.messages[*at])).or_else(
            || (0..count).map(|step| (self.turn + step) % count).find(|at| ready(&self.messages[*at])),
        )?;
        if self.messages[at].is_bulk() {
            self.turn = at + 1;
        }
        Some(self.messages[at].next_packet(carrier, now))
    }

    /// Takes an acknowledgement, a request to send again, or a refusal. Those for what was never
    /// sent do nothing.
    pub(crate) fn handle_control(&mut self, header: &Header, now: Instant) -> Option<Fate> {
        let at = self.messages.iter().position(|message| message.identifier == header.nonce)?;
        let message = &mut self.messages[at];
        if header.flags.contains(Flags::ACK) {
            // Some write no nonce back for a `CANCEL`-shaped answer, so only an ACK must have it. Gaim writes zero.
            let right = [0, message.nonce].contains(&header.acked_nonce) && message.is_sent();
            return right.then(|| Fate::Acknowledged(self.messages.remove(at).purpose));
        }
        if header.flags.contains(Flags::NAK) {
            let offset = header.acked_total;
            message.rewinds += 1;
            if message.rewinds > MAX_REWINDS || offset > message.total() {
                return Some(Fate::Refused(self.messages.remove(at).purpose));
            }
            message.rewind(offset, now);
            return None;
        }
        if header.flags.contains(Flags::CANCEL) && message.purpose.is_bye() {
            return Some(Fate::Acknowledged(self.messages.remove(at).purpose));
        }
        let ends = [Flags::CANCEL, Flags::ERROR, Flags::RESET].iter().any(|end| header.flags.contains(*end));
        ends.then(|| Fate::Refused(self.messages.remove(at).purpose))
    }

    /// Drops what is queued for a session. Its BYE and acknowledgements still go.
    pub(crate) fn drop_session(&mut self, session: crate::SessionKey) {
        self.messages.retain(|message| message.purpose.session() != Some(session));
    }

    /// Drops everything: there is nobody to send it to.
    pub(crate) fn forget(&mut self) {
        self.messages.clear();
        self.control.clear();
        self.reassembly.forget_partial();
    }

    /// The message of a session that is under way, if any: its identifier, size and how much of
    /// it was handed out to send.
    pub(crate) fn under_way(&self, session: crate::SessionKey) -> Option<(u32, u64, u64)> {
        let message = self.messages.iter().find(|message| message.purpose == Purpose::Data(session))?;
        Some((message.identifier, message.total(), message.sent()))
    }

    /// The direct connection is gone: what it had begun and nobody acknowledged goes again over
    /// the switchboard, negotiation at once, files when the peer asks or `patience` is over.
    pub(crate) fn direct_lost(&mut self, now: Instant, patience: Duration) {
        self.direct = false;
        self.control.iter_mut().for_each(|(on, _)| *on = Carrier::Switchboard);
        self.messages.iter_mut().for_each(|message| message.direct_lost(now, patience));
        self.reassembly.forget_partial();
    }

    /// The switchboard is gone, and what was on it. Nobody is called for the sake of an
    /// acknowledgement or a goodbye; what has not begun waits for the next switchboard.
    pub(crate) fn switchboard_lost(&mut self) {
        self.control.retain(|(on, _)| *on != Carrier::Switchboard);
        self.messages
            .retain(|message| message.carrier() != Some(Carrier::Switchboard) && !message.purpose.is_bye());
        self.reassembly.forget_partial();
    }

    /// Sessions with something of theirs begun on this carrier and not acknowledged.
    pub(crate) fn sessions_on(&self, carrier: Carrier) -> Vec<crate::SessionKey> {
        let mut sessions: Vec<_> = self
            .messages
            .iter()
            .filter(|message| message.carrier() == Some(carrier))
            .filter_map(|message| message.purpose.session())
            .collect();
        sessions.dedup();
        sessions
    }

    /// Purposes of messages that nobody acknowledged in time; they are forgotten.
    pub(crate) fn expired(&mut self, now: Instant) -> Vec<Purpose> {
        let (expired, kept) = std::mem::take(&mut self.messages)
            .into_iter()
            .partition(|message: &Outgoing| message.is_expired(now));
        self.messages = kept;
        expired.into_iter().map(|message| message.purpose).collect()
    }

    /// When [`Self::expired`] or a delayed message has to be looked at again.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.messages.iter().filter_map(Outgoing::deadline).min()
    }
}
