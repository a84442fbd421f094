//! The protocol versions: their order, their names in `VER`, and their capabilities.
//!
//! The order of the versions and their capabilities are known here and nowhere else: other code asks
//! a dialect for a capability, or whether it [is in a range](Dialect::is_in).
//!
//! No account is kept under a name that only one dialect has. A group is kept by its number and an account
//! by its handle and number; their names on the wire are chosen where a form is read or
//! written. For groups that is [`GroupId`](crate::GroupId) alone. Every dialect so far names an account by its
//! handle. A GUID in its place would be made of the account's number, and concerns the
//! forms that carry it (`ADD`, `REM`, `LST`), which know the dialect.

use std::fmt;
use std::ops::RangeInclusive;

/// A protocol version a connection can speak, older ones first.
///
/// Code asks a dialect for a capability. Comparing two is for this file, as a comparison says nothing
/// about a version between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
// The derived order is that of the variants: a new one goes to its place, not to the end.
pub enum Dialect {
    /// MSN Messenger 5.0 (2002): Passport, the compact list, client capabilities.
    Msnp8,
    /// MSN Messenger 6.0 (2003): MSNObjects, `MSG … D`, `QNG` with a number, `PGD`.
    Msnp9,
}

impl Dialect {
    /// Every dialect, older ones first.
    pub const ALL: &[Self] = &[Self::Msnp8, Self::Msnp9];

    /// The dialect of a connection before client and service have agreed on one.
    pub const NEWEST: Self = Self::Msnp9;

    /// The name as it stands in `VER`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Msnp8 => "MSNP8",
            Self::Msnp9 => "MSNP9",
        }
    }

    /// Reads a name as it stands in `VER`; names are case-sensitive.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|dialect| dialect.name() == name)
    }

    /// The number after `MSNP`.
    pub const fn number(self) -> u8 {
        match self {
            Self::Msnp8 => 8,
            Self::Msnp9 => 9,
        }
    }

    /// This dialect and those before it, the newest first: the offer of a client in `VER`.
    pub fn and_older(self) -> impl Iterator<Item = Self> {
        Self::ALL.iter().rev().copied().filter(move |dialect| *dialect <= self)
    }

    /// Whether it is one of these.
    pub fn is_in(self, range: &RangeInclusive<Self>) -> bool {
        range.contains(&self)
    }

    /// Whether presence lines carry an MSNObject. Display pictures and all other data that clients exchange in
    /// packets depend on it.
    pub const fn has_objects(self) -> bool {
        match self {
            Self::Msnp8 => false,
            Self::Msnp9 => true,
        }
    }

    /// Whether `QNG` says after how many seconds to ask again.
    pub const fn has_ping_seconds(self) -> bool {
        match self {
            Self::Msnp8 => false,
            Self::Msnp9 => true,
        }
    }

    /// Whether there is the property `WWE`, a web watch.
    pub const fn has_web_watch(self) -> bool {
        match self {
            Self::Msnp8 => false,
            Self::Msnp9 => true,
        }
    }

    /// The names that groups have on the wire.
    pub(crate) const fn group_ids(self) -> GroupIds {
        match self {
            Self::Msnp8 | Self::Msnp9 => GroupIds::Numbers,
        }
    }
}

/// The kind of name by which a dialect names groups on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GroupIds {
    /// By a number from 0 to 29.
    Numbers,
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_stand_in_order() {
        for dialect in Dialect::ALL {
            assert_eq!(Dialect::from_name(dialect.name()), Some(*dialect));
        }
        assert!(Dialect::ALL.is_sorted());
        assert_eq!(Dialect::ALL.last(), Some(&Dialect::NEWEST));
        assert_eq!(Dialect::from_name("msnp9"), None);
    }

    #[test]
    fn a_client_offers_what_it_was_told_and_older_ones() {
        assert!(Dialect::Msnp9.and_older().eq([Dialect::Msnp9, Dialect::Msnp8]));
        assert!(Dialect::Msnp8.and_older().eq([Dialect::Msnp8]));
    }

    #[test]
    fn a_name_ends_with_the_number() {
        for dialect in Dialect::ALL {
            assert_eq!(dialect.name(), format!("MSNP{}", dialect.number()));
        }
    }

    #[test]
    fn a_range_has_both_ends() {
        let both = Dialect::Msnp8..=Dialect::Msnp9;
        assert!(Dialect::ALL.iter().all(|dialect| dialect.is_in(&both)));
        assert!(!Dialect::Msnp8.is_in(&(Dialect::Msnp9..=Dialect::Msnp9)));
    }

    #[test]
    fn a_web_watch_came_with_msnp9() {
        assert!(!Dialect::Msnp8.has_web_watch() && Dialect::Msnp9.has_web_watch());
        assert!(!Dialect::Msnp8.has_ping_seconds() && Dialect::Msnp9.has_ping_seconds());
    }
}
