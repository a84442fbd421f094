//! The progress of an incoming object or file.

use bytes::Bytes;

use crate::packet::{Carrier, Packet};

/// The progress of an incoming message. Nothing is kept: bytes are handed on in order.
#[derive(Debug)]
pub(super) struct Inbound {
    /// The number of bytes in all.
    expected: u64,
    received: u64,
    /// The message that carries them.
    identifier: Option<u32>,
    carrier: Option<Carrier>,
    /// Whether the sender was told of the gap before the next byte.
    gap_told: bool,
}

/// The outcome of a packet.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    /// The next bytes; perhaps none.
    Bytes(Bytes),
    /// Bytes are missing from this offset on; the sender should be told.
    Gap(u64),
    /// It fits nowhere.
    Stray,
    /// It is part of a message of another size.
    WrongSize,
}

impl Inbound {
    pub(super) fn new(expected: u64) -> Self {
        Self { expected, received: 0, identifier: None, carrier: None, gap_told: false }
    }

    pub(super) fn take(&mut self, carrier: Carrier, packet: &Packet) -> Arrival {
        let header = &packet.header;
        // The size was agreed on with the session. Another one would be another file, or memory that was not agreed on.
        if header.total != self.expected {
            return Arrival::WrongSize;
        }
        // A sender that begins again may do so under a new identifier. In the middle of a file another one is a packet of
        // some other message.
        if self.identifier.is_some_and(|own| own != header.identifier) && header.offset != 0 {
            return Arrival::Stray;
        }
        self.identifier = Some(header.identifier);
        self.carrier = Some(carrier);
        if header.offset > self.received {
            // One NAK for each gap: all packets that were under way behind it would ask for the same bytes again.
            let told = std::mem::replace(&mut self.gap_told, true);
            return if told { Arrival::Stray } else { Arrival::Gap(self.received) };
        }
        // A resumed sender may begin earlier than asked. The overlap is skipped, never written twice.
        let skip = usize::try_from(self.received - header.offset).unwrap_or(usize::MAX);
        // All of it was here before, or the file has no bytes. No stray: the transfer is alive, and may be complete.
        if skip >= packet.body.len() {
            return Arrival::Bytes(Bytes::new());
        }
        let fresh = packet.body.slice(skip..);
        self.received += fresh.len() as u64;
        self.gap_told = false;
        Arrival::Bytes(fresh)
    }

    pub(super) fn is_complete(&self) -> bool {
        self.received == self.expected
    }

    /// Its carrier, from the first packet on.
    pub(super) fn began_on(&self) -> Option<Carrier> {
        self.carrier
    }

    /// The message to ask for again after its carrier was lost, and from where on.
    pub(super) fn resume_from(&mut self) -> Option<(u32, u64)> {
        // The request goes out now: a packet beyond the missing byte must not make a second one.
        self.carrier = Some(Carrier::Switchboard);
        self.gap_told = true;
        self.identifier.map(|identifier| (identifier, self.received))
    }

    pub(super) fn identifier(&self) -> Option<u32> {
        self.identifier
    }

    pub(super) fn expected(&self) -> u64 {
        self.expected
    }
}
