//! The certificate that the HTTPS listener shows.
//!
//! `DATA/tls/` holds it: `server.pem` (the certificate and the chain to its authority) and `server.key`. Where there
//! is none, one is made and signed by a private authority, which is made, too. People import its `ca.pem`; its
//! `ca.key` must not get out. The service renews certificates that it has made, and uses an operator's own as they
//! are.

mod acceptor;
mod authority;
mod error;
mod fault;
mod files;
mod folder;
mod identity;
mod names;
#[cfg(feature = "old-windows")]
mod old_windows;
mod renewal;
mod too_old;

pub use crate::addresses::OLD_SERVICES;
pub use acceptor::TlsAcceptor;
pub use error::TlsError;
pub use fault::{Fault, authority_to_import, faults};
pub use folder::old_authority_file;
pub use identity::Identity;
pub use names::Names;
#[cfg(feature = "old-windows")]
pub use old_windows::OldWindows;
#[cfg(feature = "old-windows")]
pub(crate) use old_windows::Side;
