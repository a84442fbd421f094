//! The kind of a client, read from its hello.
//!
//! It reads only the fields that tell which TLS can serve the client; that TLS reads the hello again from the
//! beginning, by its own rules.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::reader::Reader;

/// The longest hello, in bytes. Those of modern browsers have 2 KB; a longer one is meant to be long.
const MAX_HELLO: usize = 16 * 1024;

/// The most bytes of a connection that decide its route: with them [`route`] never says [`Route::More`]. They are a
/// hello and 2 KiB for the headers of the records that it is cut into.
pub const MAX_PREFIX: usize = MAX_HELLO + 2 * 1024;

/// `CHANGE_CIPHER_SPEC` is 20, `ALERT` 21 (RFC 8446, section 5.1).
const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
/// The longest record (RFC 8446, section 5.1).
const MAX_RECORD: usize = 1 << 14;
const TLS_1_2: u16 = 0x0303;
const TLS_1_3: u16 = 0x0304;

const SUPPORTED_GROUPS: u16 = 10;
const SIGNATURE_ALGORITHMS: u16 = 13;
const SUPPORTED_VERSIONS: u16 = 43;

/// The suites of rustls with ring: AES-128, AES-256 and ChaCha20, all with authentication built in.
const TLS_1_3_SUITES: [u16; 3] = [0x1301, 0x1302, 0x1303];
const ECDHE_ECDSA_SUITES: [u16; 3] = [0xc02b, 0xc02c, 0xcca9];
const ECDHE_RSA_SUITES: [u16; 3] = [0xc02f, 0xc030, 0xcca8];
/// X25519, P-256, P-384.
const GROUPS: [u16; 3] = [29, 23, 24];

/// The kind of key in the certificate that modern clients are shown. TLS 1.2 needs suites for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModernKey {
    /// ECDSA or Ed25519: the kinds that the service makes for itself.
    Ecdsa,
    /// RSA.
    Rsa,
}

/// The route of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Route {
    /// The beginning is not enough to decide: read on.
    More,
    /// A modern client, for modern TLS.
    Modern,
    /// A client that modern TLS would refuse, for [`Acceptor`](crate::Acceptor).
    Old,
    /// Not the beginning of TLS, or longer than any hello: to be closed.
    NotTls,
}

/// Decides by the first bytes of a connection which TLS serves it. Once it has decided, more bytes do not change
/// that.
///
/// A client is modern that offers TLS 1.3, or TLS 1.2 with a suite for `key`, and a group that rustls with ring has.
/// An attacker in between cannot make a modern client take a legacy suite by changing its hello: both sides
/// authenticate the hello at the end of their handshake.
///
/// ```
/// use papillon_legacy_tls::{ModernKey, Route, route};
///
/// // The hello of SSL 2.0 from a Windows 98, for servers that may know SSL 3.0.
/// assert_eq!(route(&[0x80, 0x2e, 1, 3, 0], ModernKey::Ecdsa), Route::Old);
/// assert_eq!(route(&[22, 3, 1], ModernKey::Ecdsa), Route::More);
/// assert_eq!(route(b"GET / HTTP/1.0", ModernKey::Ecdsa), Route::NotTls);
/// ```
pub fn route(prefix: &[u8], key: ModernKey) -> Route {
    match prefix {
        [] => Route::More,
        [HANDSHAKE, ..] => match hello(prefix) {
            Ok(hello) => by_hello(&hello, key),
            // A hello in thousands of tiny records would stay unread for ever.
            Err(Unread::More) if prefix.len() < MAX_PREFIX => Route::More,
            Err(_) => Route::NotTls,
        },
        // A length with its highest bit set, CLIENT-HELLO, and SSL 3.0 or newer inside: the hello of SSL 2.0
        // for servers that may know only that. (RFC 5246, appendix E.2)
        [0x80..=0xff, _, CLIENT_HELLO, 3, ..] => Route::Old,
        [0x80..=0xff] | [0x80..=0xff, _] | [0x80..=0xff, _, CLIENT_HELLO] => Route::More,
        _ => Route::NotTls,
    }
}

