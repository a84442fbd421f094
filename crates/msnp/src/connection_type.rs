//! The way in which a client's machine is connected, told to a peer before a direct connection.
//!
//! A client compares its own socket with the address that the service reports (`ClientIP` and
//! `ClientPort` of the profile message). Source: HYP *MSNP9*, DotMSN and msn-pecan,
//! see `docs/protocol/sources.md`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::Invalid;

/// The value of `Conn-Type`. It is only a label: no client tests the filtering that the names promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectionType {
    /// The service sees the client's own address and port.
    DirectConnect,
    /// The address is translated, the port is not.
    IpRestrictNat,
    /// The port is translated, the address is not.
    PortRestrictNat,
    /// Both are translated.
    SymmetricNat,
    /// Behind a translator of unknown kind.
    UnknownNat,
    /// Unknown, as over HTTP.
    UnknownConnect,
    /// No connection gets in.
    Firewall,
}

impl ConnectionType {
    /// Every value.
    pub const ALL: [Self; 7] = [
        Self::DirectConnect,
        Self::IpRestrictNat,
        Self::PortRestrictNat,
        Self::SymmetricNat,
        Self::UnknownNat,
        Self::UnknownConnect,
        Self::Firewall,
    ];

    /// The name as it stands in `Conn-Type`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DirectConnect => "Direct-Connect",
            Self::IpRestrictNat => "IP-Restrict-NAT",
            Self::PortRestrictNat => "Port-Restrict-NAT",
            Self::SymmetricNat => "Symmetric-NAT",
            Self::UnknownNat => "Unknown-NAT",
            Self::UnknownConnect => "Unknown-Connect",
            Self::Firewall => "Firewall",
        }
    }

    /// Reads a name, in any case.
    ///
    /// # Errors
    /// [`Invalid::Parameter`] for a name that is none of the seven.
    pub fn parse(name: &str) -> Result<Self, Invalid> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(name))
            .ok_or(Invalid::Parameter("connection type"))
    }

    /// Compares the client's end of its connection with the address that the service sees. `seen_port`
    /// is the plain port (see [`client_port_from_wire`]); 0 means HTTP and tells nothing.
    pub fn from_addresses(
        local: Option<SocketAddr>,
        seen_ip: Option<IpAddr>,
        seen_port: Option<u16>,
    ) -> Self {
        let (Some(local), Some(ip), Some(port)) = (local, seen_ip, seen_port.filter(|port| *port != 0))
        else {
            return Self::UnknownConnect;
        };
        // A socket for both families shows an IPv4 peer as ::ffff:a.b.c.d.
        match (local.ip().to_canonical() == ip.to_canonical(), local.port() == port) {
            (true, true) => Self::DirectConnect,
            (true, false) => Self::PortRestrictNat,
            (false, true) => Self::IpRestrictNat,
            (false, false) => Self::SymmetricNat,
        }
    }
}

impl fmt::Display for ConnectionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The number to write in `ClientPort` for a port: its two bytes change places, because the
/// original service printed the port in network order as if it were a little-endian number.
pub const fn client_port_to_wire(port: u16) -> u16 {
    port.swap_bytes()
}

/// The port that a number in `ClientPort` stands for.
pub const fn client_port_from_wire(number: u16) -> u16 {
    number.swap_bytes()
}

/// An IPv4 address as `NetID` has it: its four bytes read as a little-endian number.
/// Peers lie in it; two equal values only hint at one translator before both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct NetId(pub u32);

impl NetId {
    /// Reads a decimal number from -2^31 to 2^32-1: clients write it signed and unsigned.
    ///
    /// # Errors
    /// [`Invalid::Parameter`] for a word that is no number, or one out of that range.
    pub fn parse(word: &str) -> Result<Self, Invalid> {
        let invalid = Invalid::Parameter("NetID");
        let number: i64 = word.parse().map_err(|_| invalid)?;
        // Unsigned first: only a negative number is left for the signed reading.
        u32::try_from(number)
            .or_else(|_| i32::try_from(number).map(i32::cast_unsigned))
            .map(Self)
            .map_err(|_| invalid)
    }

    /// The address it stands for.
    pub const fn address(self) -> Ipv4Addr {
        let [a, b, c, d] = self.0.to_le_bytes();
        Ipv4Addr::new(a, b, c, d)
    }
}

impl From<Ipv4Addr> for NetId {
    fn from(address: Ipv4Addr) -> Self {
        Self(u32::from_le_bytes(address.octets()))
    }
}

impl fmt::Display for NetId {
    /// Writes it signed, as the official clients do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.cast_signed().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for kind in ConnectionType::ALL {
            assert_eq!(ConnectionType::parse(kind.name()), Ok(kind));
        }
        assert_eq!(ConnectionType::parse("ISALike"), Err(Invalid::Parameter("connection type")));
    }

    #[test]
    fn the_table_of_addresses_and_ports() {
        let local: SocketAddr = "192.0.2.1:1863".parse().unwrap();
        let seen = |ip: &str, port| {
            ConnectionType::from_addresses(Some(local), Some(ip.parse().unwrap()), Some(port))
        };
        assert_eq!(seen("192.0.2.1", 1863), ConnectionType::DirectConnect);
        assert_eq!(seen("::ffff:192.0.2.1", 1863), ConnectionType::DirectConnect);
        assert_eq!(seen("192.0.2.1", 1864), ConnectionType::PortRestrictNat);
        assert_eq!(seen("203.0.113.7", 1863), ConnectionType::IpRestrictNat);
        assert_eq!(seen("203.0.113.7", 1864), ConnectionType::SymmetricNat);
        assert_eq!(seen("192.0.2.1", 0), ConnectionType::UnknownConnect);
        for (local, ip, port) in [
            (None, Some(local.ip()), Some(1863)),
            (Some(local), None, Some(1863)),
            (Some(local), Some(local.ip()), None),
        ] {
            assert_eq!(ConnectionType::from_addresses(local, ip, port), ConnectionType::UnknownConnect);
        }
    }

    #[test]
    fn client_ports_are_swapped() {
        for (port, number) in [(1863, 18183), (1026, 516), (1586, 12806), (0, 0)] {
            assert_eq!(client_port_to_wire(port), number);
            assert_eq!(client_port_from_wire(number), port);
        }
    }

    #[test]
    fn net_ids_of_captures() {
        for (text, address) in [
            ("-1388627126", [74, 59, 59, 173]),
            ("-1580793919", [193, 255, 198, 161]),
            ("-1280904111", [81, 244, 166, 179]),
            ("-1689699384", [200, 59, 73, 155]),
        ] {
            let address = Ipv4Addr::from(address);
            let id = NetId::from(address);
            assert_eq!(id.to_string(), text);
            assert_eq!(NetId::parse(text), Ok(id));
            assert_eq!(NetId::parse(&id.0.to_string()), Ok(id));
            assert_eq!(id.address(), address);
        }
        for bad in ["", "x", "4294967296", "-2147483649", "1.2.3.4"] {
            assert!(NetId::parse(bad).is_err(), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics_and_every_address_reads_back(text: String, address: Ipv4Addr) {
            let _ = (ConnectionType::parse(&text), NetId::parse(&text));
            let id = NetId::from(address);
            proptest::prop_assert_eq!(NetId::parse(&id.to_string()).map(NetId::address), Ok(address));
        }
    }
}
