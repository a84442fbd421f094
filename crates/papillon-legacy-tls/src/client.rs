//! A legacy client, for tests and measurements. It trusts any certificate.

use std::io;
use std::pin::Pin;

use openssl::ssl::{Ssl, SslContext, SslMethod, SslOptions, SslVerifyMode, SslVersion};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_openssl::SslStream;

use crate::{Error, providers};

/// `SSL_OP_NO_EXTENDED_MASTER_SECRET` and `SSL_OP_NO_ENCRYPT_THEN_MAC`: extensions that no legacy client has. The crate
/// `openssl` has no names for them.
const THOUGHT_OF_LATER: u64 = 1 << 0 | 1 << 19;

/// A connection to a server.
pub type Connection<S> = SslStream<S>;

/// The versions that a client can be made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Version {
    /// SSL 3.0.
    Ssl3,
    /// TLS 1.0.
    Tls1,
    /// TLS 1.1.
    Tls11,
    /// TLS 1.2.
    Tls12,
    /// TLS 1.3.
    Tls13,
}

/// A client that offers one version only.
#[derive(Clone)]
pub struct Client(SslContext);

impl Client {
    /// With these suites, in OpenSSL's words: `RC4-SHA:DES-CBC3-SHA`. Each handshake is a full one.
    ///
    /// # Errors
    /// When OpenSSL does not know one of them.
    pub fn new(version: Version, ciphers: &str) -> Result<Self, Error> {
        providers::load()?;
        let version = match version {
            Version::Ssl3 => SslVersion::SSL3,
            Version::Tls1 => SslVersion::TLS1,
            Version::Tls11 => SslVersion::TLS1_1,
            Version::Tls12 => SslVersion::TLS1_2,
            Version::Tls13 => SslVersion::TLS1_3,
        };
        let mut builder = SslContext::builder(SslMethod::tls_client())?;
        builder.set_security_level(0);
        builder.clear_options(SslOptions::NO_SSLV3);
        builder.set_min_proto_version(Some(version))?;
        builder.set_max_proto_version(Some(version))?;
        if matches!(version, SslVersion::SSL3 | SslVersion::TLS1) {
            builder.set_options(SslOptions::NO_TICKET | SslOptions::from_bits_retain(THOUGHT_OF_LATER));
        }
        builder.set_cipher_list(&format!("{ciphers}:@SECLEVEL=0"))?;
        builder.set_verify(SslVerifyMode::NONE);
        Ok(Self(builder.build()))
    }

    /// Shakes hands over `stream`.
    ///
    /// # Errors
    /// When the server refuses, or the connection fails.
    pub async fn connect<S>(&self, stream: S) -> io::Result<Connection<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut stream = SslStream::new(Ssl::new(&self.0)?, stream)?;
        Pin::new(&mut stream)
            .connect()
            .await
            .map_err(|error| error.into_io_error().unwrap_or_else(io::Error::other))?;
        Ok(stream)
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Client").finish_non_exhaustive()
    }
}
