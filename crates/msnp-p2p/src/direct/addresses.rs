//! The choice of addresses that are told and dialled.
//!
//! A peer could name any address: without rules it could make this machine connect to printers and
//! routers of its own network. The rules bound that and do not end it, because what a peer says of its network cannot be
//! checked: it can have this machine try at most 6 addresses with ports from 1024 on, for each file that a person offers
//! to it or takes from it. It learns of an address only whether a client with the right nonce is there. The bytes
//! that are sent are those of the handshake.

use std::net::{Ipv4Addr, SocketAddrV4};

use msnp::connection_type::{ConnectionType, NetId};

use super::AttachedNetworks;

/// The most addresses that are told or dialled.
const MAX_ADDRESSES: usize = 6;
/// The lowest port that is dialled: below are services.
const MIN_PORT: u16 = 1024;

/// The private addresses that are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum PrivateAddresses {
    /// None: the peer is in another network.
    #[default]
    Never,
    /// Those in networks to which this machine is attached. For a peer that has not said where it is: in one house
    /// it is there, and further than that nothing is dialled on its word.
    Attached(AttachedNetworks),
    /// All: both are in one network, see [`same_network`], which can have several parts and routers between them.
    All,
}

/// The ranges that are allowed beyond public addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AddressRules {
    /// Private ranges.
    pub private: PrivateAddresses,
    /// Loopback: only for programs that know that both ends are on this machine.
    pub loopback: bool,
}

impl PrivateAddresses {
    fn allow(self, address: Ipv4Addr) -> bool {
        match self {
            Self::Never => !is_private(address),
            Self::Attached(networks) => !is_private(address) || networks.contains(address),
            Self::All => true,
        }
    }
}

impl AddressRules {
    fn allow(self, address: Ipv4Addr) -> bool {
        // 0.0.0.0/8 is this host (RFC 1122), 240.0.0.0/4 is reserved.
        let nowhere = address.octets()[0] == 0
            || address.is_link_local()
            || address.is_multicast()
            || address.is_broadcast()
            || address.octets()[0] >= 240;
        !nowhere && self.private.allow(address) && (self.loopback || !address.is_loopback())
    }
}

/// Private by RFC 1918, or shared behind a provider's translator by RFC 6598.
pub(super) fn is_private(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    address.is_private() || (first == 100 && second & 0xc0 == 64)
}

/// The addresses of a peer that are worth a try, those of the machine itself first; at most 6,
/// each once, no ports below 1024.
pub fn dialable(
    internal: &[SocketAddrV4],
    external: &[SocketAddrV4],
    rules: AddressRules,
) -> Vec<SocketAddrV4> {
    let mut chosen = Vec::new();
    // Internal ones first, in the order of LP.
    for address in internal.iter().chain(external) {
        let good = address.port() >= MIN_PORT && rules.allow(*address.ip()) && !chosen.contains(address);
        if good && chosen.len() < MAX_ADDRESSES {
            chosen.push(*address);
        }
    }
    chosen
}

/// The own addresses that a peer may be told: at most 6, private ones among them, because the
/// peer may be in the same network.
pub fn offerable(addresses: impl IntoIterator<Item = Ipv4Addr>, loopback: bool) -> Vec<Ipv4Addr> {
    let rules = AddressRules { private: PrivateAddresses::All, loopback };
    addresses.into_iter().filter(|address| rules.allow(*address)).take(MAX_ADDRESSES).collect()
}

