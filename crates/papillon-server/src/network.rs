//! Who counts as one.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// What an address counts as where people are told apart by address: those who can take any address of an
/// IPv6 /64 count as one, and an IPv4 address that is mapped into IPv6 as itself.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}

/// An end of a connection as everybody is to see it: an IPv4 address that a socket for both kinds has mapped into
/// IPv6 (`::ffff:192.0.2.1`) is itself again.
pub(crate) fn plain(end: SocketAddr) -> SocketAddr {
    match end.ip().to_canonical() {
        IpAddr::V4(v4) => (v4, end.port()).into(),
        // With the link that a link-local address needs.
        IpAddr::V6(_) => end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_mapped_addresses_change() {
        for (end, is) in [
            ("[::ffff:192.0.2.1]:80", "192.0.2.1:80"),
            ("192.0.2.1:80", "192.0.2.1:80"),
            ("[2001:db8::1]:80", "[2001:db8::1]:80"),
            ("[fe80::1%3]:80", "[fe80::1%3]:80"),
        ] {
            assert_eq!(plain(end.parse().unwrap()).to_string(), is);
        }
    }
}
