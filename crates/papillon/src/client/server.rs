//! The address of the service, as people write it.

use std::net::IpAddr;

/// The port of a notification server.
const MSNP_PORT: u16 = 1863;
/// The port of the nexus of a service with default settings.
const HTTPS_PORT: u16 = 8443;

/// A host, in brackets if it is an IPv6 address, and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Server {
    /// As it stands in a URL.
    pub(super) host: String,
    /// The port.
    pub(super) port: u16,
}

impl Server {
    /// Where `papillon serve` listens on this machine.
    pub(super) fn usual() -> Self {
        Self { host: String::from("127.0.0.1"), port: MSNP_PORT }
    }

    /// Reads `HOST` or `HOST:PORT`; the error shows examples.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        Self::with_port(text, MSNP_PORT).ok_or_else(|| {
            String::from(
                "expected a host and perhaps a port, such as msn.example.org, 10.0.0.1:1863 or [::1]:1863",
            )
        })
    }

    /// The server in `https://HOST[:PORT]/PATH`; the error shows an example.
    pub(super) fn of_url(url: &str) -> Result<Self, String> {
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        let port = match scheme.to_ascii_lowercase().as_str() {
            "https" => Some(443),
            "http" => Some(80),
            _ => None,
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let fits = url.bytes().all(|byte| byte.is_ascii_graphic());
        port.filter(|_| fits)
            .and_then(|port| Self::with_port(authority, port))
            .ok_or_else(|| String::from("expected a URL such as https://msn.example.org:8443/rdr/pprdr.asp"))
    }

    fn with_port(text: &str, usual: u16) -> Option<Self> {
        let bare_v6 = text.parse::<IpAddr>().is_ok_and(|address| address.is_ipv6());
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !bare_v6 && !text.ends_with(']') => (host, port.parse().ok()?),
            _ => (text, usual),
        };
        let host = crate::settings::host(host).ok().filter(|_| port != 0)?;
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_ascii_lowercase() };
        Some(Self { host, port })
    }

    /// The same host, at the port of a notification server.
    pub(super) fn with_usual_port(self) -> Self {
        Self { port: MSNP_PORT, ..self }
    }

    /// The first address at which this service's nexus is looked for, without an option.
    pub(super) fn nexus(&self) -> String {
        format!("https://{}:{HTTPS_PORT}/rdr/pprdr.asp", self.host)
    }

    /// The same for all ways to write the same service.
    #[cfg(unix)]
    pub(super) fn identity(&self) -> String {
        let host = if self.is_loopback() { "localhost" } else { &self.host };
        format!("{host}:{}", self.port)
    }

    /// Whether it is on this machine for certain.
    pub(super) fn is_loopback(&self) -> bool {
        let bare = self.host.trim_matches(['[', ']']);
        match bare.parse::<IpAddr>() {
            Ok(address) => address.to_canonical().is_loopback(),
            Err(_) => bare == "localhost" || bare.ends_with(".localhost"),
        }
    }
}

impl std::fmt::Display for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_has_a_port_or_the_usual_one() {
        for (written, read) in [
            ("localhost", "localhost:1863"),
            ("MSN.example.org:99", "msn.example.org:99"),
            ("::1", "[::1]:1863"),
            ("[::1]", "[::1]:1863"),
            ("[::1]:99", "[::1]:99"),
        ] {
            assert_eq!(Server::parse(written).unwrap().to_string(), read, "{written}");
        }
        for bad in ["", ":1", "a:x", "a:0", "a:65536", "a b", "http://a", "a/b", "[::1", "::1]:5"] {
            assert!(Server::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_server_of_a_url() {
        for (url, server) in [
            ("https://nexus.passport.com/rdr/pprdr.asp", "nexus.passport.com:443"),
            ("HTTPS://a.example:8443", "a.example:8443"),
            ("http://[::1]:80?x", "[::1]:80"),
        ] {
            assert_eq!(Server::of_url(url).unwrap().to_string(), server, "{url}");
        }
        for bad in
            ["", "a.example", "ftp://a.example/", "https://", "https:///x", "https://u@h/", "https://a/ b"]
        {
            assert!(Server::of_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn loopback_hosts() {
        for (host, is) in [
            ("127.0.0.1", true),
            ("127.9.9.9", true),
            ("localhost", true),
            ("a.localhost", true),
            ("::1", true),
            ("[::ffff:127.0.0.1]", true),
            ("10.0.0.1", false),
            ("localhost.example.org", false),
        ] {
            assert_eq!(Server::parse(host).unwrap().is_loopback(), is, "{host}");
        }
    }
}
