//! Ranges of addresses.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// One address, or all that begin alike. Two ranges with the same addresses are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddressRange {
    first: IpAddr,
    /// The number of bits that they have in common.
    bits: u8,
}

impl AddressRange {
    /// The range of the addresses that have their first `bits` bits in common with `address`; `None` when an address
    /// has fewer. An IPv4 address that is mapped into IPv6 is itself.
    pub fn around(address: IpAddr, bits: u8) -> Option<Self> {
        let address = address.to_canonical();
        // A shift by all bits would be an overflow, and leaves none.
        let first = match address {
            IpAddr::V4(_) if bits > 32 => return None,
            IpAddr::V4(v4) => {
                let rest = u32::MAX.checked_shr(bits.into()).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & !rest))
            }
            IpAddr::V6(_) if bits > 128 => return None,
            IpAddr::V6(v6) => {
                let rest = u128::MAX.checked_shr(bits.into()).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !rest))
            }
        };
        Some(Self { first, bits })
    }

    /// The number of bits that the addresses have in common: at most 32 for IPv4, 128 for IPv6.
    pub fn bits(&self) -> u8 {
        self.bits
    }

    /// Whether these are addresses of IPv4.
    pub fn is_ipv4(&self) -> bool {
        self.first.is_ipv4()
    }

    /// Whether the address is one of these. An IPv4 address that is mapped into IPv6 counts as itself.
    pub fn contains(&self, address: IpAddr) -> bool {
        Self::around(address, self.bits).is_some_and(|range| range == *self)
    }

    /// Whether some address is in both ranges.
    pub fn overlaps(&self, other: &Self) -> bool {
        // Of two ranges that share an address, one holds the other.
        self.contains(other.first) || other.contains(self.first)
    }
}

impl FromStr for AddressRange {
    type Err = String;

    /// Reads `192.0.2.1` or `192.0.2.0/24`; the error says what is expected.
    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || {
            format!("expected an address such as 192.0.2.1, or a range such as 192.0.2.0/24, not {text:?}")
        };
        let (address, bits) =
            text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address = address.parse::<IpAddr>().map_err(|_| expected())?.to_canonical();
        let bits = match bits {
            Some(bits) => bits.parse().map_err(|_| expected())?,
            None if address.is_ipv4() => 32,
            None => 128,
        };
        Self::around(address, bits).ok_or_else(expected)
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> AddressRange {
        text.parse().unwrap()
    }

    #[test]
    fn the_same_addresses_are_the_same_range() {
        for (text, is) in [
            ("192.0.2.77/24", "192.0.2.0/24"),
            ("192.0.2.77", "192.0.2.77/32"),
            ("::ffff:192.0.2.77", "192.0.2.77/32"),
            ("255.255.255.255/0", "0.0.0.0/0"),
            ("2001:db8:1:2:3:4:5:6/64", "2001:db8:1:2::/64"),
            ("2001:db8::1", "2001:db8::1/128"),
            ("ffff::/0", "::/0"),
        ] {
            assert_eq!(range(text).to_string(), is, "{text}");
            assert_eq!(range(text), range(is), "{text}");
            assert!(is.ends_with(&format!("/{}", range(text).bits())), "{text}");
        }
    }

    #[test]
    fn ranges_overlap_when_one_holds_the_other() {
        for (one, other, overlap) in [
            ("192.0.2.0/24", "192.0.2.7", true),
            ("192.0.2.0/24", "192.0.0.0/16", true),
            ("192.0.2.0/25", "192.0.2.128/25", false),
            ("0.0.0.0/0", "127.0.0.1", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "::1", true),
        ] {
            assert_eq!(range(one).overlaps(&range(other)), overlap, "{one} {other}");
            assert_eq!(range(other).overlaps(&range(one)), overlap, "{other} {one}");
        }
    }
}
