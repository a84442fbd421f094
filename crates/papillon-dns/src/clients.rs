//! The set of clients that get an answer.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

/// The addresses that are answered: by default those that cannot come from the open Internet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clients {
    any: bool,
    private: bool,
    networks: Vec<IpNet>,
}

impl Default for Clients {
    fn default() -> Self {
        Self { any: false, private: true, networks: Vec::new() }
    }
}

impl Clients {
    /// Whether a client at this address is answered.
    pub fn include(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.any
            || (self.private && is_private(address))
            || self.networks.iter().any(|network| network.contains(&address))
    }

    /// Whether the operator vouches for this address: it is private, or in a network that was named. `any` vouches for
    /// no address: senders of packets can be forged, and a private one cannot come from the internet.
    pub fn trust(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        is_private(address) || self.networks.iter().any(|network| network.contains(&address))
    }
}

/// Loopback, private and link-local addresses. The addresses that providers share among their
/// customers (100.64.0.0/10) are not among them: there, neighbours are strangers.
pub(super) fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

/// A word that is neither of the two, nor an address, nor a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected private, any, or addresses and networks such as 203.0.113.7 and 100.64.0.0/10, separated by commas"
)]
pub struct BadClients;

impl FromStr for Clients {
    type Err = BadClients;

    fn from_str(text: &str) -> Result<Self, BadClients> {
        let mut clients = Self { any: false, private: false, networks: Vec::new() };
        for word in text.split(',').map(str::trim) {
            match word {
                "any" => clients.any = true,
                "private" => clients.private = true,
                _ => clients.networks.push(network(word).ok_or(BadClients)?),
            }
        }
        Ok(clients)
    }
}

fn network(word: &str) -> Option<IpNet> {
    word.parse().ok().or_else(|| word.parse::<IpAddr>().ok().map(|one| one.to_canonical().into()))
}

impl fmt::Display for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [(self.any, "any"), (self.private, "private")];
        let words = words.into_iter().filter(|(said, _)| *said).map(|(_, word)| word.to_owned());
        let networks = self.networks.iter().map(ToString::to_string);
        f.write_str(&words.chain(networks).collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn by_default_nobody_from_the_internet_is_answered() {
        let clients = Clients::default();
        for near in [
            "127.0.0.1",
            "127.1.2.3",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.7",
            "169.254.3.4",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:192.168.1.7",
        ] {
            assert!(clients.include(ip(near)), "{near}");
        }
        for far in [
            "0.0.0.0",
            "8.8.8.8",
            "100.64.0.1",
            "172.32.0.1",
            "192.169.0.1",
            "255.255.255.255",
            "2001:db8::1",
            "::",
            "::ffff:8.8.8.8",
            "ff02::1",
        ] {
            assert!(!clients.include(ip(far)), "{far}");
        }
    }

    #[test]
    fn the_operator_can_name_others() {
        let clients: Clients = "private, 100.64.0.0/10,203.0.113.7,2001:db8::/32".parse().unwrap();
        for served in ["10.0.0.1", "100.100.1.1", "::ffff:100.100.1.1", "203.0.113.7", "2001:db8:1::1"] {
            assert!(clients.include(ip(served)) && clients.trust(ip(served)), "{served}");
        }
        assert!(!clients.include(ip("203.0.113.8")));
        assert_eq!(clients.to_string().parse::<Clients>(), Ok(clients));
        let only: Clients = "203.0.113.0/24".parse().unwrap();
        assert!(!only.include(ip("10.0.0.1")));
    }

    #[test]
    fn anybody_is_not_everybody_one_trusts() {
        let clients: Clients = "any".parse().unwrap();
        assert!(clients.include(ip("8.8.8.8")) && !clients.trust(ip("8.8.8.8")));
        assert!(clients.trust(ip("10.0.0.1")));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for bad in ["", "public", "10.0.0.0/33", "10.0.0", "private,", "any;private", "x/8"] {
            assert_eq!(bad.parse::<Clients>(), Err(BadClients), "{bad}");
        }
    }
}
