//! The errors of certificates and of TLS, for the operator.

use std::io;
use std::path::PathBuf;

use super::fault::Fault;

/// The reason for which there is no certificate to show, with the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file or the folder cannot be read or written.
    #[error("{}: {source}. Give the service's user access to it", path.display())]
    File {
        /// The file or the folder.
        path: PathBuf,
        /// The cause that the system gave.
        source: io::Error,
    },
    /// A file does not hold the content that its name promises.
    #[error("{} holds no usable {what}. Replace it, or remove it together with {others} to have new ones made", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// The kind of content that it should have.
        what: &'static str,
        /// The files that must not remain without it.
        others: &'static str,
    },
    /// One of two files that belong together is not there.
    #[error("{} is there and {missing} beside it is not. Put it back, or remove the folder to have everything made anew; people then have to import the new ca.pem", present.display())]
    Incomplete {
        /// The file that is there.
        present: PathBuf,
        /// The name of the one that is not.
        missing: &'static str,
    },
    /// The key is another certificate's.
    #[error("{}", Fault::of_key(path))]
    Mismatch {
        /// The key's file.
        path: PathBuf,
    },
    /// A certificate that an operator put in the place of a good one has expired or is not valid yet.
    #[error("{0}")]
    Time(Fault),
    /// The authority's certificate does not vouch for certificates that its key signs.
    #[error("{}: the authority is not usable ({source}). Remove the folder to have a new one made; people then have to import the new ca.pem", path.display())]
    Authority {
        /// The authority's certificate.
        path: PathBuf,
        /// The fault of it.
        source: rustls::Error,
    },
    /// The public host is neither a host name nor an address.
    #[error(
        "the public host {0:?} cannot stand in a certificate. Set it to a host name or an IP address, without a port"
    )]
    PublicHost(String),
    /// Another name is neither a host name nor an address.
    #[error(
        "the name {0:?} cannot stand in a certificate. Give --tls-name a host name or an IP address, without a port"
    )]
    Name(String),
    /// A certificate could not be made.
    #[error("a certificate could not be made: {0}")]
    Making(#[from] rcgen::Error),
    /// TLS could not be set up.
    #[error("TLS could not be set up: {0}")]
    Setup(#[from] rustls::Error),
    /// Old Windows cannot be let in by this program.
    #[cfg(not(feature = "old-windows"))]
    #[error(
        "this program was built without TLS for old Windows. Build it with its default features, or leave out --old-windows (old_windows in the configuration file, PAPILLON_OLD_WINDOWS)"
    )]
    NoOldWindows,
    /// The authority for old Windows is not good any more, or not for this.
    #[cfg(feature = "old-windows")]
    #[error("{}: the authority for old Windows has expired. Remove the folder to have a new one made; people then have to import that", path.display())]
    OldAuthority {
        /// The authority's certificate.
        path: PathBuf,
    },
    /// TLS or a certificate for old Windows could not be made.
    #[cfg(feature = "old-windows")]
    #[error("TLS for old Windows could not be set up: {0}")]
    Old(#[from] papillon_legacy_tls::Error),
}
