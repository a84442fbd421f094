//! The link layer: messages of one peer over packets, with identifiers, chunks, acknowledgements and reassembly.
//!
//! A message is cut into packets of at most [`Carrier::max_body`] bytes, all with one identifier
//! and one nonce, and acknowledged once, when its last byte is there. The *meaning* of a message is
//! for [`crate::peer`]; each carries a [`Purpose`] that comes back with its acknowledgement.
//!
//! There is no window: a picture of 14 packets is one message with one acknowledgement at its end (NINA *Display
//! pictures*, LP), and the carriers keep the order of packets. The pace is that of the carrier: its driver asks for the next
//! packet only when it has room ([`Link::poll_transmit`]).
//!
//! An acknowledgement answers a message by two fields, both copied from it (IMF, ESC):
//!
//! | field | at | in a message | in its acknowledgement |
//! |---|---|---|---|
//! | identifier | 4 | one for all packets of the message | a fresh one of the acknowledging side |
//! | total | 16 | size of the message | the same size; some clients write 0 (PAP, SHARP) |
//! | nonce | 32 | random, one for the message (ESC); other clients draw one for each packet (LP) | the identifier of the message |
//! | acked nonce | 36 | 0 | the nonce of the *last* packet |
//! | acked total | 40 | 0 | the size of the message |

mod outgoing;
mod reassembly;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::packet::{Carrier, Flags, Footer, Header};
use crate::{Guid, Identifiers};

pub(crate) use outgoing::{Outgoing, Purpose, Source};
pub(crate) use reassembly::{Assembled, Reassembly};

/// The time for which a message may wait for its acknowledgement before its session fails. No official
/// figure is known; Miranda waits 120 s.
pub(crate) const ACK_TIMEOUT: Duration = Duration::from_secs(60);

/// The most times that one message may be requested again from an earlier offset.
const MAX_REWINDS: u32 = 1000;

/// The bytes of a packet after its header. The list is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// These.
    Bytes(Bytes),
    /// This range of the file that the session sends: the driver reads it.
    File {
        /// The session.
        session: crate::SessionKey,
        /// The offset of the range in the file, in bytes.
        offset: u64,
        /// The length in bytes; not zero.
        length: usize,
    },
}

/// One packet to send.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transmit {
    /// The 48 bytes that go first.
    pub header: Header,
    /// The bytes after the header.
    pub body: Body,
    /// The footer of a packet on a switchboard; not sent over a direct connection.
    pub footer: Footer,
}

/// The effect of an incoming control packet on a message of this side.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It arrived.
    Acknowledged(Purpose),
    /// The peer refuses it.
    Refused(Purpose),
}

/// The sending and receiving state shared by all sessions with one peer.
pub(crate) struct Link {
    identifiers: Box<dyn Identifiers>,
    next_identifier: u32,
    /// Acknowledgements and other packets without a body, in order.
    // They go before all else: peers wait for the acknowledgement of one step before they begin the next.
    control: VecDeque<(Carrier, Transmit)>,
    /// Messages in the order in which they were begun.
    messages: Vec<Outgoing>,
    /// The turn: which of several bulk messages goes next.
    turn: usize,
    pub(crate) reassembly: Reassembly,
    direct: bool,
}

