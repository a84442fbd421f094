//! Addresses that are trusted to name their clients.

use std::net::IpAddr;

pub use papillon_store::AddressRange;

/// Whether one of the ranges has the address.
pub(crate) fn is_trusted(ranges: &[AddressRange], address: IpAddr) -> bool {
    ranges.iter().any(|range| range.contains(address))
}
