//! Who asks, and how.

use std::net::SocketAddr;

use super::host::{bracketed, host_part, in_url};
use crate::network::plain;

/// Who made a request, and what they call this host. Handlers of pages get it as an extension of
/// the request.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    /// The client's end of the connection.
    pub peer: SocketAddr,
    /// Our end of it.
    pub local: SocketAddr,
    /// The name that the client asked for in its TLS hello; old ones ask for none.
    pub server_name: Option<String>,
    /// Whether the request came by TLS.
    pub secure: bool,
    /// The host as this client knows it, without a port, an IPv6 address in brackets: nothing but
    /// letters, digits and `-_.:[]`. What works for the client so works under every name, through
    /// every NAT and without configuration.
    pub host: String,
}

impl Visitor {
    /// Somebody at the other end of a connection, who has not asked for anything yet.
    pub fn new(peer: SocketAddr, local: SocketAddr) -> Self {
        let (peer, local) = (plain(peer), plain(local));
        Self { peer, local, server_name: None, secure: false, host: bracketed(local.ip()) }
    }

    /// Notes by what name the client calls this host: the one in its request, else the one in
    /// its TLS hello, else the public one, else the address that it reached.
    pub(super) fn calls(&mut self, asked: Option<&str>, public_host: Option<&str>) {
        let server_name = || self.server_name.as_deref().and_then(host_part);
        self.host = asked
            .or_else(server_name)
            .map(str::to_owned)
            .or_else(|| host_part(&in_url(public_host?)).map(str::to_owned))
            .unwrap_or_else(|| bracketed(self.local.ip()));
    }
}
