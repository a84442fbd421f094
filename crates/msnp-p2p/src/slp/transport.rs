//! The bodies that negotiate a direct connection.

use std::net::{Ipv4Addr, SocketAddrV4};

use msnp::connection_type::{ConnectionType, NetId};

use super::Fields;
use crate::Guid;

/// The most addresses of one kind that are read.
const MAX_ADDRESSES: usize = 16;

/// `application/x-msnmsgr-transreqbody`: asks for a direct connection.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TransportRequest {
    /// `Bridges`: the carriers that the inviter can use, the best first.
    pub bridges: Vec<String>,
    /// `NetID`: the address that the service sees. Not to be trusted.
    pub net_id: NetId,
    /// `Conn-Type`; `None` when missing or of an unknown name.
    pub connection_type: Option<ConnectionType>,
    /// `UPnPNat`: a router that opens ports.
    pub upnp: bool,
    /// `ICF`: the firewall of Windows XP is on.
    pub icf: bool,
    /// `Hashed-Nonce`, of later clients.
    pub hashed_nonce: Option<Guid>,
}

impl TransportRequest {
    /// Reads the body. A field that is missing or cannot be read is empty, zero or false.
    pub fn from_fields(fields: &Fields) -> Self {
        Self {
            bridges: words(fields, "Bridges").map(str::to_owned).collect(),
            net_id: fields.get("NetID").and_then(|id| NetId::parse(id).ok()).unwrap_or_default(),
            connection_type: fields.get("Conn-Type").and_then(|name| ConnectionType::parse(name).ok()),
            upnp: truth(fields, "UPnPNat"),
            icf: truth(fields, "ICF"),
            hashed_nonce: fields.get("Hashed-Nonce").and_then(Guid::parse),
        }
    }

    /// The body in the order of MSN Messenger 6.
    pub fn to_fields(&self) -> Fields {
        let mut fields = Fields::new();
        fields.push("Bridges", self.bridges.join(" "));
        fields.push("NetID", self.net_id);
        fields.push("Conn-Type", self.connection_type.unwrap_or(ConnectionType::UnknownConnect));
        fields.push("UPnPNat", self.upnp);
        fields.push("ICF", self.icf);
        if let Some(hash) = self.hashed_nonce {
            fields.push("Hashed-Nonce", hash);
        }
        fields
    }

    /// Whether TCP is among the bridges.
    pub fn supports_tcp(&self) -> bool {
        self.bridges.iter().any(|bridge| bridge.eq_ignore_ascii_case("TCPv1"))
    }
}

/// `application/x-msnmsgr-transrespbody`: the addresses to connect to, or none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TransportResponse {
    /// `Bridge`: the choice. AMSN names two.
    pub bridge: String,
    /// `Listening`: whether the side that writes this has a socket open.
    pub listening: bool,
    /// `Nonce`: the proof of the connecting side.
    pub nonce: Option<Guid>,
    /// `Hashed-Nonce`, of later clients.
    pub hashed_nonce: Option<Guid>,
    /// `IPv4Internal-Addrs` and their port: addresses of the machine itself.
    pub internal: Vec<SocketAddrV4>,
    /// `IPv4External-Addrs` and their port: addresses seen from outside.
    pub external: Vec<SocketAddrV4>,
}

impl TransportResponse {
    /// The answer of a side that does not listen: the switchboard carries the data, then.
    pub fn not_listening() -> Self {
        Self { bridge: "TCPv1".into(), nonce: Some(Guid::ZERO), ..Self::default() }
    }

    /// Reads the body. A field that is missing or cannot be read is empty or false, and no more than 16
    /// addresses of a kind count. Windows Live Messenger 2009 writes names and values backwards
    /// to get them past routers that rewrite them; both are read.
    pub fn from_fields(fields: &Fields) -> Self {
        Self {
            bridge: fields.get("Bridge").unwrap_or_default().to_owned(),
            listening: truth(fields, "Listening"),
            nonce: fields.get("Nonce").and_then(Guid::parse),
            hashed_nonce: fields.get("Hashed-Nonce").and_then(Guid::parse),
            internal: addresses(fields, "IPv4Internal-Addrs", "IPv4Internal-Port"),
            external: addresses(fields, "IPv4External-Addrs", "IPv4External-Port"),
        }
    }

    /// The body in the order of MSN Messenger 6.
    pub fn to_fields(&self) -> Fields {
        let mut fields = Fields::new();
        fields.push("Bridge", &self.bridge);
        fields.push("Listening", self.listening);
        if let Some(nonce) = self.nonce {
            fields.push("Nonce", nonce);
        }
        if let Some(hash) = self.hashed_nonce {
            fields.push("Hashed-Nonce", hash);
        }
        push_addresses(&mut fields, "IPv4External", &self.external);
        push_addresses(&mut fields, "IPv4Internal", &self.internal);
        fields
    }

    /// Whether TCP is the choice.
    pub fn chooses_tcp(&self) -> bool {
        self.bridge.split_ascii_whitespace().any(|bridge| bridge.eq_ignore_ascii_case("TCPv1"))
    }
}

fn push_addresses(fields: &mut Fields, kind: &str, addresses: &[SocketAddrV4]) {
    let Some(first) = addresses.first() else { return };
    let words: Vec<_> = addresses.iter().map(|address| address.ip().to_string()).collect();
    fields.push(&format!("{kind}-Addrs"), words.join(" "));
    // One port for all: they are the addresses of one listener.
    fields.push(&format!("{kind}-Port"), first.port());
}

fn words<'a>(fields: &'a Fields, name: &str) -> impl Iterator<Item = &'a str> {
    fields.get(name).unwrap_or_default().split_ascii_whitespace()
}

fn truth(fields: &Fields, name: &str) -> bool {
    fields.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// A value, from a field of that name or of the name written backwards.
fn either_way(fields: &Fields, name: &str) -> String {
    let backwards = |text: &str| text.chars().rev().collect::<String>();
    match fields.get(name) {
        Some(value) => value.to_owned(),
        None => fields.get(&backwards(name)).map(backwards).unwrap_or_default(),
    }
}

/// Every address with every port; some peers name several of both.
fn addresses(fields: &Fields, addresses: &str, ports: &str) -> Vec<SocketAddrV4> {
    let (addresses, ports) = (either_way(fields, addresses), either_way(fields, ports));
    let ports: Vec<u16> = ports.split_ascii_whitespace().filter_map(|port| port.parse().ok()).collect();
    let addresses = addresses.split_ascii_whitespace().filter_map(|word| word.parse::<Ipv4Addr>().ok());
    // Both lists are the peer's, so their product is cut before it is collected.
    addresses
        .flat_map(|address| ports.iter().map(move |port| SocketAddrV4::new(address, *port)))
        .take(MAX_ADDRESSES)
        .collect()
}
