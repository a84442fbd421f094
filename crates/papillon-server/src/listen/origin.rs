//! The origin of a connection: its entry point, and the addresses of both sides.

use std::net::{IpAddr, SocketAddr};

/// The entry point of a connection: one of the listeners, or the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryPoint {
    /// The MSNP listener.
    Msnp,
    /// The dispatch listener. It refers each client to the MSNP listener.
    Dispatch,
    /// The HTTP gateway.
    Gateway,
}

/// A connection as it has been accepted. The address at which it arrived is not known at once: only the notification
/// server needs it, so a switchboard's connection spares the question.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival {
    pub(crate) client: SocketAddr,
    /// Where something else than the socket has told it.
    pub(crate) local: Option<SocketAddr>,
    pub(crate) entry_point: EntryPoint,
    /// As with an [`Origin`].
    pub(crate) by_proxy: bool,
}

impl Arrival {
    /// The origin of the connection; `ask` has the address of the socket.
    pub(crate) fn origin(self, ask: impl FnOnce() -> Option<SocketAddr>) -> Option<Origin> {
        let Self { client, local, entry_point, by_proxy } = self;
        let local = local.or_else(|| ask().map(plain))?;
        Some(Origin { client, local, entry_point, by_proxy })
    }
}

impl From<Origin> for Arrival {
    fn from(origin: Origin) -> Self {
        let Origin { client, local, entry_point, by_proxy } = origin;
        Self { client, local: Some(local), entry_point, by_proxy }
    }
}

/// The origin of a connection, and the address at which it arrived. A client of the gateway has no port: its
/// connections come and go, and may be a proxy's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin {
    pub(crate) client: SocketAddr,
    pub(crate) local: SocketAddr,
    pub(crate) entry_point: EntryPoint,
    /// Whether a proxy named both addresses, in the PROXY protocol. They are then those of the proxy's connection with
    /// its client.
    pub(crate) by_proxy: bool,
}

/// An end of a connection as everybody is to see it: an IPv4 address that a socket for both kinds has mapped into
/// IPv6 (`::ffff:192.0.2.1`) is itself again.
pub(crate) fn plain(end: SocketAddr) -> SocketAddr {
    match end.ip().to_canonical() {
        IpAddr::V4(v4) => (v4, end.port()).into(),
        // As it is, with the scope that a link-local address needs.
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
