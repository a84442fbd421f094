//! Legacy TLS, as Windows 98 to XP speak it: SSL 3.0 and TLS 1.0 with RC4 and 3DES, on certificates with
//! RSA keys and SHA-1 signatures.
//!
//! MSN Messenger 5.0 to 7.0 sign in over HTTPS, and leave that to Windows. Windows 98, ME, 2000 and XP know
//! nothing newer than TLS 1.0, say hello in the format of SSL 2.0 if they are told to, and do not name the host that
//! they want to reach (ESC). OpenSSL 3 is the last maintained TLS library that serves them, when it is built to. Only
//! this crate uses it, and the crate does nothing else: it reads no file and opens no socket.
//!
//! | to find | look in |
//! |---|---|
//! | the choice between this TLS and a modern one | [`route`], in `hello.rs` |
//! | the handshake and the connection | [`Acceptor`], [`OldStream`] |
//! | the certificates | [`Authority`], [`Leaf`] |
//!
//! A connection that is routed here is as weak as the client's system. [`route`] keeps every client away that can do
//! better.

mod acceptor;
mod certificates;
pub mod client;
mod hello;
mod providers;
mod reader;

pub use acceptor::{Acceptor, OldStream};
pub use certificates::{Authority, Leaf};
pub use hello::{MAX_PREFIX, ModernKey, Route, route};

/// The reason for which OpenSSL failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// OpenSSL was built without a part that legacy systems need.
    #[error("OpenSSL was built without {0}; build this program with its own OpenSSL")]
    Missing(&'static str),
    /// The key is another certificate's.
    #[error("the key does not belong to the certificate")]
    Mismatch,
    /// There is no certificate.
    #[error("there is no certificate")]
    Nothing,
    /// A certificate or a key could not be read or made.
    #[error("OpenSSL: {0}")]
    OpenSsl(#[from] openssl::error::ErrorStack),
}
