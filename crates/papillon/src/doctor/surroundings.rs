//! The surroundings of the service: the machine and its names.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use tokio::time::timeout;

use crate::own_addresses::own_addresses;
use crate::settings::Settings;

/// The system's resolver gets this long for a name.
const PATIENCE: Duration = Duration::from_secs(4);

/// Facts that do not depend on the service.
#[derive(Debug)]
pub(super) struct Surroundings {
    /// The addresses of this machine on the network, without loopback and link-local ones.
    pub(super) own: Vec<IpAddr>,
    /// The addresses of the public host, if there is one and it is known.
    pub(super) public: Vec<IpAddr>,
    /// Whether this is the inside of a container, whose addresses mean nothing outside.
    pub(super) in_container: bool,
}

impl Surroundings {
    /// Looks around.
    pub(super) async fn look(settings: &Settings) -> Self {
        let own = own_addresses();
        let public = match settings.server.public_host.as_deref() {
            Some(host) => resolve(host).await.unwrap_or_default(),
            None => Vec::new(),
        };
        // The files by which Docker and Podman mark their containers.
        let in_container = ["/.dockerenv", "/run/.containerenv"].iter().any(|file| Path::new(file).exists());
        Self { own, public, in_container }
    }

    /// Whether an address leads to this machine.
    pub(super) fn is_here(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_loopback() || self.own.contains(&address)
    }

    /// Whether an address leads to the service: this machine, or where the public host says.
    pub(super) fn is_service(&self, address: IpAddr) -> bool {
        self.is_here(address) || self.public.contains(&address.to_canonical())
    }
}

/// The addresses that the system finds for a host name; an address stands for itself. `None` when the resolver does not
/// answer.
pub(super) async fn resolve(host: &str) -> Option<Vec<IpAddr>> {
    if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        return Some(vec![address.to_canonical()]);
    }
    let found = timeout(PATIENCE, tokio::net::lookup_host((host, 0))).await.ok()?;
    // An unknown name is an error, too, and has no address.
    let found = found.into_iter().flatten();
    let mut addresses: Vec<_> = found.map(|address: SocketAddr| address.ip().to_canonical()).collect();
    addresses.sort();
    addresses.dedup();
    Some(addresses)
}
