//! The addresses of the public host.

use std::net::IpAddr;
use std::time::Duration;

use tokio::time::timeout;

/// The time limit of the system's resolver. It may be one that asks this listener.
const PATIENCE: Duration = Duration::from_secs(5);

/// The public host, and the addresses that the system knows for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicHost {
    name: String,
    addresses: Vec<IpAddr>,
}

impl PublicHost {
    /// A host with these addresses. With none, it is as if there were no public host.
    pub fn new(name: impl Into<String>, addresses: Vec<IpAddr>) -> Self {
        Self { name: name.into(), addresses }
    }

    /// A configured host: an address, which stands for itself, or a name whose addresses are not
    /// known yet.
    pub(super) fn unresolved(host: &str) -> Self {
        let bare = host.trim_matches(['[', ']']);
        Self::new(host, bare.parse().ok().into_iter().map(|address: IpAddr| address.to_canonical()).collect())
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn is_name(&self) -> bool {
        self.name.trim_matches(['[', ']']).parse::<IpAddr>().is_err()
    }

    pub(super) fn has_addresses(&self) -> bool {
        !self.addresses.is_empty()
    }

    /// The addresses for a client that asked at `at`. Many a machine has its own name at a loopback
    /// address in its hosts file (Debian: 127.0.1.1), and no other machine gets there.
    pub(super) fn addresses_for(&self, at: IpAddr) -> Vec<IpAddr> {
        let reachable = |address: &&IpAddr| at.is_loopback() || !address.is_loopback();
        self.addresses.iter().filter(reachable).copied().collect()
    }

    /// Asks the system for the addresses of this name; `None` when it does not know, or not soon
    /// enough.
    pub(super) async fn resolve(&self) -> Option<Self> {
        let found = timeout(PATIENCE, tokio::net::lookup_host((self.name.as_str(), 0))).await.ok()?.ok()?;
        let addresses: Vec<_> = found.map(|address| address.ip().to_canonical()).collect();
        (!addresses.is_empty()).then(|| Self::new(self.name.clone(), addresses))
    }
}
