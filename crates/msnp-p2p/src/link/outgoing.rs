//! One message on its way out.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::{ACK_TIMEOUT, Body, Transmit};
use crate::SessionKey;
use crate::packet::{Carrier, Flags, Footer, Header};

/// The purpose of a message. It comes back when the message is acknowledged or fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The INVITE that opens a session.
    Invite(SessionKey),
    /// The answer that accepts one.
    Accept(SessionKey),
    /// The four zero bytes before an object.
    Preparation(SessionKey),
    /// The object or the file itself.
    Data(SessionKey),
    /// Ends a session.
    Bye,
    /// Anything else: refusals, negotiation of direct connections.
    Other,
}

impl Purpose {
    /// The session that fails when the message does.
    pub(crate) fn session(self) -> Option<SessionKey> {
        match self {
            Self::Invite(session)
            | Self::Accept(session)
            | Self::Preparation(session)
            | Self::Data(session) => Some(session),
            Self::Bye | Self::Other => None,
        }
    }

    pub(crate) fn is_bye(self) -> bool {
        self == Self::Bye
    }
}

/// The source of a message's bytes.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// A text of MSNSLP.
    Text(Bytes),
    /// The four zero bytes before an object.
    Preparation,
    /// An object.
    Object(Bytes),
    /// A file of this many bytes, which the driver reads.
    File(SessionKey, u64),
}

/// One message.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) purpose: Purpose,
    pub(crate) identifier: u32,
    pub(crate) nonce: u32,
    pub(super) rewinds: u32,
    session_id: u32,
    source: Source,
    next: u64,
    /// Whether the last packet was handed out. Not the same as `next == total`: a message of no bytes has one packet, too.
    done: bool,
    /// Its carrier; decided by the first packet, so that a message never changes its way half-way: two carriers keep no
    /// order between them.
    carrier: Option<Carrier>,
    /// The earliest time to send it.
    not_before: Option<Instant>,
    /// The time at which it counts as lost. It moves with every packet that is handed out, so it measures a stall
    /// and not the length of a transfer; a message that waits in the queue does not expire.
    expires: Option<Instant>,
}

impl Outgoing {
    pub(super) fn new(
        purpose: Purpose,
        session_id: u32,
        identifier: u32,
        nonce: u32,
        source: Source,
    ) -> Self {
        Self {
            purpose,
            identifier,
            nonce,
            rewinds: 0,
            session_id,
            source,
            next: 0,
            done: false,
            carrier: None,
            not_before: None,
            expires: None,
        }
    }

    pub(super) fn total(&self) -> u64 {
        match &self.source {
            Source::Text(bytes) | Source::Object(bytes) => bytes.len() as u64,
            Source::Preparation => 4,
            Source::File(_, size) => *size,
        }
    }

    pub(super) fn sent(&self) -> u64 {
        self.next
    }

    pub(super) fn is_sent(&self) -> bool {
        self.done
    }

    pub(super) fn carrier(&self) -> Option<Carrier> {
        self.carrier
    }

    /// Whether it has to wait its turn among other pictures and files.
    pub(super) fn is_bulk(&self) -> bool {
        matches!(self.source, Source::Object(_) | Source::File(..))
    }

    pub(super) fn is_ready(&self, carrier: Carrier, best: Carrier, now: Instant) -> bool {
        !self.done && self.carrier.unwrap_or(best) == carrier && self.not_before.is_none_or(|at| at <= now)
    }

    pub(super) fn next_packet(&mut self, carrier: Carrier, now: Instant) -> Transmit {
        let total = self.total();
        // At most 1352, so it fits; `next` never passes `total`, see `rewind`.
        let length = (total - self.next).min(carrier.max_body() as u64) as usize;
        let header = Header {
            session_id: self.session_id,
            identifier: self.identifier,
            offset: self.next,
            total,
            length: length as u32,
            flags: self.flags(),
            nonce: self.nonce,
            ..Header::default()
        };
        let body = self.body(length);
        self.next += length as u64;
        self.done = self.next == total;
        self.carrier = Some(carrier);
        self.not_before = None;
        self.expires = Some(now + ACK_TIMEOUT);
        Transmit { header, body, footer: self.footer() }
    }

    fn body(&self, length: usize) -> Body {
        match &self.source {
            Source::File(session, _) if length > 0 => {
                Body::File { session: *session, offset: self.next, length }
            }
            // A file of no bytes still has one packet, for which the driver has nothing to read.
            Source::File(..) => Body::Bytes(Bytes::new()),
            Source::Preparation => Body::Bytes(Bytes::from_static(&[0; 4])),
            Source::Text(bytes) | Source::Object(bytes) => {
                // An offset in bytes that are in memory, so it fits.
                let start = self.next as usize;
                Body::Bytes(bytes.slice(start..start + length))
            }
        }
    }

    fn flags(&self) -> Flags {
        match self.source {
            Source::Text(_) | Source::Preparation => Flags::NONE,
            Source::Object(_) => Flags::OBJECT_DATA,
            Source::File(..) => Flags::FILE_DATA,
        }
    }

    fn footer(&self) -> Footer {
        match self.source {
            Source::Text(_) => Footer::NEGOTIATION,
            Source::Preparation | Source::Object(_) => Footer::OBJECT,
            Source::File(..) => Footer::FILE,
        }
    }

    /// Goes on from `offset`, which is at most the total.
    pub(super) fn rewind(&mut self, offset: u64, now: Instant) {
        self.next = offset;
        // A peer that asks from the end on has all bytes: there is no packet left to send, and its ACK is still to come.
        self.done = offset == self.total() && self.done;
        self.not_before = None;
        self.expires = Some(now + ACK_TIMEOUT);
    }

    pub(super) fn direct_lost(&mut self, now: Instant, patience: Duration) {
        if self.carrier != Some(Carrier::Direct) {
            return;
        }
        // From the beginning, for a peer that cannot resume. `rewind` moves it when the peer asks for an offset.
        self.carrier = Some(Carrier::Switchboard);
        self.next = 0;
        self.done = false;
        // A text is short and begins again at once.
        self.not_before = self.is_bulk().then(|| now + patience);
    }

    pub(super) fn is_expired(&self, now: Instant) -> bool {
        self.expires.is_some_and(|at| at <= now)
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        [self.expires, self.not_before].into_iter().flatten().min()
    }
}