impl Link {
    /// The most acknowledgements that wait to be sent; further ones are dropped. So a peer that
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
        // 0 in a header means MSNSLP; known clients draw their numbers from 4 up (LP, KOP04, AMSN).
        self.identifiers.session().max(4)
    }

    /// The next identifier; never zero.
    ///
    /// One counter serves everything that goes to a peer, acknowledgements included, as in LP, PECAN and PAP.
    /// A receiver needs only that messages in flight differ, and that all packets of a message agree.
    pub(crate) fn identifier(&mut self) -> u32 {
        let identifier = self.next_identifier.max(1);
        self.next_identifier = identifier.wrapping_add(1).max(1);
        identifier
    }

    /// Three identifiers in a row for a served object: its 200 OK, its preparation, its data. The acknowledgement of
    /// the INVITE has the one after them.
    ///
    /// This is the order of MSN Messenger 6 (PIKI, NINA *Display pictures*). It draws a base for that acknowledgement,
    /// which goes first, and counts the other three from base - 3 up; the BYE is acknowledged with base + 1. Drawing
    /// the three first gives the same numbers from a counter that only goes up.
    pub(crate) fn serving_identifiers(&mut self) -> [u32; 3] {
        // Near the end of the numbers the counter starts again, so that the three stay in a row.
        // Eight is room for the three, the base and its successors.
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

    /// Asks for a message again from `offset`: at 32 stands the identifier of the message, at 40 the offset (LP, MIR).
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
            // The only code that is known (MIR); receivers look at the flag alone.
            acked_nonce: if flags == Flags::ERROR { 0x8200_000f } else { 0 },
            acked_total: total,
            ..Header::default()
        };
        self.push_control(self.best_carrier(), header);
    }

    fn push_control(&mut self, carrier: Carrier, header: Header) {
        // An acknowledgement goes back the way of its message, unless that connection has closed meanwhile.
        let carrier = if self.direct { carrier } else { Carrier::Switchboard };
        // Beyond the limit it is dropped: the peer sends its message again, or gives it up after its own time-out.
        if self.control.len() < Self::MAX_CONTROL {
            // Footer 0 for every control packet, whatever the footer of its message was (ESC).
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
    ///
    /// Packets of several messages may be mixed: a receiver tells them apart by the identifier. So a BYE or a small
    /// picture does not wait for the end of a large file.
    pub(crate) fn poll_transmit(&mut self, carrier: Carrier, now: Instant) -> Option<Transmit> {
        if let Some(at) = self.control.iter().position(|(on, _)| *on == carrier) {
            // Within a carrier they keep their order: the first one for it is taken.
            return self.control.remove(at).map(|(_, transmit)| transmit);
        }
        let best = self.best_carrier();
        let ready = |message: &Outgoing| message.is_ready(carrier, best, now);
        let count = self.messages.len();
        let at = (0..count).find(|at| !self.messages[*at].is_bulk() && ready(&self.messages[*at])).or_else(
            || (0..count).map(|step| (self.turn + step) % count).find(|at| ready(&self.messages[*at])),
        )?;
        // The turn moves by one message for each packet. A message that ends shifts those after it down by one, which
        // costs one of them a single turn.
        if self.messages[at].is_bulk() {
            self.turn = at + 1;
        }
        Some(self.messages[at].next_packet(carrier, now))
    }

    /// Takes an acknowledgement, a request to send again, or a refusal. One for a message that was never
    /// sent has no effect.
    pub(crate) fn handle_control(&mut self, header: &Header, now: Instant) -> Option<Fate> {
        // In each kind of control packet the field at 32 names the message.
        let at = self.messages.iter().position(|message| message.identifier == header.nonce)?;
        let message = &mut self.messages[at];
        if header.flags.contains(Flags::ACK) {
            // An acknowledgement before the last packet was sent is false: the peer cannot have the message yet.
            // Gaim writes zero in place of the nonce; a `CANCEL`-shaped answer has none at all, so it is not asked for one.
            let right = [0, message.nonce].contains(&header.acked_nonce) && message.is_sent();
            return right.then(|| Fate::Acknowledged(self.messages.remove(at).purpose));
        }
        if header.flags.contains(Flags::NAK) {
            let offset = header.acked_total;
            // Each request may bring a whole file again for 52 bytes. The limit ends that; a file over a carrier
            // that breaks as often would not arrive anyway.
            message.rewinds += 1;
            if message.rewinds > MAX_REWINDS || offset > message.total() {
                return Some(Fate::Refused(self.messages.remove(at).purpose));
            }
            message.rewind(offset, now);
            return None;
        }
        // JML and SHARP answer a BYE with 0x40 in place of an ACK.
        if header.flags.contains(Flags::CANCEL) && message.purpose.is_bye() {
            return Some(Fate::Acknowledged(self.messages.remove(at).purpose));
        }
        let ends = [Flags::CANCEL, Flags::ERROR, Flags::RESET].iter().any(|end| header.flags.contains(*end));
        ends.then(|| Fate::Refused(self.messages.remove(at).purpose))
    }

    /// Drops the queued messages of a session. Its BYE and acknowledgements still go: without them the peer would
    /// wait for its own time-out (MIR 120 s, LP 300 s).
    pub(crate) fn drop_session(&mut self, session: crate::SessionKey) {
        self.messages.retain(|message| message.purpose.session() != Some(session));
    }

    /// Drops everything: the peer is gone.
    pub(crate) fn forget(&mut self) {
        self.messages.clear();
        self.control.clear();
        self.reassembly.forget_partial();
    }

    /// The message of a session that is under way, if any: its identifier, size and how much of
    /// it was handed out to send.
    pub(crate) fn under_way(&self, session: crate::SessionKey) -> Option<(u32, u64, u64)> {
        // A session has one message of data at most.
        let message = self.messages.iter().find(|message| message.purpose == Purpose::Data(session))?;
        Some((message.identifier, message.total(), message.sent()))
    }

    /// The direct connection is gone: a message that it had begun and the peer did not acknowledge goes again over
    /// the switchboard, negotiation at once, files when the peer asks or `patience` is over.
    ///
    /// Bytes that TCP had taken may be lost or not, and only the receiver knows: it asks for the offset that it lacks
    /// ([`Self::ask_again`]). A peer that never asks gets the file from its beginning.
    pub(crate) fn direct_lost(&mut self, now: Instant, patience: Duration) {
        self.direct = false;
        // Acknowledgements change over too: the peer waits for them, and a switchboard carries them as well.
        self.control.iter_mut().for_each(|(on, _)| *on = Carrier::Switchboard);
        self.messages.iter_mut().for_each(|message| message.direct_lost(now, patience));
        self.reassembly.forget_partial();
    }

    /// The switchboard is gone, with the messages that it had begun. An acknowledgement or a BYE alone does not open a
    /// new one; a message that has not begun waits for the next switchboard.
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
        // A session that is named twice all the same does no harm: ending it again has no effect.
        sessions.dedup();
        sessions
    }

    /// Purposes of messages that were not acknowledged in time; they are forgotten.
    pub(crate) fn expired(&mut self, now: Instant) -> Vec<Purpose> {
        let (expired, kept) = std::mem::take(&mut self.messages)
            .into_iter()
            .partition(|message: &Outgoing| message.is_expired(now));
        self.messages = kept;
        expired.into_iter().map(|message| message.purpose).collect()
    }

    /// The time at which [`Self::expired`] or a delayed message has to be looked at again.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.messages.iter().filter_map(Outgoing::deadline).min()
    }
}

#[cfg(test)]
mod tests;
