//! The writer of PROXY protocol headers.

use std::io;
use std::net::SocketAddr;

use ppp::v2::{Builder, Command, Protocol, Type, Version};

use super::CLIENT_SSL;

const SUBTYPE_SSL_VERSION: u8 = 0x21;
const SUBTYPE_SSL_CIPHER: u8 = 0x23;

/// The TLS that a proxy took off.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TakenOff<'a> {
    /// Its version, such as `TLSv1`.
    pub version: &'a str,
    /// The suite, such as `RC4-SHA`.
    pub cipher: &'a str,
}

/// A header of version 2 for a client.
///
/// # Errors
/// When a name is longer than can be said.
pub(crate) fn header(
    peer: SocketAddr,
    local: SocketAddr,
    server_name: Option<&str>,
    tls: Option<TakenOff<'_>>,
) -> io::Result<Vec<u8>> {
    // Both ends are of one family; where a socket takes both, IPv4 is mapped into IPv6.
    let plain = |end: SocketAddr| SocketAddr::new(end.ip().to_canonical(), end.port());
    let ends = (plain(peer), plain(local));
    let mut builder = Builder::with_addresses(Version::Two | Command::Proxy, Protocol::Stream, ends);
    if let Some(name) = server_name {
        builder = builder.write_tlv(Type::Authority, name.as_bytes())?;
    }
    if let Some(tls) = tls {
        // Not zero: the client's certificate, of which there is none, has not been verified.
        let mut value = vec![CLIENT_SSL, 0, 0, 0, 1];
        for (kind, text) in [(SUBTYPE_SSL_VERSION, tls.version), (SUBTYPE_SSL_CIPHER, tls.cipher)] {
            let length = u16::try_from(text.len()).map_err(io::Error::other)?;
            value.push(kind);
            value.extend(length.to_be_bytes());
            value.extend(text.as_bytes());
        }
        builder = builder.write_tlv(Type::SSL, &value)?;
    }
    builder.build()
}
