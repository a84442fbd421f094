//! How this machine is connected.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use msnp::connection_type::ConnectionType;
use msnp::message::Profile;

/// What the service says of our end of its connection, beside what we see of it.
#[derive(Debug, Clone)]
pub(crate) struct LocalNetwork {
    pub(crate) connection_type: ConnectionType,
    /// `ClientIP`.
    pub(crate) seen_address: Option<Ipv4Addr>,
}

impl LocalNetwork {
    /// From the profile that follows sign-in; `local` is `None` over HTTP.
    pub(crate) fn from_profile(profile: &Profile, local: Option<SocketAddr>) -> Self {
        let (ip, port) = (profile.client_ip, profile.client_port);
        Self {
            connection_type: ConnectionType::from_addresses(local, Some(ip), Some(port)),
            seen_address: match ip.to_canonical() {
                IpAddr::V4(address) => Some(address),
                IpAddr::V6(_) => None,
            },
        }
    }
}
