//! Who counts as one.

use std::net::{IpAddr, Ipv6Addr};

/// What an address counts as where people are told apart by address: those who can take any address of an
/// IPv6 /64 count as one, and an IPv4 address that is mapped into IPv6 as itself.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}
