//! The capabilities of a client, as it announces them.

use std::fmt;

use crate::{Invalid, numbers::decimal};

/// The client id of `CHG`: 28 flags and the peer-to-peer generation in the top four bits.
/// The service relays it unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ClientCapabilities(pub u32);

impl ClientCapabilities {
    /// On a mobile device.
    pub const MOBILE: u32 = 0x1;
    /// Can receive ink as GIF.
    pub const INK_GIF: u32 = 0x4;
    /// Can receive ink as ISF.
    pub const INK_ISF: u32 = 0x8;
    /// Has a webcam.
    pub const WEBCAM: u32 = 0x10;
    /// Understands messages in several packets.
    pub const CHUNKED_MESSAGES: u32 = 0x20;

    /// Reads a decimal number below 2^32.
    ///
    /// # Errors
    /// [`Invalid::Parameter`] for anything else.
    pub fn parse(word: &str) -> Result<Self, Invalid> {
        decimal(word).map(Self).ok_or(Invalid::Parameter("client capabilities"))
    }

    /// The peer-to-peer generation: 0 before MSN Messenger 6, 1 for 6.0, 2 for 6.1, 3 for 6.2.
    pub const fn msnc(self) -> u8 {
        (self.0 >> 28) as u8
    }

    /// Whether every bit of `flags` is set.
    pub const fn has(self, flags: u32) -> bool {
        self.0 & flags == flags
    }
}

impl fmt::Display for ClientCapabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_nibble_is_the_generation() {
        let msn60 = ClientCapabilities::parse("268435492").unwrap();
        assert_eq!(msn60.msnc(), 1);
        assert!(msn60.has(ClientCapabilities::CHUNKED_MESSAGES | ClientCapabilities::INK_GIF));
        assert_eq!(ClientCapabilities(1_073_791_020).msnc(), 4);
    }

    #[test]
    fn every_bit_that_is_asked_for_has_to_be_set() {
        let some = ClientCapabilities(0b0110);
        assert!(some.has(0b0110) && some.has(0b0010) && some.has(0));
        assert!(!some.has(0b0111) && !some.has(0b1000));
    }
}