enum Unread {
    More,
    NotTls,
}

/// The hello without its four bytes of header, put together from the records that it came in.
fn hello(mut rest: &[u8]) -> Result<Cow<'_, [u8]>, Unread> {
    let mut hello = Cow::Borrowed(&[][..]);
    loop {
        let record = match *rest {
            [HANDSHAKE, 3, _, high, low, ref record @ ..] => {
                let length = usize::from(u16::from_be_bytes([high, low]));
                if !(1..=MAX_RECORD).contains(&length) {
                    return Err(Unread::NotTls);
                }
                // The last record may be cut: then nothing is left, and the next round asks for more.
                rest = record.get(length..).unwrap_or_default();
                &record[..length.min(record.len())]
            }
            [] | [HANDSHAKE] | [HANDSHAKE, 3] | [HANDSHAKE, 3, _] | [HANDSHAKE, 3, _, _] => {
                return Err(Unread::More);
            }
            _ => return Err(Unread::NotTls),
        };
        // Nearly every hello is in one record: no copy then.
        if hello.is_empty() {
            hello = Cow::Borrowed(record);
        } else {
            hello.to_mut().extend_from_slice(record);
        }
        match hello[..] {
            [CLIENT_HELLO, a, b, c, ..] => {
                // 24 bits: it fits.
                let length = u32::from_be_bytes([0, a, b, c]) as usize;
                if length > MAX_HELLO {
                    return Err(Unread::NotTls);
                }
                if hello.len() >= 4 + length {
                    return Ok(match hello {
                        Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[4..4 + length]),
                        Cow::Owned(bytes) => Cow::Owned(bytes[4..4 + length].to_vec()),
                    });
                }
            }
            [] | [CLIENT_HELLO] | [CLIENT_HELLO, _] | [CLIENT_HELLO, _, _] => {}
            _ => return Err(Unread::NotTls),
        }
    }
}

fn by_hello(hello: &[u8], key: ModernKey) -> Route {
    match is_modern(hello, key) {
        Some(true) => Route::Modern,
        Some(false) => Route::Old,
        None => Route::NotTls,
    }
}

/// Whether modern TLS can serve this client; `None` when the hello is none.
fn is_modern(hello: &[u8], key: ModernKey) -> Option<bool> {
    let mut hello = Reader(hello);
    let version = hello.u16()?;
    if version >> 8 != 3 {
        return None;
    }
    let _random = hello.take(32)?;
    let _session = hello.short()?;
    let suites = hello.long()?;
    let _compression = hello.short()?;
    // rustls begins with TLS 1.2, and serves no hello without extensions: it wants groups and signatures. A client of
    // TLS 1.3 puts 1.2 here, and its true versions into an extension.
    if version < TLS_1_2 || hello.0.is_empty() {
        return Some(false);
    }
    let (mut groups, mut versions, mut signatures) = (Reader(&[]), Reader(&[]), false);
    let mut extensions = hello.long()?;
    while !extensions.0.is_empty() {
        let kind = extensions.u16()?;
        let mut body = extensions.long()?;
        match kind {
            SUPPORTED_GROUPS => groups = body.long()?,
            SUPPORTED_VERSIONS => versions = body.short()?,
            SIGNATURE_ALGORITHMS => signatures = true,
            _ => {}
        }
    }
    let suites_of_1_2 = match key {
        ModernKey::Ecdsa => ECDHE_ECDSA_SUITES,
        ModernKey::Rsa => ECDHE_RSA_SUITES,
    };
    // A client that lists versions means those, and not the one in the old place.
    let has_1_2 = versions.0.is_empty() || versions.has_any(&[TLS_1_2]);
    let suitable = versions.has_any(&[TLS_1_3]) && suites.has_any(&TLS_1_3_SUITES)
        || has_1_2 && suites.has_any(&suites_of_1_2);
    // Without one of these three rustls refuses a client; a `Modern` that it refuses could sign in nowhere.
    Some(suitable && signatures && groups.has_any(&GROUPS))
}
