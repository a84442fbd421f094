//! The 48 bytes before every packet.

use super::{Flags, PacketError};

/// A header; all numbers are little-endian on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Header {
    /// The session; 0 for MSNSLP. An acknowledgement copies it.
    pub session_id: u32,
    /// The message, the same in all its packets.
    pub identifier: u32,
    /// The place of the body in its message, in bytes from the beginning.
    pub offset: u64,
    /// The size of the whole message in bytes.
    pub total: u64,
    /// The length of the body in bytes.
    pub length: u32,
    /// Its purpose.
    pub flags: Flags,
    /// At 32: a number the sender makes up; in an acknowledgement the acknowledged identifier.
    pub nonce: u32,
    /// At 36: 0; in an acknowledgement the acknowledged nonce, for which Gaim writes 0.
    pub acked_nonce: u32,
    /// At 40: 0; in an acknowledgement the acknowledged total; in a NAK the offset to go on from.
    pub acked_total: u64,
}

impl Header {
    /// Its length in bytes.
    pub const LEN: usize = 48;

    /// Reads the first 48 bytes.
    ///
    /// # Errors
    /// [`PacketError::TooShort`] when there are fewer.
    pub fn parse(bytes: &[u8]) -> Result<Self, PacketError> {
        let bytes: &[u8; Self::LEN] = bytes.first_chunk().ok_or(PacketError::TooShort(bytes.len()))?;
        let short = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let long = |at: usize| u64::from(short(at)) | u64::from(short(at + 4)) << 32;
        Ok(Self {
            session_id: short(0),
            identifier: short(4),
            offset: long(8),
            total: long(16),
            length: short(24),
            flags: Flags(short(28)),
            nonce: short(32),
            acked_nonce: short(36),
            acked_total: long(40),
        })
    }

    /// The bytes.
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        let mut put = |at: usize, number: &[u8]| bytes[at..at + number.len()].copy_from_slice(number);
        put(0, &self.session_id.to_le_bytes());
        put(4, &self.identifier.to_le_bytes());
        put(8, &self.offset.to_le_bytes());
        put(16, &self.total.to_le_bytes());
        put(24, &self.length.to_le_bytes());
        put(28, &self.flags.0.to_le_bytes());
        put(32, &self.nonce.to_le_bytes());
        put(36, &self.acked_nonce.to_le_bytes());
        put(40, &self.acked_total.to_le_bytes());
        bytes
    }

    /// The header of the acknowledgement for a message whose last packet had this header. The
    /// total is written as the official client does (ESC); some write 0.
    pub fn ack(&self, identifier: u32) -> Self {
        Self {
            session_id: self.session_id,
            identifier,
            total: self.total,
            flags: Flags::ACK,
            nonce: self.identifier,
            acked_nonce: self.nonce,
            acked_total: self.total,
            ..Self::default()
        }
    }

    /// Whether the message ends with this packet.
    pub fn is_last(&self) -> bool {
        // Both numbers are the peer's: their sum may not fit.
        self.offset.checked_add(u64::from(self.length)).is_some_and(|end| end >= self.total)
    }
}
