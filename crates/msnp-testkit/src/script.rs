//! The same bytes, cut in different ways.

use std::net::SocketAddr;

use crate::Wire;

/// The way in which a script is cut into writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cut {
    /// All in one write.
    Whole,
    /// Two writes, the second from this byte on.
    At(usize),
    /// One write a byte.
    Bytes,
    /// One write a line.
    Lines,
}

impl Cut {
    /// The pieces.
    pub fn pieces<'a>(self, script: &'a [u8]) -> Vec<&'a [u8]> {
        let pieces: Vec<&'a [u8]> = match self {
            Self::Whole => vec![script],
            Self::At(at) => vec![&script[..at], &script[at..]],
            Self::Bytes => script.chunks(1).collect(),
            Self::Lines => script.split_inclusive(|byte| *byte == b'\n').collect(),
        };
        pieces.into_iter().filter(|piece| !piece.is_empty()).collect()
    }
}

/// Sends a script over a connection. After each piece the service, when it runs in this thread,
/// gets its turn to read it by itself.
pub async fn send(wire: &mut Wire, script: &[u8], cut: Cut) {
    for piece in cut.pieces(script) {
        wire.send_raw(piece).await;
        for _ in 0..4 {
            tokio::task::yield_now().await;
        }
    }
}

/// Sends a script that ends the connection, and returns all bytes that came back.
pub async fn replies(address: SocketAddr, script: &[u8], cut: Cut) -> Vec<u8> {
    let mut wire = Wire::connect(address).await;
    send(&mut wire, script, cut).await;
    wire.rest().await
}

/// Every way to cut a script of this length.
pub fn all_cuts(length: usize) -> impl Iterator<Item = Cut> {
    [Cut::Whole, Cut::Bytes, Cut::Lines].into_iter().chain((1..length).map(Cut::At))
}
