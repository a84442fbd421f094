//! The decision about a packet: a pure function of the packet, its sender and the settings.

use std::net::{IpAddr, SocketAddr};

use hickory_proto::op::{Edns, Message, Metadata, Query as Question, ResponseCode};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};

use super::query::{NoQuery, Query};
use super::{Clients, Others, PublicHost};

/// Seconds for which a client may keep an answer. The address of a laptop changes.
const LIFETIME: u32 = 60;
/// The largest packet, in bytes: this much gets through every network in one piece (DNS flag day 2020).
const LARGEST: u16 = 1232;
/// An answer to a sender whose address may be forged is at most this much larger than the question: the 28 bytes of one
/// IPv6 address (a name of two, ten of type, class, lifetime and length, sixteen of data).
const WORTH: usize = 28;
/// Lower ports are those of services. Some of them answer any packet, and two that answer each other never end.
const FIRST_CLIENT_PORT: u16 = 1024;
/// Other servers ask from this one.
const DNS_PORT: u16 = 53;

/// The transport of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// In a packet, whose sender may be invented.
    Udp,
    /// On a connection.
    Tcp,
}

/// The client that asks, and the address at which it asks.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// The client.
    pub client: SocketAddr,
    /// The address of ours that was asked.
    pub at: IpAddr,
    /// The transport.
    pub over: Transport,
}

impl Asked {
    /// A client that asked at this address of ours. One of IPv4 that came by a socket for both kinds of addresses is
    /// one of IPv4.
    pub fn new(client: SocketAddr, at: IpAddr, over: Transport) -> Self {
        let client = match client.ip().to_canonical() {
            IpAddr::V4(v4) => (v4, client.port()).into(),
            // As it is: a link-local address comes with the link that an answer needs.
            IpAddr::V6(_) => client,
        };
        Self { client, at, over }
    }
}

/// The circumstances on which an answer depends besides the question.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// The clients that get an answer.
    pub clients: &'a Clients,
    /// The treatment of names other than those of the old services.
    pub others: Others,
    /// The names of the old services.
    pub services: &'a [&'a str],
    /// More names that stand for the same.
    pub names: &'a [String],
    /// The addresses of the old names; without it, the address that was asked.
    pub public_host: Option<&'a PublicHost>,
}

impl Rules<'_> {
    /// Whether this client is answered at all. This machine is, at whichever address of its own it asks.
    pub fn serve(&self, asked: &Asked) -> bool {
        let client = asked.client.ip().to_canonical();
        self.clients.include(client) || client == asked.at.to_canonical()
    }
}

/// The decision about a packet.
#[derive(Debug)]
#[non_exhaustive]
pub enum Decision {
    /// Nothing: no answer is due, or none is deserved.
    Drop,
    /// Send this.
    Reply(Vec<u8>),
    /// Ask another server, and send the answer that [`Forward::relay`] makes of its own.
    Forward(Forward),
}

/// A question for another server.
#[derive(Debug, Clone)]
pub struct Forward {
    pub(super) packet: Vec<u8>,
    pub(super) question_len: usize,
    /// The largest answer that the client gets.
    pub(super) limit: usize,
}

/// Decides about `packet`. Its bytes may be anything.
pub fn decide(packet: &[u8], asked: &Asked, rules: &Rules<'_>) -> Decision {
    let port = asked.client.port();
    let is_service = port < FIRST_CLIENT_PORT && port != DNS_PORT;
    // Silence, not a refusal: an answer to a forged sender would trouble a stranger. On a connection the sender is
    // known.
    if !rules.serve(asked) || (asked.over == Transport::Udp && is_service) {
        return Decision::Drop;
    }
    let query = match Query::read(packet) {
        Ok(query) => query,
        Err(NoQuery::Nothing) => return Decision::Drop,
        Err(NoQuery::OtherOperation(metadata)) => return refuse(&metadata, None, ResponseCode::NotImp),
        Err(NoQuery::Malformed(metadata)) => return refuse(&metadata, None, ResponseCode::FormErr),
    };
    if query.edns.is_some_and(|edns| edns.version > 0) {
        return reply(&query, rules, Vec::new(), ResponseCode::BADVERS);
    }
    if query.question.query_class() != DNSClass::IN {
        return reply(&query, rules, Vec::new(), ResponseCode::Refused);
    }
    let name = query.question.name();
    let kind = query.question.query_type();
    let is_old = rules.services.iter().any(|service| is_called(name, service))
        || rules.names.iter().any(|own| is_called(name, own));
    // Clients are told the public host, so they have to find its address. Other records of it are its own server's.
    let is_host = matches!(kind, RecordType::A | RecordType::AAAA)
        && rules.public_host.is_some_and(|host| host.has_addresses() && is_called(name, host.name()));
    if is_old || is_host {
        let records = records(name, kind, &addresses(asked, rules));
        return reply(&query, rules, records, ResponseCode::NoError);
    }
    // Whole zones, and all records of a name: a small question with a large answer.
    let is_large = matches!(kind, RecordType::ANY | RecordType::AXFR | RecordType::IXFR);
    if rules.others == Others::Refuse || is_large {
        return reply(&query, rules, Vec::new(), ResponseCode::Refused);
    }
    Decision::Forward(Forward {
        packet: packet.to_vec(),
        question_len: query.question_len,
        limit: limit(&query, packet.len(), asked, rules),
    })
}

