//! Bans: addresses and accounts that the service turns away, for a time or for good.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use msnp::Handle;
use msnp::invisible_characters::has_invisible;

use crate::{AccountId, AddressRange};

/// The addresses or the account that a ban is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BanTarget {
    /// All clients from these addresses.
    Addresses(AddressRange),
    /// One account. The ban goes with the account when that is removed.
    Account(Handle),
}

impl FromStr for BanTarget {
    type Err = String;

    /// Reads an address, a range of addresses, or the e-mail address of an account; the error says what is expected. An
    /// address of IPv6 without a length is its /64: a client with one address of that has all of them.
    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || {
            format!(
                "expected an address such as 192.0.2.1, a range such as 192.0.2.0/24, or the e-mail address of an \
                 account, not {text:?}"
            )
        };
        if text.contains('@') {
            return Handle::parse(text).map(Self::Account).map_err(|_| expected());
        }
        let range = match text.parse::<IpAddr>().map(|address| address.to_canonical()) {
            Ok(address @ IpAddr::V6(_)) => AddressRange::around(address, 64),
            _ => text.parse().ok(),
        };
        range.map(Self::Addresses).ok_or_else(expected)
    }
}

/// As it is read: only a single address of IPv4 goes without its length.
impl fmt::Display for BanTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Addresses(range) => {
                let text = range.to_string();
                f.write_str(text.strip_suffix("/32").filter(|_| range.is_ipv4()).unwrap_or(&text))
            }
            Self::Account(handle) => f.write_str(handle.as_str()),
        }
    }
}

/// The reason of a ban, in the words of its maker. It can be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BanReason(String);

/// A text that is no reason of a ban.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected one line of at most {} characters, without invisible ones", BanReason::LONGEST)]
pub struct BadBanReason;

impl BanReason {
    /// The longest reason in characters.
    pub const LONGEST: usize = 200;

    /// The reason itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BanReason {
    type Err = BadBanReason;

    fn from_str(text: &str) -> Result<Self, BadBanReason> {
        let is_short = text.chars().count() <= Self::LONGEST;
        let is_clean = !has_invisible(text) && !text.chars().any(char::is_control);
        if is_short && is_clean { Ok(Self(text.trim().to_owned())) } else { Err(BadBanReason) }
    }
}

impl fmt::Display for BanReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A ban as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ban {
    /// Its number.
    pub id: i64,
    /// Its target.
    pub target: BanTarget,
    /// The number of the account that it is about.
    pub account: Option<AccountId>,
    /// The reason.
    pub reason: BanReason,
    /// The administrator that made it; `None` for the command line, and for a removed account.
    pub made_by: Option<Handle>,
    /// When it was made or last changed, in seconds since 1970.
    pub made_at: i64,
    /// When it ends by itself, in seconds since 1970; `None` for never.
    pub ends_at: Option<i64>,
    /// The number of refusals that it has caused.
    pub refused: i64,
    /// When that was last, in seconds since 1970.
    pub refused_at: Option<i64>,
}

/// A new ban.
#[derive(Debug, Clone)]
pub struct NewBan {
    /// Its target.
    pub target: BanTarget,
    /// The reason.
    pub reason: BanReason,
    /// The administrator that makes it; `None` for the command line.
    pub made_by: Option<AccountId>,
    /// Now, in seconds since 1970.
    pub made_at: i64,
    /// When it ends by itself, in seconds since 1970; `None` for never.
    pub ends_at: Option<i64>,
}

/// How often a ban has refused something, since that was last told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BanRefusals {
    /// The number of the ban.
    pub ban: i64,
    /// How often.
    pub count: i64,
    /// When that was last, in seconds since 1970.
    pub last_at: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_read_as_it_is_written() {
        for (text, is) in [
            ("192.0.2.1", "192.0.2.1"),
            ("192.0.2.1/32", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("192.0.2.77/24", "192.0.2.0/24"),
            ("2001:db8::1", "2001:db8::/64"),
            ("2001:db8::1/128", "2001:db8::1/128"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("Ada@Example.com", "ada@example.com"),
        ] {
            let target: BanTarget = text.parse().unwrap();
            assert_eq!(target.to_string(), is, "{text}");
            assert_eq!(is.parse::<BanTarget>().unwrap(), target, "{text}");
        }
        for bad in ["", "ada", "ada@", "192.0.2.1/33", "192.0.2", "::1/129", "192.0.2.1-9", "*"] {
            assert!(bad.parse::<BanTarget>().unwrap_err().contains("192.0.2.0/24"), "{bad}");
        }
    }

    #[test]
    fn a_reason_is_one_line_that_can_be_read() {
        let reason: BanReason = " spam, twice ".parse().unwrap();
        assert_eq!((reason.as_str(), &*reason.to_string()), ("spam, twice", "spam, twice"));
        assert_eq!("".parse::<BanReason>(), Ok(BanReason::default()));
        assert!("é".repeat(200).parse::<BanReason>().is_ok());
        for bad in ["a\nb", "a\u{1b}[2Jb", "a\u{202e}b", &"x".repeat(201)] {
            assert_eq!(bad.parse::<BanReason>(), Err(BadBanReason), "{bad:?}");
        }
    }
}
