//! Addresses that are trusted to name their clients.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// One address, or all that begin alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressRange {
    first: IpAddr,
    /// The number of bits that they have in common.
    bits: u8,
}

impl AddressRange {
    /// Whether the address is one of these. An IPv4 address that is mapped into IPv6 counts as itself.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let common = |one: u128, other: u128, width: u32| {
            // For `/0` of IPv6 the shift is as wide as the number, which overflows: everything is common then.
            (one ^ other).checked_shr(width - u32::from(self.bits)).unwrap_or(0) == 0
        };
        match (self.first, address) {
            (IpAddr::V4(one), IpAddr::V4(other)) => common(one.to_bits().into(), other.to_bits().into(), 32),
            (IpAddr::V6(one), IpAddr::V6(other)) => common(one.to_bits(), other.to_bits(), 128),
            _ => false,
        }
    }
}

impl FromStr for AddressRange {
    type Err = String;

    /// Reads `192.0.2.1` or `192.0.2.0/24`; the error names the expected form.
    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || {
            format!("expected an address such as 192.0.2.1, or a range such as 192.0.2.0/24, not {text:?}")
        };
        let (address, bits) =
            text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let first = address.parse::<IpAddr>().map_err(|_| expected())?.to_canonical();
        let width = if first.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) => bits.parse().ok().filter(|bits| *bits <= width).ok_or_else(expected)?,
            None => width,
        };
        Ok(Self { first, bits })
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.bits)
    }
}

/// Whether one of the ranges has the address.
pub(crate) fn is_trusted(ranges: &[AddressRange], address: IpAddr) -> bool {
    ranges.iter().any(|range| range.contains(address))
}