/// The largest answer for this client.
fn limit(query: &Query, asked_len: usize, asked: &Asked, rules: &Rules<'_>) -> usize {
    let room = usize::from(query.size().min(LARGEST));
    match asked.over {
        Transport::Tcp => usize::from(u16::MAX),
        Transport::Udp if rules.clients.trust(asked.client.ip()) => room,
        // A longer answer is cut, and the client asks again on a connection.
        Transport::Udp => room.min(asked_len + WORTH),
    }
}

/// Whether the name is this host's, in any case of letters.
fn is_called(name: &Name, host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let mut labels = host.split('.');
    name.iter().all(|label| labels.next().is_some_and(|own| label.eq_ignore_ascii_case(own.as_bytes())))
        && labels.next().is_none()
}

/// The addresses of the old names, as this client has to see them.
fn addresses(asked: &Asked, rules: &Rules<'_>) -> Vec<IpAddr> {
    let at = asked.at.to_canonical();
    let told = rules.public_host.map(|host| host.addresses_for(at)).unwrap_or_default();
    if told.is_empty() { vec![at] } else { told }
}

/// The records of this kind: one address, or nothing.
fn records(name: &Name, kind: RecordType, addresses: &[IpAddr]) -> Vec<Record> {
    let v4 = addresses.iter().find_map(|address| match address {
        IpAddr::V4(v4) => Some(RData::A((*v4).into())),
        IpAddr::V6(_) => None,
    });
    let v6 = addresses.iter().find_map(|address| match address {
        // A link-local address is of no use without its link, which a record cannot name.
        IpAddr::V6(v6) if !v6.is_unicast_link_local() => Some(RData::AAAA((*v6).into())),
        _ => None,
    });
    let data = match kind {
        RecordType::A => v4,
        RecordType::AAAA => v6,
        // A subset of the records is enough (RFC 8482, 4.1).
        RecordType::ANY => v4.or(v6),
        _ => None,
    };
    data.into_iter().map(|data| Record::from_rdata(name.clone(), LIFETIME, data)).collect()
}

/// An answer to a question that could be read.
fn reply(query: &Query, rules: &Rules<'_>, records: Vec<Record>, code: ResponseCode) -> Decision {
    let mut message = answer_to(&query.metadata, Some(&query.question), code);
    // For the names that it answers itself, this server is the authority.
    message.metadata.authoritative = !records.is_empty();
    message.metadata.recursion_available = rules.others == Others::Forward;
    message.answers = records;
    if query.edns.is_some() {
        let mut edns = Edns::new();
        edns.set_max_payload(LARGEST);
        message.set_edns(edns);
    }
    encoded(&message)
}

/// An answer to something that could not be read as a question.
fn refuse(metadata: &Metadata, question: Option<&Question>, code: ResponseCode) -> Decision {
    encoded(&answer_to(metadata, question, code))
}

fn answer_to(metadata: &Metadata, question: Option<&Question>, code: ResponseCode) -> Message {
    let mut message = Message::response(metadata.id, metadata.op_code);
    message.metadata = Metadata::response_from_request(metadata);
    message.metadata.response_code = code;
    message.add_queries(question.cloned());
    message
}

fn encoded(message: &Message) -> Decision {
    // Every part was read from a packet and can be written; if that fails, the client asks again.
    message.to_vec().map_or(Decision::Drop, Decision::Reply)
}

#[cfg(test)]
mod tests;
