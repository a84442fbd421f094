//! The way in over TLS: for today's clients, and for old Windows where that is wanted.

use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::SystemTime;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

#[cfg(feature = "old-windows")]
use super::old_windows::{OldWindows, Side};
use super::{Identity, TlsError};
use crate::opening::Opening;

/// What shakes hands with clients. Each connection is shown the certificate of its time.
#[derive(Debug)]
pub struct Door {
    identity: Arc<Identity>,
    #[cfg(feature = "old-windows")]
    old: Option<Arc<OldWindows>>,
}

impl Door {
    /// Reads the certificates in `folder`, or makes what is missing; those for old Windows only where it is
    /// to be let in. See [`Identity::open`].
    ///
    /// # Errors
    /// A [`TlsError`], written for the operator.
    pub fn open(
        folder: impl Into<PathBuf>,
        public_host: Option<&str>,
        old_windows: bool,
        now: SystemTime,
    ) -> Result<Arc<Self>, TlsError> {
        let folder = folder.into();
        #[cfg(not(feature = "old-windows"))]
        if old_windows {
            return Err(TlsError::NoOldWindows);
        }
        // First: an authority that it makes is good for all.
        #[cfg(feature = "old-windows")]
        let old = old_windows.then(|| OldWindows::open(&folder, public_host, now)).transpose()?;
        Ok(Arc::new(Self {
            identity: Identity::open(folder, public_host, now)?,
            #[cfg(feature = "old-windows")]
            old,
        }))
    }

    /// Looks at the files again, as [`Identity::renew`].
    ///
    /// # Errors
    /// As [`Door::open`]; what is shown remains.
    pub fn renew(&self, now: SystemTime) -> Result<bool, TlsError> {
        let renewed = self.identity.renew(now)?;
        #[cfg(feature = "old-windows")]
        if let Some(old) = &self.old {
            return Ok(old.renew(now)? || renewed);
        }
        Ok(renewed)
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
        Ok(Secured::Modern(Box::new(TlsAcceptor::from(self.identity.server_config()).accept(stream).await?)))
    }
}

impl From<Arc<Identity>> for Door {
    /// For today's clients only.
    fn from(identity: Arc<Identity>) -> Self {
        Self {
            identity,
            #[cfg(feature = "old-windows")]
            old: None,
        }
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
