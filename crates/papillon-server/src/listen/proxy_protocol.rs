//! The PROXY protocol, versions 1 and 2: the client of a proxy's connection.
//!
//! A proxy that speaks it says this in a header before the client's own bytes (HAProxy,
//! `doc/proxy-protocol.txt`). Any client could: a header counts only from addresses that the operator trusts.
//! From these it may be left out, so that programs on a proxy's machine are served without one. That gives
//! nothing away: a client that can choose the first bytes of a connection from there could write a header, too.

#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod introduction;
mod trusted;
#[cfg(any(test, feature = "old-windows"))]
mod write;

use std::net::SocketAddr;

use ppp::v2::{self, Command, Protocol, Type};
use ppp::{HeaderResult, PartialResult, v1};

pub(crate) use introduction::introduced;
pub use trusted::AddressRange;
pub(crate) use trusted::is_trusted;
#[cfg(any(test, feature = "old-windows"))]
pub(crate) use write::{TakenOff, header};

/// The longest header that is read. Ours have a hundred bytes; those of others may hold names and
/// certificates' names besides.
const MAX_HEADER: usize = 2048;

/// The beginning of a header of version 1.
const TEXT: &[u8] = b"PROXY ";
/// Its longest form.
const LONGEST_TEXT: usize = 107;
/// The client was connected over TLS; part of the first byte of the field about that.
const CLIENT_SSL: u8 = 0x01;

/// The client behind a proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Client {
    /// The client's end of its connection to the proxy.
    pub peer: SocketAddr,
    /// The proxy's end of that.
    pub local: SocketAddr,
    /// The name that the client asked for in its TLS hello.
    pub server_name: Option<String>,
    /// Whether the proxy took TLS off.
    pub secure: bool,
}

/// The beginning of a connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Beginning {
    /// There is a header that is not whole yet, or may be one.
    More,
    /// There is no header.
    None,
    /// There is a header of this length. It speaks for nobody when the proxy itself asks for something.
    Header(usize, Option<Client>),
    /// There is a header that cannot be understood.
    Bad,
}

/// Reads the beginning of a connection.
pub(crate) fn read(bytes: &[u8]) -> Beginning {
    // Too short to tell: the next bytes decide.
    let may_become = |header: &[u8]| header.starts_with(bytes) && bytes.len() < header.len();
    if may_become(TEXT) || may_become(v2::PROTOCOL_PREFIX) {
        return Beginning::More;
    }
    if !bytes.starts_with(TEXT) && !bytes.starts_with(v2::PROTOCOL_PREFIX) {
        return Beginning::None;
    }
    if bytes.starts_with(TEXT) {
        return text(bytes);
    }
    let header = HeaderResult::parse(bytes);
    if header.is_incomplete() {
        return if bytes.len() < MAX_HEADER { Beginning::More } else { Beginning::Bad };
    }
    match header {
        // It speaks of another kind of connection than the one that it came by.
        HeaderResult::V2(Ok(header)) if header.protocol == Protocol::Datagram => Beginning::Bad,
        HeaderResult::V2(Ok(header)) => Beginning::Header(header.len(), client(&header)),
        HeaderResult::V1(_) | HeaderResult::V2(Err(_)) => Beginning::Bad,
    }
}

/// Reads a header of version 1. The parser gets its line whole: it takes half a port for a wrong one, and waits for what a
/// line lacks after its end.
fn text(bytes: &[u8]) -> Beginning {
    let Some(end) = bytes.iter().take(LONGEST_TEXT).position(|byte| *byte == b'\n') else {
        return if bytes.len() < LONGEST_TEXT { Beginning::More } else { Beginning::Bad };
    };
    match v1::Header::try_from(&bytes[..=end]) {
        Ok(header) => Beginning::Header(header.header.len(), text_client(&header.addresses)),
        Err(_) => Beginning::Bad,
    }
}

fn text_client(addresses: &v1::Addresses) -> Option<Client> {
    let (peer, local) = match *addresses {
        v1::Addresses::Tcp4(ends) => (
            SocketAddr::from((ends.source_address, ends.source_port)),
            SocketAddr::from((ends.destination_address, ends.destination_port)),
        ),
        v1::Addresses::Tcp6(ends) => (
            SocketAddr::from((ends.source_address, ends.source_port)),
            SocketAddr::from((ends.destination_address, ends.destination_port)),
        ),
        v1::Addresses::Unknown => return None,
    };
    Some(Client { peer, local, server_name: None, secure: false })
}

fn client(header: &v2::Header<'_>) -> Option<Client> {
    let (peer, local) = match header.addresses {
        // A health check of the proxy itself: the addresses, if there are some, are to be ignored.
        _ if header.command == Command::Local => return None,
        v2::Addresses::IPv4(ends) => (
            SocketAddr::from((ends.source_address, ends.source_port)),
            SocketAddr::from((ends.destination_address, ends.destination_port)),
        ),
        v2::Addresses::IPv6(ends) => (
            SocketAddr::from((ends.source_address, ends.source_port)),
            SocketAddr::from((ends.destination_address, ends.destination_port)),
        ),
        v2::Addresses::Unspecified | v2::Addresses::Unix(_) => return None,
    };
    let mut client = Client { peer, local, server_name: None, secure: false };
    // A damaged field ends the fields: the header as a whole has the right length, and the addresses are known.
    for field in header.tlvs().map_while(Result::ok) {
        if field.kind == u8::from(Type::SSL) {
            client.secure = field.value.first().is_some_and(|flags| flags & CLIENT_SSL != 0);
        } else if field.kind == u8::from(Type::Authority) {
            client.server_name = std::str::from_utf8(&field.value).ok().map(str::to_owned);
        }
    }
    Some(client)
}

#[cfg(test)]
mod tests;
