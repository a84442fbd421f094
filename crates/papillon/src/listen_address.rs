//! The address of a listener as an operator writes it.

use std::fmt;
use std::net::SocketAddr;

/// All addresses of the machine.
const ANYWHERE: &str = "0.0.0.0";

/// Where to listen, or not to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ListenAddress {
    /// `none`
    Off,
    /// At this host and port; port 0 is any free one.
    On {
        /// A name or an address.
        host: String,
        /// The port.
        port: u16,
    },
}

impl ListenAddress {
    /// All addresses of the machine, at `port`.
    pub(crate) fn anywhere(port: u16) -> Self {
        Self::On { host: ANYWHERE.to_owned(), port }
    }

    /// Reads `none`, a port, or a host and a port; the error says what is expected.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let expected = || {
            String::from(
                "expected an address such as 0.0.0.0:1863, [::]:1863 or localhost:1863, a port alone, or none",
            )
        };
        if text.eq_ignore_ascii_case("none") {
            return Ok(Self::Off);
        }
        if let Ok(port) = text.parse() {
            return Ok(Self::anywhere(port));
        }
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(Self::On { host: address.ip().to_string(), port: address.port() });
        }
        let (host, port) = text.rsplit_once(':').ok_or_else(expected)?;
        let port = port.parse().map_err(|_| expected())?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        match host {
            "" => Ok(Self::anywhere(port)),
            _ if host.bytes().all(plain) => Ok(Self::On { host: host.to_owned(), port }),
            _ => Err(expected()),
        }
    }

    /// Whether nobody can listen at the other while somebody listens here.
    pub(crate) fn excludes(&self, other: &Self) -> bool {
        let (Self::On { host, port }, Self::On { host: other_host, port: other_port }) = (self, other) else {
            return false;
        };
        let everywhere = |host: &str, other: &str| match host {
            "0.0.0.0" => !other.contains(':') || other == "::",
            "::" => true,
            _ => false,
        };
        port == other_port
            && *port != 0
            && (host == other_host || everywhere(host, other_host) || everywhere(other_host, host))
    }

    /// Whether there is something to listen at.
    pub(crate) fn is_on(&self) -> bool {
        *self != Self::Off
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("none"),
            Self::On { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::On { host, port } => write!(f, "{host}:{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_are_read() {
        for (written, read) in [
            ("none", "none"),
            ("None", "none"),
            ("1863", "0.0.0.0:1863"),
            (":0", "0.0.0.0:0"),
            ("127.0.0.1:80", "127.0.0.1:80"),
            ("[::1]:80", "[::1]:80"),
            ("localhost:80", "localhost:80"),
        ] {
            assert_eq!(ListenAddress::parse(written).unwrap().to_string(), read, "{written}");
        }
    }

    #[test]
    fn two_at_one_port_exclude_each_other() {
        for (one, other, excludes) in [
            ("8080", "8080", true),
            ("8080", "127.0.0.1:8080", true),
            ("[::]:8080", "8080", true),
            ("localhost:8080", "localhost:8080", true),
            ("127.0.0.1:8080", "127.0.0.2:8080", false),
            ("0.0.0.0:8080", "[::1]:8080", false),
            ("8080", "8443", false),
            ("0", "0", false),
            ("none", "none", false),
        ] {
            let (one, other) = (ListenAddress::parse(one).unwrap(), ListenAddress::parse(other).unwrap());
            assert_eq!((one.excludes(&other), other.excludes(&one)), (excludes, excludes), "{one} {other}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in
            ["", "localhost", "65536", "-1", "a b:1", "::1:80", "localhost:", "http://localhost:80", "x:y"]
        {
            let error = ListenAddress::parse(bad).unwrap_err();
            assert!(error.contains("0.0.0.0:1863"), "{bad}: {error}");
        }
    }
}
