//! The address of a listener as an operator writes it.

use std::fmt;
use std::net::SocketAddr;

/// All addresses of the machine.
const ANYWHERE: &str = "0.0.0.0";

/// The place of a listener, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ListenAddress {
    /// `none`
    Off,
    /// At this port of all addresses of the machine: those of IPv4, and those of IPv6 where the system has it.
    Anywhere {
        /// The port; port 0 is any free one.
        port: u16,
    },
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
        Self::Anywhere { port }
    }

    /// The port.
    pub(crate) fn port(&self) -> Option<u16> {
        match self {
            Self::Off => None,
            Self::Anywhere { port } | Self::On { port, .. } => Some(*port),
        }
    }

    /// The host, which is that of all IPv4 addresses for all addresses.
    fn host(&self) -> &str {
        match self {
            Self::On { host, .. } => host,
            Self::Off | Self::Anywhere { .. } => ANYWHERE,
        }
    }

    /// Reads `none`, a port, or a host and a port; the error names the expected forms.
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

    /// Whether a listener here keeps one at the other address from opening.
    pub(crate) fn excludes(&self, other: &Self) -> bool {
        let (Some(port), Some(other_port)) = (self.port(), other.port()) else { return false };
        let takes_all = |one: &Self, other: &Self| match one.host() {
            _ if matches!(one, Self::Anywhere { .. }) => true,
            // An address with a colon is one of IPv6, which a listener for IPv4 leaves free. `::` takes IPv4 as well.
            ANYWHERE => !other.host().contains(':') || other.host() == "::",
            "::" => true,
            _ => false,
        };
        port == other_port
            // Port 0 is another one each time.
            && port != 0
            && (self.host() == other.host() || takes_all(self, other) || takes_all(other, self))
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
            Self::Anywhere { port } => write!(f, "{ANYWHERE}:{port}"),
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
    fn a_port_alone_is_for_both_kinds_of_addresses() {
        for (written, both) in
            [("1863", true), (":1863", true), ("0.0.0.0:1863", false), ("[::]:1863", false)]
        {
            let address = ListenAddress::parse(written).unwrap();
            assert_eq!(address == ListenAddress::anywhere(1863), both, "{written}");
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
            ("8080", "[::1]:8080", true),
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
