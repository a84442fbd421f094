//! The networks to which a machine is attached.

use std::net::Ipv4Addr;

use super::addresses::is_private;

/// The most networks that are told apart.
const MAX_NETWORKS: usize = 8;

/// The private networks to which this machine is attached: a peer in one of them is reached without a router. At most 8
/// count.
///
/// ```
/// use msnp_p2p::direct::AttachedNetworks;
///
/// let home = [("192.168.7.2".parse().unwrap(), "255.255.255.0".parse().unwrap())];
/// let attached: AttachedNetworks = home.into_iter().collect();
/// assert!(attached.contains("192.168.7.9".parse().unwrap()));
/// assert!(!attached.contains("192.168.8.9".parse().unwrap()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AttachedNetworks([Option<Network>; MAX_NETWORKS]);

/// A network: its bits, and the mask that tells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    bits: u32,
    mask: u32,
}

impl Network {
    /// The network of this address of the machine. `None` for one that is not private, and where the mask is none of a
    /// private network: 10.0.0.0/8 is the largest.
    fn of(address: Ipv4Addr, mask: Ipv4Addr) -> Option<Self> {
        let mask = mask.to_bits();
        let is_one =
            is_private(address) && mask.leading_ones() >= 8 && mask.leading_ones() == mask.count_ones();
        is_one.then(|| Self { bits: address.to_bits() & mask, mask })
    }
}

impl AttachedNetworks {
    /// Whether an address is in one of the networks.
    pub fn contains(&self, address: Ipv4Addr) -> bool {
        self.0.iter().flatten().any(|network| address.to_bits() & network.mask == network.bits)
    }
}

/// From the addresses of the machine, each with the mask of its network.
impl FromIterator<(Ipv4Addr, Ipv4Addr)> for AttachedNetworks {
    fn from_iter<I: IntoIterator<Item = (Ipv4Addr, Ipv4Addr)>>(addresses: I) -> Self {
        let mut networks = addresses.into_iter().filter_map(|(address, mask)| Network::of(address, mask));
        Self(std::array::from_fn(|_| networks.next()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attached(own: &[(&str, &str)]) -> AttachedNetworks {
        own.iter().map(|(address, mask)| (address.parse().unwrap(), mask.parse().unwrap())).collect()
    }

    fn contains(own: &[(&str, &str)], address: &str) -> bool {
        attached(own).contains(address.parse().unwrap())
    }

    #[test]
    fn a_network_ends_where_its_mask_says() {
        let own = [("10.1.2.3", "255.255.0.0"), ("192.168.7.130", "255.255.255.128")];
        for (inside, outside) in
            [("10.1.0.1", "10.0.255.255"), ("10.1.255.254", "10.2.0.0"), ("192.168.7.128", "192.168.7.127")]
        {
            assert!(contains(&own, inside) && !contains(&own, outside), "{inside} {outside}");
        }
        assert!(!contains(&[], "10.1.2.3"));
    }

    #[test]
    fn an_address_that_is_not_private_and_a_mask_that_is_none_make_no_network() {
        for own in [
            ("192.0.2.7", "255.255.255.0"),
            ("127.0.0.1", "255.0.0.0"),
            ("169.254.3.4", "255.255.0.0"),
            ("10.1.2.3", "0.0.0.0"),
            ("10.1.2.3", "254.0.0.0"),
            ("10.1.2.3", "255.0.255.0"),
        ] {
            assert_eq!(attached(&[own]), AttachedNetworks::default(), "{own:?}");
        }
        assert!(contains(&[("10.1.2.3", "255.0.0.0")], "10.200.0.1"));
    }

    #[test]
    fn eight_at_most() {
        let own = (0..20).map(|n| (Ipv4Addr::new(10, n, 0, 1), Ipv4Addr::new(255, 255, 0, 0)));
        let attached: AttachedNetworks = own.collect();
        assert!(attached.contains([10, 7, 0, 9].into()) && !attached.contains([10, 8, 0, 9].into()));
    }
}
