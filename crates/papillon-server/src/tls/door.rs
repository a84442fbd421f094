//! The way in over TLS: for today's clients, and for old Windows where that is wanted.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::Identity;
#[cfg(feature = "old-windows")]
use super::old_windows::{OldWindows, Side};
use crate::opening::Opening;

/// What shakes hands with clients. Each connection is shown the certificate of its time.
#[derive(Clone)]
pub struct Door {
    modern: TlsAcceptor,
    #[cfg(feature = "old-windows")]
    old: Option<Arc<OldWindows>>,
}

impl Door {
    /// For today's clients.
    pub fn new(identity: &Identity) -> Self {
        Self {
            modern: TlsAcceptor::from(identity.server_config()),
            #[cfg(feature = "old-windows")]
            old: None,
        }
    }

    /// For old Windows, too.
    #[cfg(feature = "old-windows")]
    pub fn with_old_windows(self, old: Option<Arc<OldWindows>>) -> Self {
        Self { old, ..self }
    }

    /// Shakes hands. Nothing here ends a client that says nothing more: the caller does.
    pub(crate) async fn accept(&self, stream: Opening<TcpStream>) -> io::Result<Secured> {
        #[cfg(feature = "old-windows")]
        let stream = match &self.old {
            Some(old) => match old.let_in(stream).await? {
                Side::Modern(stream) => stream,
                Side::Old(stream) => return Ok(Secured::Old(stream)),
            },
            None => stream,
        };
        Ok(Secured::Modern(Box::new(self.modern.accept(stream).await?)))
    }
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").finish_non_exhaustive()
    }
}

/// A connection after its handshake. Shutting it down says so in TLS.
pub(crate) enum Secured {
    Modern(Box<tokio_rustls::server::TlsStream<Opening<TcpStream>>>),
    #[cfg(feature = "old-windows")]
    Old(papillon_legacy_tls::OldStream<Opening<TcpStream>>),
}

impl Secured {
    /// The name that the client asked for.
    pub(crate) fn server_name(&self) -> Option<&str> {
        match self {
            Self::Modern(stream) => stream.get_ref().1.server_name(),
            #[cfg(feature = "old-windows")]
            Self::Old(stream) => stream.server_name(),
        }
    }
}

/// The same for both kinds.
macro_rules! both {
    ($self:ident, $stream:ident => $do:expr) => {
        match $self.get_mut() {
            Self::Modern($stream) => $do,
            #[cfg(feature = "old-windows")]
            Self::Old($stream) => $do,
        }
    };
}

impl AsyncRead for Secured {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        both!(self, stream => Pin::new(stream).poll_read(cx, buffer))
    }
}

impl AsyncWrite for Secured {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        both!(self, stream => Pin::new(stream).poll_write(cx, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        both!(self, stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        both!(self, stream => Pin::new(stream).poll_shutdown(cx))
    }
}
