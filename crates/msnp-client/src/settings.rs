//! How to reach the service, and what is allowed.

use msnp::{ClientCapabilities, Dialect};

use crate::gateway;
use crate::{DirectConnections, Reconnect, SignInError, Trust};

/// The ports of a service that nobody configured.
const MSNP_PORT: u16 = 1863;
const HTTPS_PORT: u16 = 8443;
/// The port of the nexus of one that lets official clients in.
const USUAL_HTTPS_PORT: u16 = 443;

/// What a [`crate::Builder`] was told, checked.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// `host:port`.
    pub(crate) server: String,
    pub(crate) nexus: hyper::Uri,
    /// Where the nexus may be instead, if nobody said where it is.
    pub(crate) other_nexus: Option<hyper::Uri>,
    pub(crate) gateway: Option<hyper::Uri>,
    /// The connections through it.
    pub(crate) through_gateway: gateway::Open,
    pub(crate) trust: Trust,
    pub(crate) dialect: Dialect,
    pub(crate) direct: DirectConnections,
    pub(crate) reconnect: Option<Reconnect>,
}

impl Settings {
    pub(crate) fn new(
        server: &str,
        nexus: Option<&str>,
        gateway: Option<&str>,
        trust: Trust,
        dialect: Dialect,
        direct: DirectConnections,
        reconnect: Option<Reconnect>,
    ) -> Result<Self, SignInError> {
        let (host, port) = host_and_port(server).ok_or_else(|| {
            SignInError::Setting(format!("{server} is not a server: write HOST or HOST:PORT"))
        })?;
        let usual = |port| url(&format!("https://{host}:{port}/rdr/pprdr.asp"), "nexus", NEXUS);
        let (nexus, other_nexus) = match nexus {
            Some(nexus) => (url(nexus, "nexus", NEXUS)?, None),
            None => (usual(HTTPS_PORT)?, Some(usual(USUAL_HTTPS_PORT)?)),
        };
        Ok(Self {
            server: format!("{host}:{port}"),
            nexus,
            other_nexus,
            gateway: gateway.map(|gateway| url(gateway, "gateway", GATEWAY)).transpose()?,
            through_gateway: gateway::Open::default(),
            trust,
            dialect,
            direct,
            reconnect,
        })
    }

    /// The client id: MSN Messenger 6.0 without any of its extras, or a client from before it.
    pub(crate) const fn capabilities(&self) -> ClientCapabilities {
        if self.dialect.has_objects() { ClientCapabilities(0x1000_0000) } else { ClientCapabilities(0) }
    }
}

/// `HOST`, `HOST:PORT`, `[IPV6]` or `[IPV6]:PORT`.
fn host_and_port(server: &str) -> Option<(&str, u16)> {
    let (host, port) = match server.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, port.parse().ok()?),
        _ => (server, MSNP_PORT),
    };
    let good = !host.is_empty() && !host.contains(|char: char| char.is_whitespace() || char == '/');
    good.then_some((host, port))
}

const NEXUS: &str = "https://HOST/rdr/pprdr.asp";
const GATEWAY: &str = "http://HOST/gateway/gateway.dll";

fn url(text: &str, what: &str, example: &str) -> Result<hyper::Uri, SignInError> {
    let uri: Option<hyper::Uri> = text.parse().ok();
    uri.filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some()).ok_or_else(
        || SignInError::Setting(format!("{text} is not the address of a {what}: write {example}")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports() {
        for (text, expected) in [
            ("localhost", Some(("localhost", 1863))),
            ("127.0.0.1:99", Some(("127.0.0.1", 99))),
            ("[::1]:99", Some(("[::1]", 99))),
            ("[::1]", Some(("[::1]", 1863))),
            ("", None),
            (":1", None),
            ("a:x", None),
            ("a b", None),
            ("http://a", None),
        ] {
            assert_eq!(host_and_port(text), expected, "{text}");
        }
    }
}
