//! The acceptor of TLS connections: for modern clients, and for old Windows where the operator wants it.

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::SystemTime;

use rustls::server::Acceptor;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use super::error::TlsError;
use super::identity::{HTTP_2, Identity};
use super::names::Names;
#[cfg(feature = "old-windows")]
use super::old_windows::{OldWindows, Side};
use super::renewal::Renewal;
use super::too_old::{self, TooOld};
use crate::limits::Turns;
use crate::listen::Peeked;

/// The most bytes that wait in TLS for a client to take them. This is a record: fewer make more and smaller ones.
const UNSENT: usize = 16 * 1024;
/// The most bytes that a client may send before TLS makes something of them: more than rustls buffers of a
/// record, which is 18,437. It would keep a message of 64 KiB that does not end, in the handshake or after it.
const UNREAD: usize = 20 * 1024;

/// Accepts TLS connections. A connection is shown the certificate that is current when it begins.
#[derive(Debug)]
pub struct TlsAcceptor {
    identity: Arc<Identity>,
    #[cfg(feature = "old-windows")]
    old: Option<Arc<OldWindows>>,
    renewal: Renewal,
    too_old: TooOld,
    turns: Turns,
}

impl TlsAcceptor {
    /// Reads the certificates in `folder`, or makes missing ones; those for old Windows only with `old_windows`. See
    /// [`Identity::open`].
    ///
    /// # Errors
    /// A [`TlsError`], written for the operator.
    pub fn open(
        folder: impl Into<PathBuf>,
        names: impl Into<Names>,
        old_windows: bool,
        now: SystemTime,
    ) -> Result<Arc<Self>, TlsError> {
        let (folder, names) = (folder.into(), names.into());
        let renewal = Renewal::of(&folder);
        #[cfg(not(feature = "old-windows"))]
        if old_windows {
            return Err(TlsError::NoOldWindows);
        }
        // First: old Windows can import an authority that this makes, and so can modern clients. The authority that
        // `Identity` makes is for modern clients only.
        #[cfg(feature = "old-windows")]
        let old = old_windows.then(|| OldWindows::open(&folder, names.clone(), now)).transpose()?;
        Ok(Arc::new(Self {
            identity: Identity::open(folder, names, now)?,
            #[cfg(feature = "old-windows")]
            old,
            renewal,
            too_old: TooOld::default(),
            turns: Turns::default(),
        }))
    }

    /// Looks at the files again, as [`Identity::renew`].
    ///
    /// # Errors
    /// As [`Identity::renew`]; the certificates shown remain.
    pub fn renew(&self, now: SystemTime) -> Result<bool, TlsError> {
        // Both are read, also when one has a fault. As at the start, old Windows comes first: it makes the authority.
        #[cfg(feature = "old-windows")]
        let old = self.old.as_ref().map_or(Ok(false), |old| old.renew(now));
        #[cfg(not(feature = "old-windows"))]
        let old: Result<bool, TlsError> = Ok(false);
        let modern = self.identity.renew(now);
        if let (Err(_), Ok(true)) = (&old, &modern) {
            tracing::info!("modern clients are shown a new certificate from now on");
        }
        Ok(old? | modern?)
    }

    /// Changes the names that the certificates have to carry, as [`Identity::tell_names`].
    ///
    /// # Errors
    /// When a name cannot stand in a certificate; the names told before hold.
    pub fn tell_names(&self, names: Names) -> Result<(), TlsError> {
        #[cfg(feature = "old-windows")]
        if let Some(old) = &self.old {
            old.tell_names(names.clone())?;
        }
        self.identity.tell_names(names)
    }

    /// Whether the log shows the addresses of clients that are turned away.
    pub fn show_addresses(&self, on: bool) {
        self.too_old.logged.show(on);
    }

    /// Has the renewal task read the files again at once.
    pub fn read_again(&self) {
        self.renewal.ask();
    }

    /// Keeps the certificates shown current until it is dropped.
    pub(crate) async fn keep_current(self: Arc<Self>) {
        let shown = Arc::clone(&self);
        self.renewal.run(move |now| shown.renew(now)).await;
    }

    /// Shakes hands. It has no time limit for a silent client: the caller has. `client` is at the other end, for the
    /// log. Handshakes together, of both kinds, always leave a thread to other tasks.
    pub(crate) async fn accept(&self, stream: Peeked<TcpStream>, client: IpAddr) -> io::Result<Secured> {
        self.turns.take(self.accept_in_turn(stream, client)).await
    }

