//! The address of a service, as users write it.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// The port of a notification server.
const MSNP_PORT: u16 = 1863;
/// The port of the nexus of a service with default settings.
const HTTPS_PORT: u16 = 8443;
/// The port of the nexus of a service that lets official clients in, and of `https`.
const USUAL_HTTPS_PORT: u16 = 443;
const HTTP_PORT: u16 = 80;

/// A host and a port.
///
/// ```
/// use msnp_client::ServerAddress;
///
/// let server: ServerAddress = "msn.example.org".parse().unwrap();
/// assert_eq!(server.to_string(), "msn.example.org:1863");
/// assert_eq!(server.https().to_string(), "msn.example.org:8443");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ServerAddress {
    /// In brackets if it is an IPv6 address.
    host: String,
    port: u16,
}

/// The reason for which a text is not the address of a server: the expected form, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidAddress(&'static str);

const EXPECTED: InvalidAddress = InvalidAddress(
    "expected a host and perhaps a port, such as msn.example.org, 10.0.0.1:1863 or [::1]:1863",
);
const EXPECTED_URL: InvalidAddress =
    InvalidAddress("expected a URL such as https://msn.example.org:8443/rdr/pprdr.asp");

impl ServerAddress {
    /// The address of a service on this machine with default settings: 127.0.0.1:1863.
    pub fn local() -> Self {
        Self { host: String::from("127.0.0.1"), port: MSNP_PORT }
    }

    /// The server in `https://HOST[:PORT]/PATH`, or the same with `http`.
    ///
    /// # Errors
    ///
    /// [`InvalidAddress`] when it is not such a URL.
    pub fn of_url(url: &str) -> Result<Self, InvalidAddress> {
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        let port = match scheme.to_ascii_lowercase().as_str() {
            "https" => Some(USUAL_HTTPS_PORT),
            "http" => Some(HTTP_PORT),
            _ => None,
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let fits = url.bytes().all(|byte| byte.is_ascii_graphic());
        port.filter(|_| fits).and_then(|port| Self::with_port(authority, port)).ok_or(EXPECTED_URL)
    }

    /// Reads `HOST` or `HOST:PORT`.
    pub(crate) fn with_port(text: &str, usual: u16) -> Option<Self> {
        let bare_v6 = text.parse::<IpAddr>().is_ok_and(|address| address.is_ipv6());
        let (host, port) = match text.rsplit_once(':') {
            // The last group of a bare `fe80::1`, and of `[::1]` without a port, is no port although a colon stands
            // before it.
            Some((host, port)) if !bare_v6 && !text.ends_with(']') => (host, port.parse().ok()?),
            _ => (text, usual),
        };
        let host = host_as_in_url(host).filter(|_| port != 0)?;
        Some(Self { host, port })
    }

    /// The host, as it stands in a URL: an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The notification server at the usual port of the same host.
    pub fn notification(&self) -> Self {
        self.at(MSNP_PORT)
    }

    /// The first guess at the address of the service's HTTPS listener, when only its notification server is known: port
    /// 8443 of the same host. Signing in begins there.
    pub fn https(&self) -> Self {
        self.at(HTTPS_PORT)
    }

    /// The second guess, when no listener is there.
    pub(crate) fn usual_https(&self) -> Self {
        self.at(USUAL_HTTPS_PORT)
    }

    /// Whether it is on this machine for certain.
    pub fn is_loopback(&self) -> bool {
        let bare = self.host.trim_matches(['[', ']']);
        match bare.parse::<IpAddr>() {
            // `::ffff:127.0.0.1` is this machine as well.
            Ok(address) => address.to_canonical().is_loopback(),
            // These names never leave the machine (RFC 6761). Any other one may be made to lead here, or away, by a DNS
            // server.
            Err(_) => bare == "localhost" || bare.ends_with(".localhost"),
        }
    }

    fn at(&self, port: u16) -> Self {
        Self { host: self.host.clone(), port }
    }
}

/// A name or an address, as it stands in a URL; `None` when it is neither.
fn host_as_in_url(text: &str) -> Option<String> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let label = |label: &str| {
        // DNS carries labels of up to 63 bytes and names of up to 253 (RFC 1035).
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let is_name = bare.len() <= 253 && bare.split('.').all(label);
    match bare.parse::<IpAddr>() {
        Ok(IpAddr::V6(_)) => Some(format!("[{bare}]")),
        Ok(IpAddr::V4(_)) => Some(bare.to_owned()),
        Err(_) => is_name.then(|| bare.to_ascii_lowercase()),
    }
}

impl FromStr for ServerAddress {
    type Err = InvalidAddress;

    /// Reads `HOST` or `HOST:PORT`; without one the port is 1863.
    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        Self::with_port(text, MSNP_PORT).ok_or(EXPECTED)
    }
}

impl fmt::Display for ServerAddress {
    /// Writes `HOST:PORT`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
            ("127.0.0.1:99", "127.0.0.1:99"),
            ("MSN.example.org:99", "msn.example.org:99"),
            ("::1", "[::1]:1863"),
            ("[::1]", "[::1]:1863"),
            ("[::1]:99", "[::1]:99"),
        ] {
            assert_eq!(written.parse::<ServerAddress>().unwrap().to_string(), read, "{written}");
        }
        for bad in ["", ":1", "a:x", "a:0", "a:65536", "a b", "http://a", "a/b", "[::1", "::1]:5"] {
            assert!(bad.parse::<ServerAddress>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_server_of_a_url() {
        for (url, server) in [
            ("https://nexus.passport.com/rdr/pprdr.asp", "nexus.passport.com:443"),
            ("HTTPS://a.example:8443", "a.example:8443"),
            ("http://[::1]:80?x", "[::1]:80"),
        ] {
            assert_eq!(ServerAddress::of_url(url).unwrap().to_string(), server, "{url}");
        }
        for bad in
            ["", "a.example", "ftp://a.example/", "https://", "https:///x", "https://u@h/", "https://a/ b"]
        {
            assert!(ServerAddress::of_url(bad).is_err(), "{bad}");
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
            assert_eq!(host.parse::<ServerAddress>().unwrap().is_loopback(), is, "{host}");
        }
    }
}