/// Whether both are in one network, so that private addresses may be dialled: the service sees
/// both at the same address, or sees neither translated while we are at a private address
/// ourselves, which means that the service is in our network too.
pub fn same_network(
    own: NetId,
    own_type: ConnectionType,
    own_seen: Option<Ipv4Addr>,
    peer: NetId,
    peer_type: Option<ConnectionType>,
) -> bool {
    let one_translator = own == peer && own != NetId::default();
    let both_direct =
        own_type == ConnectionType::DirectConnect && peer_type == Some(ConnectionType::DirectConnect);
    one_translator || (both_direct && own_seen.is_some_and(|seen| is_private(seen) || seen.is_loopback()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialled(addresses: &[&str], rules: AddressRules) -> Vec<String> {
        let addresses: Vec<SocketAddrV4> = addresses.iter().map(|text| text.parse().unwrap()).collect();
        dialable(&addresses, &[], rules).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn never_to_nowhere() {
        let never =
            ["0.0.0.0:2000", "127.0.0.1:2000", "169.254.1.1:2000", "224.0.0.1:2000", "255.255.255.255:2000"];
        assert_eq!(
            dialled(&never, AddressRules { private: PrivateAddresses::All, loopback: false }),
            [""; 0]
        );
        assert_eq!(dialled(&["192.0.2.9:1023", "192.0.2.9:0"], AddressRules::default()), [""; 0]);
        let loopback = AddressRules { private: PrivateAddresses::Never, loopback: true };
        assert_eq!(dialled(&never, loopback), ["127.0.0.1:2000"]);
    }

    #[test]
    fn private_ranges_only_in_one_network() {
        let offered =
            ["10.0.0.10:1140", "172.16.0.1:1140", "192.168.1.1:1140", "100.64.0.1:1140", "192.0.2.9:1140"];
        assert_eq!(dialled(&offered, AddressRules::default()), ["192.0.2.9:1140"]);
        assert_eq!(
            dialled(&offered, AddressRules { private: PrivateAddresses::All, loopback: false }),
            offered
        );
    }

    #[test]
    fn of_private_ranges_those_that_this_machine_is_attached_to() {
        let networks = [([192, 168, 7, 2].into(), [255, 255, 255, 0].into())].into_iter().collect();
        let rules = AddressRules { private: PrivateAddresses::Attached(networks), loopback: false };
        let offered =
            ["192.168.7.9:1140", "192.168.1.1:1140", "10.0.0.1:1140", "127.0.0.1:1140", "192.0.2.9:1140"];
        assert_eq!(dialled(&offered, rules), ["192.168.7.9:1140", "192.0.2.9:1140"]);
    }

    #[test]
    fn six_at_most_and_each_once() {
        let many: Vec<String> = (0..20).map(|n| format!("192.0.2.{}:4000", n / 2)).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let dialled = dialled(&many, AddressRules::default());
        assert_eq!(dialled.len(), 6);
        assert_eq!(dialled[5], "192.0.2.5:4000");
    }

    #[test]
    fn own_addresses() {
        let own = ["127.0.0.1", "169.254.0.9", "192.168.1.2", "192.0.2.2"].map(|text| text.parse().unwrap());
        assert_eq!(offerable(own, false), [own[2], own[3]]);
        assert_eq!(offerable(own, true), [own[0], own[2], own[3]]);
    }

    #[test]
    fn one_network() {
        use ConnectionType::{DirectConnect, SymmetricNat};
        let (a, b) = (NetId(1), NetId(2));
        assert!(same_network(a, SymmetricNat, None, a, None));
        assert!(!same_network(a, SymmetricNat, None, b, None));
        let none = NetId::default();
        assert!(!same_network(none, SymmetricNat, None, none, None));
        let lan = Some(Ipv4Addr::new(192, 168, 1, 2));
        assert!(same_network(none, DirectConnect, lan, none, Some(DirectConnect)));
        assert!(!same_network(none, DirectConnect, lan, none, Some(SymmetricNat)));
        let public = Some(Ipv4Addr::new(192, 0, 2, 2));
        assert!(!same_network(none, DirectConnect, public, none, Some(DirectConnect)));
    }

    #[test]
    fn each_reserved_range_ends_where_it_ends() {
        let allowed = |address: &str| AddressRules::default().allow(address.parse().unwrap());
        for (inside, outside) in [
            ("0.255.255.255", "1.0.0.0"),
            ("169.254.0.0", "169.253.255.255"),
            ("224.0.0.0", "223.255.255.255"),
            ("239.255.255.255", "169.255.0.0"),
            ("240.0.0.0", "100.63.255.255"),
            ("255.255.255.255", "100.128.0.0"),
            ("100.64.0.0", "101.64.0.0"),
            ("100.127.255.255", "99.64.0.1"),
            ("172.31.0.1", "172.32.0.1"),
            ("127.0.0.1", "126.0.0.1"),
        ] {
            assert!(!allowed(inside) && allowed(outside), "{inside} {outside}");
        }
    }

    #[test]
    fn ports_of_services_are_not_dialled() {
        let ports = ["192.0.2.9:1023", "192.0.2.9:1024"];
        assert_eq!(dialled(&ports, AddressRules::default()), ["192.0.2.9:1024"]);
    }

    #[test]
    fn own_addresses_are_six_at_most() {
        let own = (1..=20).map(|last| Ipv4Addr::new(192, 0, 2, last));
        assert_eq!(offerable(own, false).len(), 6);
    }

    #[test]
    fn a_service_on_this_machine_is_in_the_network() {
        use ConnectionType::DirectConnect;
        let seen = |address| same_network(NetId(0), DirectConnect, address, NetId(0), Some(DirectConnect));
        assert!(seen(Some(Ipv4Addr::LOCALHOST)) && !seen(None));
    }
}
