//! The public URL: the address of the pages and the sign-in, where a reverse proxy answers for the service.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use crate::addresses::host_part;

/// The beginning of all addresses, such as `https://msn.example.org`: a scheme, a host, and a port where it is
/// not the scheme's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    secure: bool,
    /// In brackets where it is an IPv6 address.
    host: String,
    port: u16,
}

impl PublicUrl {
    /// Whether it is `https`.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// The host as it stands in a URL: an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The host as [`Config::public_host`](crate::Config::public_host) has it: without brackets.
    pub fn bare_host(&self) -> &str {
        self.host.trim_matches(['[', ']'])
    }

    /// The port, said or not.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl FromStr for PublicUrl {
    type Err = String;

    /// Reads `https://msn.example.org`, with or without a port and a slash; the error names the expected form.
    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || format!("expected an address such as https://msn.example.org, not {text:?}");
        let (scheme, rest) = text.split_once("://").ok_or_else(expected)?;
        let secure = match scheme {
            _ if scheme.eq_ignore_ascii_case("https") => true,
            _ if scheme.eq_ignore_ascii_case("http") => false,
            _ => return Err(expected()),
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains('/') {
            return Err(format!("{}; the pages are at the top of it, not under a path", expected()));
        }
        let host = host_part(authority).ok_or_else(expected)?;
        let port = match authority.get(host.len()..).unwrap_or_default().strip_prefix(':') {
            None if secure => 443,
            None => 80,
            Some(digits) => digits.parse().ok().filter(|port| *port != 0).ok_or_else(expected)?,
        };
        let host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
            Some(v6) => v6.parse::<Ipv6Addr>().map(|v6| format!("[{v6}]")).map_err(|_| expected())?,
            None => host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase(),
        };
        // Something like 192.0.2 or 1.2.3.4.5 is neither an address nor a name.
        let looks_numeric =
            host.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
        if looks_numeric && host.parse::<IpAddr>().is_err() {
            return Err(expected());
        }
        Ok(Self { secure, host, port })
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, usual) = if self.secure { ("https", 443) } else { ("http", 80) };
        write!(f, "{scheme}://{}", self.host)?;
        if self.port == usual { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written() {
        for (written, shown) in [
            ("https://msn.example.org", "https://msn.example.org"),
            ("HTTPS://MSN.example.org:443/", "https://msn.example.org"),
            ("https://msn.example.org:8443", "https://msn.example.org:8443"),
            ("http://192.0.2.7:80", "http://192.0.2.7"),
            ("http://[2001:DB8::1]:8080/", "http://[2001:db8::1]:8080"),
        ] {
            assert_eq!(written.parse::<PublicUrl>().unwrap().to_string(), shown, "{written}");
        }
        let url: PublicUrl = "https://[::1]".parse().unwrap();
        assert_eq!((url.host(), url.bare_host(), url.port(), url.is_secure()), ("[::1]", "::1", 443, true));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in [
            "",
            "msn.example.org",
            "msn.example.org:443",
            "ftp://x",
            "https://",
            "https:///x",
            "https://x/papillon",
            "https://x//",
            "https://u@x",
            "https://x:0",
            "https://x:",
            "https://x:65536",
            "https://x:y",
            "https://a b",
            "https://x?y",
            "https://x#y",
            "https://1.2.3.4.5",
            "https://[::1",
            "https://::1",
        ] {
            let error = bad.parse::<PublicUrl>().unwrap_err();
            assert!(error.contains("https://msn.example.org"), "{bad}: {error}");
        }
    }
}
