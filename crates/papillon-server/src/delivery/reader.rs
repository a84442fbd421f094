//! The source of a connection's bytes.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::time::{Instant, timeout};

use super::tunnel::Inlet;

/// After the last word to a client, this long to let it close its side, so that no sent line is lost to a reset.
const LINGER: Duration = Duration::from_secs(2);
/// The most bytes that a client may still send while its connection is being closed.
const LINGER_BYTES: usize = 256 * 1024;

/// The receiving side of a connection.
pub(crate) enum Reader {
    Tcp {
        half: OwnedReadHalf,
        /// The bytes that were read before the reader was known.
        early: Vec<u8>,
    },
    Tunnel(Inlet),
}

impl Reader {
    /// Whether there may be something to read; asks for nothing. The task is woken when there is.
    pub(crate) fn poll_readable(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp { early, .. } if !early.is_empty() => Poll::Ready(Ok(())),
            Self::Tcp { half, .. } => half.as_ref().poll_read_ready(context),
            Self::Tunnel(inlet) => inlet.poll_readable(context).map(Ok),
        }
    }

    /// Reads the bytes that are there. The task is woken when there are some.
    pub(crate) fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut BytesMut,
    ) -> Poll<io::Result<usize>> {
        match self {
            Self::Tcp { early, .. } if !early.is_empty() => {
                let early = std::mem::take(early);
                buffer.extend_from_slice(&early);
                Poll::Ready(Ok(early.len()))
            }
            // Reading through the runtime rather than with `try_read` spares a system call: a read that did not fill the
            // buffer tells it that there is no more. Given up here, `read_buf` has taken no byte, and the runtime has
            // kept the waker.
            Self::Tcp { half, .. } => pin!(half.read_buf(buffer)).poll(context),
            Self::Tunnel(inlet) => inlet.poll_read(context, buffer).map(Ok),
        }
    }

    /// Notes that the bytes that have been read are processed.
    pub(crate) fn processed(&self) {
        if let Self::Tunnel(inlet) = self {
            inlet.processed();
        }
    }

    /// Notes whether bytes are read at all, or wait until the client has taken lines.
    pub(crate) fn hold(&self, held: bool) {
        if let Self::Tunnel(inlet) = self {
            inlet.hold(held);
        }
    }

    /// The number of waiting bytes that the client gets although its connection is over.
    pub(crate) fn still_taken(&self) -> usize {
        match self {
            Self::Tcp { .. } => 0,
            Self::Tunnel(inlet) => inlet.still_taken(),
        }
    }

    /// When the client is gone unless it asks for something before; a socket tells by itself.
    pub(crate) fn expires(&self) -> Option<Instant> {
        match self {
            Self::Tcp { .. } => None,
            Self::Tunnel(inlet) => Some(inlet.expires()),
        }
    }

    /// The service's own end of the connection, where there is a socket that knows it.
    pub(crate) fn local_addr(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp { half, .. } => half.local_addr().ok(),
            Self::Tunnel(_) => None,
        }
    }

    /// Whether the socket has nothing that has not been read, so far as is known without a question to the system.
    pub(crate) fn is_drained(&self) -> bool {
        match self {
            Self::Tcp { half, early } => {
                let mut nobody = Context::from_waker(Waker::noop());
                early.is_empty() && half.as_ref().poll_read_ready(&mut nobody).is_pending()
            }
            Self::Tunnel(_) => false,
        }
    }

    /// Gives the client time to take our last words.
    pub(crate) async fn linger(&self) {
        match self {
            // Boxed so that each connection does not carry the room that its end needs.
            Self::Tcp { half, .. } => Box::pin(linger(half)).await,
            Self::Tunnel(inlet) => inlet.linger().await,
        }
    }
}

/// Closes our side and reads the other's for a moment: closing with unread bytes would reset the
/// connection and could take our last words with it.
async fn linger(reader: &OwnedReadHalf) {
    let stream: &TcpStream = reader.as_ref();
    if socket2::SockRef::from(stream).shutdown(std::net::Shutdown::Write).is_err() {
        return;
    }
    let drain = async {
        let mut scratch = [0; 1024];
        let mut left = LINGER_BYTES;
        while stream.readable().await.is_ok() {
            match stream.try_read(&mut scratch) {
                Ok(0) => break,
                Ok(read) if read < left => left -= read,
                // The runtime wakes readers too early at times.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(_) | Err(_) => break,
            }
        }
    };
    // Whether it closed or not, there is nothing more to do.
    let _ = timeout(LINGER, drain).await;
}
