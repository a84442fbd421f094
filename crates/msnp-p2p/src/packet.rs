//! The binary transport, version 1: the packets in `application/x-msnmsgrp2p` messages and in frames of a direct
//! connection.
//!
//! Source: LP, NINA *P2Pv1 Headers*, IMF, ESC; see `docs/protocol/sources.md`.

mod flags;
mod header;

use bytes::{BufMut, Bytes, BytesMut};

pub use flags::Flags;
pub use header::Header;

/// The carrier of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Carrier {
    /// Messages of class `D` through the service; each ends with a footer.
    Switchboard,
    /// A TCP connection between the two; no footer.
    Direct,
}

impl Carrier {
    /// The most bytes of a message that go into one packet, as the official clients send them (1202: ESC, LP; 1352:
    /// LP, NINA *Transports*).
    pub const fn max_body(self) -> usize {
        match self {
            Self::Switchboard => 1202,
            Self::Direct => 1352,
        }
    }

    /// The longest body that is accepted: one that fits a message of 1664 bytes, or the longest that libpurple accepts.
    pub const fn max_received(self) -> usize {
        match self {
            Self::Switchboard => 1664 - Header::LEN - Footer::LEN,
            Self::Direct => 8192,
        }
    }

    const fn footer_len(self) -> usize {
        match self {
            Self::Switchboard => Footer::LEN,
            Self::Direct => 0,
        }
    }
}

/// The application of the packet, big-endian on the wire, unlike all else here. AMSN sends 1 for files and LP 0 for the
/// preparation without harm, so nothing depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Footer(pub u32);

impl Footer {
    /// Its length in bytes.
    pub const LEN: usize = 4;
    /// MSNSLP, and acknowledgements.
    pub const NEGOTIATION: Self = Self(0);
    /// Pictures and emoticons.
    pub const OBJECT: Self = Self(1);
    /// Files.
    pub const FILE: Self = Self(2);
}

/// The reason for which bytes are no packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PacketError {
    /// Less than a header (and a footer).
    #[error("a packet of {0} bytes is too short")]
    TooShort(usize),
    /// The header announces another length than is there.
    #[error("a packet announces {stated} bytes and has {present}")]
    LengthMismatch {
        /// The length in the header.
        stated: u32,
        /// The present length.
        present: usize,
    },
    /// More than [`Carrier::max_received`].
    #[error("a packet of {0} bytes is too long")]
    TooLong(usize),
    /// Its bytes would end after the end of their message.
    #[error("a packet reaches beyond its message")]
    BeyondTotal,
    /// It looks like version 2, which came with Windows Live Messenger 2009.
    #[error("a packet of a newer version of the transport")]
    NewerVersion,
}

/// One packet.
///
/// ```
/// use bytes::Bytes;
/// use msnp_p2p::packet::{Carrier, Footer, Header, Packet};
///
/// let body = Bytes::from_static(b"data");
/// let header = Header { session_id: 7, identifier: 4096, total: 4, length: 4, ..Header::default() };
/// let packet = Packet { header, body, footer: Footer::OBJECT };
///
/// let bytes = packet.to_bytes(Carrier::Switchboard);
/// assert_eq!(bytes.len(), Header::LEN + 4 + Footer::LEN);
/// assert_eq!(Packet::parse(Carrier::Switchboard, &bytes)?, packet);
/// # Ok::<(), msnp_p2p::packet::PacketError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// The first 48 bytes.
    pub header: Header,
    /// Bytes of the message.
    pub body: Bytes,
    /// The end; [`Footer::NEGOTIATION`] when read from a direct connection.
    pub footer: Footer,
}

impl Packet {
    /// Reads a packet; the body is a slice of the payload.
    ///
    /// # Errors
    /// When it is shorter than a header, its length is not the one that the header tells, it is longer than
    /// `carrier` takes, its body reaches beyond its message, or it is of the newer version of the protocol.
    /// The limits are checked before anything else is looked at.
    pub fn parse(carrier: Carrier, payload: &Bytes) -> Result<Self, PacketError> {
        let packet = Self::parse_anywhere(carrier, payload)?;
        packet.is_within_message().then_some(packet).ok_or(PacketError::BeyondTotal)
    }

    /// The same, wherever in its message the header says that the body belongs.
    pub(crate) fn parse_anywhere(carrier: Carrier, payload: &Bytes) -> Result<Self, PacketError> {
        let overhead = Header::LEN + carrier.footer_len();
        let Some(present) = payload.len().checked_sub(overhead) else {
            return Err(PacketError::TooShort(payload.len()));
        };
        // Before the header is read: the limit holds for anything that comes.
        if present > carrier.max_received() {
            return Err(PacketError::TooLong(payload.len()));
        }
        let header = Header::parse(payload)?;
        // The length of the body is known from the carrier; the header has to agree, which also tells version 1 from 2.
        if header.length as usize != present {
            return Err(mismatch(payload, header.length, present));
        }
        let body = payload.slice(Header::LEN..Header::LEN + present);
        let footer = match payload[Header::LEN + present..].first_chunk() {
            Some(bytes) => Footer(u32::from_be_bytes(*bytes)),
            None => Footer::NEGOTIATION,
        };
        Ok(Self { header, body, footer })
    }

    /// Whether the body ends before the message does.
    pub(crate) fn is_within_message(&self) -> bool {
        let header = &self.header;
        // An acknowledgement has the total of another message, and no body.
        let end = header.offset.checked_add(u64::from(header.length));
        header.flags.is_control() || end.is_some_and(|end| end <= header.total)
    }

    /// The bytes for a carrier.
    pub fn to_bytes(&self, carrier: Carrier) -> Bytes {
        let mut out = BytesMut::with_capacity(Header::LEN + self.body.len() + Footer::LEN);
        out.put_slice(&self.header.to_bytes());
        out.put_slice(&self.body);
        if carrier == Carrier::Switchboard {
            out.put_u32(self.footer.0);
        }
        out.freeze()
    }
}

/// Version 2 begins with the length of its header, 8 and up in steps of four, and an operation,
/// and counts in big-endian (TACH, SHARP).
fn mismatch(payload: &[u8], stated: u32, present: usize) -> PacketError {
    let newer =
        matches!(payload.first(), Some(8 | 12 | 16 | 20 | 24 | 28)) && matches!(payload.get(1), Some(0..=3));
    if newer { PacketError::NewerVersion } else { PacketError::LengthMismatch { stated, present } }
}

#[cfg(test)]
mod tests;