    async fn accept_in_turn(&self, stream: Peeked<TcpStream>, client: IpAddr) -> io::Result<Secured> {
        #[cfg(feature = "old-windows")]
        let stream = match &self.old {
            Some(old) => match old.let_in(stream).await? {
                Side::Modern(stream) => stream,
                Side::Old(stream) => return Ok(Secured::Old(stream)),
            },
            None => stream,
        };
        let mut stream = stream;
        // rustls takes the hello of SSL 2.0 for garbage, and its error would not tell a legacy client from noise.
        let is_of_ssl_2 = too_old::is_hello_of_ssl_2(&mut stream).await?;
        let accepted = self.shake_hands(stream).await;
        if let Err(error) = &accepted
            && (is_of_ssl_2 || too_old::is_why(error))
        {
            self.too_old.tell(client);
        }
        Ok(Secured::Modern(Box::new(accepted?)))
    }
}

impl TlsAcceptor {
    /// The handshake with a modern client. The server names a protocol only to a client that offers HTTP/2: a client
    /// with other offers goes on without an answer to them.
    async fn shake_hands(&self, mut stream: Peeked<TcpStream>) -> io::Result<TlsStream<Peeked<TcpStream>>> {
        stream.allow(UNREAD);
        let begun = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
        let offers_http2 =
            begun.client_hello().alpn().is_some_and(|mut offered| offered.any(|protocol| protocol == HTTP_2));
        let config = if offers_http2 { self.identity.http2_config() } else { self.identity.server_config() };
        let mut stream = begun.into_stream(config).await?;
        stream.get_mut().1.set_buffer_limit(Some(UNSENT));
        Ok(stream)
    }
}

impl From<Arc<Identity>> for TlsAcceptor {
    /// For modern clients only.
    fn from(identity: Arc<Identity>) -> Self {
        Self {
            renewal: Renewal::of(&identity.folder),
            identity,
            #[cfg(feature = "old-windows")]
            old: None,
            too_old: TooOld::default(),
            turns: Turns::default(),
        }
    }
}

/// A connection after its handshake. Shutting it down says so in TLS.
pub(crate) enum Secured {
    Modern(Box<TlsStream<Peeked<TcpStream>>>),
    #[cfg(feature = "old-windows")]
    Old(papillon_legacy_tls::OldStream<Peeked<TcpStream>>),
}

impl Secured {
    /// Whether client and service have agreed on HTTP/2.
    pub(crate) fn is_http2(&self) -> bool {
        match self {
            Self::Modern(stream) => stream.get_ref().1.alpn_protocol() == Some(HTTP_2),
            #[cfg(feature = "old-windows")]
            Self::Old(_) => false,
        }
    }

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
        match self.get_mut() {
            Self::Modern(stream) => {
                let outcome = Pin::new(&mut *stream).poll_read(cx, buffer);
                // Something of what came has been read: the next record may come.
                if outcome.is_ready() {
                    stream.get_mut().0.allow(UNREAD);
                }
                outcome
            }
            #[cfg(feature = "old-windows")]
            Self::Old(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use tokio::io::AsyncWriteExt;
    use tokio::net::TcpListener;
    use tokio::runtime::Handle;
    use tokio::task::{spawn, spawn_blocking, yield_now};

    use super::*;

    /// The client says nothing that rustls understands: that its handshake ends at all is what counts here.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_handshake_waits_for_its_turn() {
        let folder = tempfile::tempdir().expect("a folder");
        let acceptor = TlsAcceptor::open(folder.path(), Some("localhost"), false, SystemTime::now());
        let acceptor = acceptor.expect("a certificate");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let mut client =
            TcpStream::connect(listener.local_addr().expect("bound")).await.expect("a connection");
        let (stream, from) = listener.accept().await.expect("a connection");
        client.write_all(b"\x16\x03\x01\0\x07garbage").await.expect("it is taken");

        // All turns are taken, by work that computes until it is let go.
        let mut working = Vec::new();
        for _ in 0..papillon_limits::all_threads_but_one() {
            let (let_go, has_to) = mpsc::channel::<()>();
            let (begin, begun) = tokio::sync::oneshot::channel();
            let (turns, runtime) = (acceptor.turns.clone(), Handle::current());
            let work = async move {
                begin.send(()).expect("waited for");
                // An error says the same.
                let _ = has_to.recv();
            };
            working.push((let_go, spawn_blocking(move || runtime.block_on(turns.take(work)))));
            begun.await.expect("it has its turn");
        }
        let shaking = spawn(async move { acceptor.accept(Peeked::new(stream), from.ip()).await.is_ok() });
        for _ in 0..1000 {
            yield_now().await;
        }
        assert!(!shaking.is_finished(), "a handshake without a turn");
        for (let_go, done) in working {
            drop(let_go);
            done.await.expect("no panic");
        }
        assert!(!shaking.await.expect("no panic"), "garbage is no handshake");
    }
}
