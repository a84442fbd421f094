//! The doors for the fuzz targets to HTTP.

mod echo;
mod wire;

use std::net::IpAddr;

use super::request::{self, Request};
use super::seats::Seat;
use super::{Setting, Visitor, converse};
use crate::addresses::Front;
use echo::Echo;
pub(crate) use wire::{Wire, block_on};

/// Reads any bytes of a connection of HTTP/1: the site gets the same requests however the stream is cut into segments.
///
/// # Panics
/// When that does not hold.
pub fn conversation(bytes: &[u8], segment: usize) {
    let whole = asked(bytes, bytes.len().max(1));
    assert_eq!(whole, asked(bytes, segment.max(1)));
    let bodies: usize = whole.iter().map(|asked| asked.body.len()).sum();
    assert!(bodies <= bytes.len(), "a body came from nowhere");
    // A head that has been found stays where it is when more comes.
    if let Some(head) = request::head(bytes) {
        let end = bytes.len() - bytes.iter().position(|byte| !b"\r\n".contains(byte)).unwrap_or(0);
        assert!(head.len() <= end);
        assert_eq!(request::head(&bytes[..bytes.len() - end + head.len()]), Some(head));
    }
}

fn asked(bytes: &[u8], segment: usize) -> Vec<echo::Asked> {
    let echo = Echo::default();
    let (peer, local) = ([192, 0, 2, 1], [192, 0, 2, 9]);
    let visitor = Visitor::new((peer, 1042).into(), (local, 80).into());
    // The end of the connection is the client's affair.
    let _ = block_on(converse(Wire::new(bytes, segment), &echo, &visitor, Seat::alone()));
    echo.asked()
}

/// Reads any headers of a request: only a trusted proxy names the client, and the name of this host can stand in an
/// address.
///
/// # Panics
/// When that does not hold.
pub fn visitor(headers: &[u8]) {
    let bytes = [b"GET / HTTP/1.1\r\n", headers, b"\r\n\r\n"].concat();
    let Some(Ok(request)) = request::head(&bytes).map(Request::parse) else { return };
    let front = Front::default();
    for public_host in [None, Some("msn.example.org")] {
        let setting = Setting { public_host, front: &front };
        for is_trusted in [false, true] {
            let connected = Visitor::new(([192, 0, 2, 1], 1042).into(), ([192, 0, 2, 9], 80).into());
            let mut visitor = connected.clone();
            visitor.asks(&request, setting, |address: IpAddr| is_trusted && is_proxy(address));
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:[]".contains(&byte);
            assert!(!visitor.host.is_empty() && visitor.host.bytes().all(plain), "{}", visitor.host);
            assert_eq!(visitor.peer.ip(), visitor.peer.ip().to_canonical());
            if !is_trusted {
                assert_eq!((visitor.peer, visitor.secure, visitor.front), (connected.peer, false, None));
            }
        }
    }
}

/// The addresses of documentation, and the private ones of ten.
fn is_proxy(address: IpAddr) -> bool {
    matches!(address, IpAddr::V4(v4) if matches!(v4.octets(), [192, 0, 2, _] | [10, ..]))
}
