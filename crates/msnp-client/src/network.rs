//! The addresses of this machine, as seen by itself and by the service.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use if_addrs::IfAddr;
use msnp::connection_type::ConnectionType;
use msnp::message::Profile;
use msnp_p2p::direct::{AttachedNetworks, offerable};

/// The addresses of this machine that peers may be told of; those of loopback only where they are wanted.
pub(crate) fn own_addresses(loopback: bool) -> Vec<Ipv4Addr> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let addresses = interfaces.iter().filter_map(|interface| match interface.ip() {
        IpAddr::V4(address) => Some(address),
        // MSN Messenger 6 and the versions before it connect to IPv4 addresses only.
        IpAddr::V6(_) => None,
    });
    offerable(addresses, loopback)
}

/// The networks to which this machine is attached.
pub(crate) fn attached_networks() -> AttachedNetworks {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let networks = interfaces.iter().filter_map(|interface| match &interface.addr {
        IfAddr::V4(own) => Some((own.ip, own.netmask)),
        IfAddr::V6(_) => None,
    });
    networks.collect()
}

/// The address at which the service sees this client, beside the client's own view.
#[derive(Debug, Clone)]
pub(crate) struct LocalNetwork {
    pub(crate) connection_type: ConnectionType,
    /// `ClientIP`.
    pub(crate) seen_address: Option<Ipv4Addr>,
}

impl LocalNetwork {
    /// From the profile that follows sign-in; `local` is `None` over HTTP.
    pub(crate) fn from_profile(profile: &Profile, local: Option<SocketAddr>) -> Self {
        // The unspecified one says nothing: a profile cannot tell an IPv6 address.
        let ip = Some(profile.client_ip).filter(|ip| !ip.is_unspecified());
        Self {
            connection_type: ConnectionType::from_addresses(local, ip, Some(profile.client_port)),
            seen_address: match ip.map(|ip| ip.to_canonical()) {
                Some(IpAddr::V4(address)) => Some(address),
                Some(IpAddr::V6(_)) | None => None,
            },
        }
    }
}
