//! The addresses of this machine on the network.

use std::net::IpAddr;

/// More addresses of this machine than anybody wants to read about.
const MOST_ADDRESSES: usize = 8;

/// The addresses of this machine on the network, without loopback and link-local ones.
pub(crate) fn own_addresses() -> Vec<IpAddr> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let mut own: Vec<_> = interfaces.iter().map(|interface| interface.ip()).filter(is_reachable).collect();
    own.sort();
    own.dedup();
    own.truncate(MOST_ADDRESSES);
    own
}

/// Whether others on the network can use the address.
fn is_reachable(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !v4.is_loopback() && !v4.is_link_local(),
        IpAddr::V6(v6) => !v6.is_loopback() && !v6.is_unicast_link_local(),
    }
}
