//! The stream through a gateway, as the rest of the client sees it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

/// The reason for which a stream could not be opened, told to its reader.
#[derive(Debug, Clone, Default)]
pub(super) struct WhyNot(Arc<Mutex<Option<io::Error>>>);

impl WhyNot {
    /// To be called before the stream ends.
    pub(super) fn tell(&self, error: io::Error) {
        *self.0.lock() = Some(error);
    }
}

/// A stream that ends with the reason when it could not be opened.
#[derive(Debug)]
pub(crate) struct Through {
    stream: DuplexStream,
    why_not: WhyNot,
}

impl Through {
    pub(super) fn new(stream: DuplexStream, why_not: WhyNot) -> Self {
        Self { stream, why_not }
    }
}

impl AsyncRead for Through {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = out.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, out))?;
        // A read that adds nothing is the end of the stream. (Nobody here reads into a full buffer.)
        let ended = out.filled().len() == before;
        match self.why_not.0.lock().take_if(|_| ended) {
            Some(error) => Poll::Ready(Err(error)),
            None => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncWrite for Through {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
