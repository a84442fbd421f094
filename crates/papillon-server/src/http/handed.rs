//! A connection as hyper gets it: with the bytes that this server has read of it already.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::paced::Paced;

/// See the module. The shutdown of a lent one only flushes: its lender ends it.
pub(super) struct Handed<S> {
    stream: Paced<S>,
    given: Zeroizing<Vec<u8>>,
    read: usize,
    then: Then,
}

/// The source after the bytes that were given.
enum Then {
    /// Nothing: one request is lent.
    End,
    /// The connection, which has been given away. The other end of this channel notices when it is over, by the
    /// sender's drop: nothing is ever sent.
    Connection { _until: oneshot::Sender<()> },
}

impl<S> Handed<S> {
    /// Lends a connection for one request.
    pub(super) fn lend(stream: S, request: Zeroizing<Vec<u8>>) -> Self {
        Self { stream: Paced::new(stream), given: request, read: 0, then: Then::End }
    }

    /// Gives a connection away, with a request and the bytes that were read after it. The receiver is ready when the
    /// connection is over.
    pub(super) fn give(stream: S, early: Zeroizing<Vec<u8>>) -> (Self, oneshot::Receiver<()>) {
        let (until, over) = oneshot::channel();
        let then = Then::Connection { _until: until };
        (Self { stream: Paced::new(stream), given: early, read: 0, then }, over)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Handed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let rest = self.given.get(self.read..).unwrap_or_default();
        if !rest.is_empty() {
            let count = rest.len().min(buffer.remaining());
            buffer.put_slice(&rest[..count]);
            self.read += count;
            if self.read == self.given.len() {
                // Not needed any more, while the answer may wait for long.
                self.given = Zeroizing::default();
                self.read = 0;
            }
            return Poll::Ready(Ok(()));
        }
        match self.then {
            // No bytes: the end, so that hyper asks for no second request. The next one is the reader's.
            Then::End => Poll::Ready(Ok(())),
            Then::Connection { .. } => Pin::new(&mut self.stream).poll_read(cx, buffer),
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Handed<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.then {
            // hyper shuts down after its one answer; the connection may go on.
            Then::End => Pin::new(&mut self.stream).poll_flush(cx),
            Then::Connection { .. } => Pin::new(&mut self.stream).poll_shutdown(cx),
        }
    }
}
