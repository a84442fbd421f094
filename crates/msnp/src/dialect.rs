//! The protocol versions and how one is agreed on.

use std::fmt;

/// A protocol version a connection can speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// MSN Messenger 5.0 (2002): Passport, the compact list, client capabilities.
    Msnp8,
    /// MSN Messenger 6.0 (2003): MSNObjects, `MSG … D`, `QNG` with a number, `PGD`.
    Msnp9,
}

impl Dialect {
    /// The name as it stands in `VER`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Msnp8 => "MSNP8",
            Self::Msnp9 => "MSNP9",
        }
    }

    /// Reads a name as it stands in `VER`; names are case-sensitive.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "MSNP8" => Some(Self::Msnp8),
            "MSNP9" => Some(Self::Msnp9),
            _ => None,
        }
    }

    /// Whether presence lines carry an MSNObject.
    pub const fn has_objects(self) -> bool {
        matches!(self, Self::Msnp9)
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
