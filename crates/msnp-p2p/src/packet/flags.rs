//! The flags of a packet: its purpose.

use std::ops::BitOr;

/// Bits of a header; test them, because later clients add more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Flags(pub u32);

impl Flags {
    /// MSNSLP, and the four bytes before an object.
    pub const NONE: Self = Self(0);
    /// Send again from an offset.
    pub const NAK: Self = Self(0x1);
    /// A message has arrived whole.
    pub const ACK: Self = Self(0x2);
    /// Waits for an answer (IMF).
    pub const WAITING: Self = Self(0x4);
    /// An error in the binary transport: the message is abandoned.
    pub const RESET: Self = Self(0x8);
    /// To be stored as a file.
    pub const FILE: Self = Self(0x10);
    /// Bytes of an object or a file.
    pub const DATA: Self = Self(0x20);
    /// The sender ends the session. JML and SHARP also answer a BYE with it.
    pub const CANCEL: Self = Self(0x40);
    /// The receiver gives up.
    pub const ERROR: Self = Self(0x80);
    /// The first frame of a direct connection.
    pub const HANDSHAKE: Self = Self(0x100);
    /// Encrypted; never seen.
    pub const ENCRYPTED: Self = Self(0x200);
    /// Set on files since MSN Messenger 6, and on everything by Windows Live Messenger.
    pub const NEW: Self = Self(0x0100_0000);
    /// The flags of an object's packets.
    pub const OBJECT_DATA: Self = Self::DATA;
    /// The flags of a file's packets: `NEW`, `DATA` and `FILE` (LP, MIR, KOP).
    pub const FILE_DATA: Self = Self(0x0100_0030);

    /// Whether all of these bits are set.
    pub const fn contains(self, bits: Self) -> bool {
        self.0 & bits.0 == bits.0
    }

    /// Whether the packet is about a message and not a part of one. The mask is papyon's: all low bits but `FILE` and
    /// `DATA`. `HANDSHAKE` is above it; it only comes before packets flow.
    pub const fn is_control(self) -> bool {
        self.0 & 0xcf != 0
    }

    /// Whether it carries bytes of an object or a file.
    pub const fn has_data(self) -> bool {
        self.0 & Self::DATA.0 != 0
    }
}

impl BitOr for Flags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
