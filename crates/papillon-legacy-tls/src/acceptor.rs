//! The server's side of a legacy handshake, and its connection.

#[cfg(test)]
mod tests;

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use openssl::ssl::{
    ClientHelloResponse, NameType, Ssl, SslContext, SslContextBuilder, SslMethod, SslMode, SslOptions,
    SslSessionCacheMode, SslVersion,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_openssl::SslStream;

use crate::certificates::Leaf;
use crate::{Error, providers};

/// Suites for every version, best first: clients take the first that they have. Windows 98 to XP, as they came, have
/// none of these.
const AES: &str = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305:\
    ECDHE-RSA-AES128-SHA256:ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA:AES128-GCM-SHA256:AES256-GCM-SHA384:\
    AES128-SHA256:AES256-SHA256:AES128-SHA:AES256-SHA";
/// The suites after those in SSL 3.0 and TLS 1.0: there, an attacker in between that makes a client send enough can
/// read a block cipher (POODLE, BEAST), and 3DES is the worst of them.
const THEN_OF_OLD: &str = "RC4-SHA:RC4-MD5:DES-CBC3-SHA";
/// The same from TLS 1.1 on, where each record of a block cipher has a vector of its own and RC4 is the weakest
/// (RFC 7465).
const THEN: &str = "DES-CBC3-SHA:RC4-SHA:RC4-MD5";
/// The most sessions that are kept so that a client need not shake hands in full again. A legacy client makes a few
/// connections to sign in, and then none.
const SESSIONS: i32 = 4096;

/// Accepts connections of legacy clients.
///
/// ```
/// use std::time::SystemTime;
///
/// use papillon_legacy_tls::{Acceptor, Authority};
/// use tokio::io::{AsyncReadExt, AsyncWriteExt};
///
/// # async fn serve(stream: tokio::net::TcpStream) -> Result<(), Box<dyn std::error::Error>> {
/// let authority = Authority::make(SystemTime::now())?;
/// let leaf = authority.issue(&["nexus.passport.com".to_owned()])?;
/// let acceptor = Acceptor::new(&leaf)?;
///
/// // For a connection whose first bytes are of `Route::Old`.
/// let mut client = acceptor.accept(stream).await?;
/// let mut request = [0; 512];
/// let length = client.read(&mut request).await?;
/// println!("{} with {}: {} bytes", client.version(), client.cipher(), length);
/// client.write_all(b"HTTP/1.0 204 No Content\r\n\r\n").await?;
/// client.shutdown().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Acceptor {
    context: SslContext,
}

impl Acceptor {
    /// Shows `leaf` and its chain in every handshake.
    ///
    /// # Errors
    /// When the key is not the certificate's, or OpenSSL lacks a part that legacy clients need.
    pub fn new(leaf: &Leaf) -> Result<Self, Error> {
        providers::load()?;
        let mut builder = SslContextBuilder::new(SslMethod::tls_server())?;
        // OpenSSL's usual level refuses TLS 1.0 and signatures with SHA-1, and its defaults SSL 3.0.
        builder.set_security_level(0);
        builder.clear_options(SslOptions::NO_SSLV3);
        builder.set_min_proto_version(Some(SslVersion::SSL3)).map_err(|_| Error::Missing("SSL 3.0"))?;
        // A client may come here with a modern version, but with suites or groups that rustls does not have.
        builder.set_max_proto_version(Some(SslVersion::TLS1_3))?;
        builder.set_cipher_list(&ciphers(THEN_OF_OLD))?;
        // Only a hello tells which of the two orders holds. It is read before a suite is chosen.
        builder.set_client_hello_callback(|ssl, _| {
            if ssl.client_hello_legacy_version().is_some_and(is_at_least_tls_1_1) {
                ssl.set_cipher_list(&ciphers(THEN))?;
            }
            Ok(ClientHelloResponse::SUCCESS)
        });
        // The server's order of suites, whichever the client prefers. No tickets: sessions are kept here. No
        // compression (CRIME). No renegotiation: a client could make the server compute again and again.
        builder.set_options(
            SslOptions::CIPHER_SERVER_PREFERENCE
                | SslOptions::NO_TICKET
                | SslOptions::NO_COMPRESSION
                | SslOptions::NO_RENEGOTIATION,
        );
        // An idle connection keeps no buffers of 16 KiB.
        builder.set_mode(SslMode::RELEASE_BUFFERS);
        builder.set_session_id_context(b"papillon")?;
        builder.set_session_cache_mode(SslSessionCacheMode::SERVER);
        builder.set_session_cache_size(SESSIONS);
        builder.set_certificate(&leaf.certificate)?;
        for certificate in &leaf.chain {
            builder.add_extra_chain_cert(certificate.clone())?;
        }
        builder.set_private_key(&leaf.key)?;
        builder.check_private_key()?;
        Ok(Self { context: builder.build() })
    }

    /// Shakes hands. It has no time limit for a silent client: the caller gives one.
    ///
    /// A handshake computes for a quarter of a millisecond at once. A service gives handshakes turns at that.
    ///
    /// # Errors
    /// When the client and this side have nothing in common, or the connection fails.
    pub async fn accept<S>(&self, stream: S) -> io::Result<OldStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let ssl = Ssl::new(&self.context)?;
        let mut stream = SslStream::new(ssl, stream)?;
        Pin::new(&mut stream)
            .accept()
            .await
            .map_err(|error| error.into_io_error().unwrap_or_else(io::Error::other))?;
        Ok(OldStream(stream))
    }
}

/// All suites, with these after AES.
fn ciphers(then: &str) -> String {
    format!("{AES}:{then}:@SECLEVEL=0")
}

/// Whether a client that offers this gets TLS 1.1 or newer: all versions from there on are enabled here. TLS 1.3 stands
/// as 1.2 in this old field of the hello.
fn is_at_least_tls_1_1(offered: SslVersion) -> bool {
    ![SslVersion::SSL3, SslVersion::TLS1].contains(&offered)
}

impl std::fmt::Debug for Acceptor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Acceptor").finish_non_exhaustive()
    }
}

/// A connection of a legacy client. Shutting it down sends TLS's `close_notify` before it closes.
#[derive(Debug)]
pub struct OldStream<S>(SslStream<S>);

impl<S> OldStream<S> {
    /// The name of the version: `SSLv3`, `TLSv1`, `TLSv1.1`, `TLSv1.2` or `TLSv1.3`.
    pub fn version(&self) -> &'static str {
        self.0.ssl().version_str()
    }

    /// OpenSSL's name of the suite, such as `RC4-SHA`.
    pub fn cipher(&self) -> &'static str {
        self.0.ssl().current_cipher().map_or("none", |cipher| cipher.name())
    }

    /// The host that the client named (SNI), if it did. Windows XP does not.
    pub fn server_name(&self) -> Option<&str> {
        self.0.ssl().servername(NameType::HOST_NAME)
    }

    /// The stream below.
    pub fn get_ref(&self) -> &S {
        self.0.get_ref()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for OldStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for OldStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
