//! The certificates for old Windows, beside those for modern clients.
//!
//! In an empty folder, the authority is made so that old Windows can import it: then `ca.pem` vouches for the
//! certificates of both kinds of clients. Where there already is an authority that old Windows cannot use, or an
//! operator's own certificate, that stays, and `old-ca.pem` is made for old Windows alone. Either signs
//! `old-server.pem`. All this has to happen before [`Identity::open`](super::Identity::open) makes an authority.

#[cfg(test)]
mod tests;

use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use papillon_legacy_tls::{Acceptor, Authority, Leaf, MAX_PREFIX, ModernKey, OldStream, Route};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tokio::io::{AsyncRead, AsyncWrite};

use super::authority::RENEW_BEFORE;
use super::error::TlsError;
use super::fault::{self, Fault};
use super::files::{self, Readers};
use super::folder::{Folder, old_authority_file};
use super::names::{COMMON_NAME, Names, own_addresses};
use super::renewal::Renewal;
use crate::listen::Peeked;

/// The certificates for old Windows, and their files.
#[derive(Debug)]
pub struct OldWindows {
    folder: PathBuf,
    names: RwLock<Names>,
    shown: RwLock<Shown>,
    renewal: Renewal,
}

#[derive(Debug)]
struct Shown {
    acceptor: Acceptor,
    /// The certificates in PEM, to see when they change.
    certificates: String,
    modern: ModernKey,
}

impl OldWindows {
    /// Reads the certificates in `folder`, or makes missing ones. `names` are the names that they have to carry besides
    /// the old ones and the machine's addresses; a public host will do. This reads and writes files, may look for
    /// prime numbers, and blocks the thread for that long: a second at most times.
    ///
    /// # Errors
    /// A [`TlsError`], written for the operator.
    pub fn open(
        folder: impl Into<PathBuf>,
        names: impl Into<Names>,
        now: SystemTime,
    ) -> Result<Arc<Self>, TlsError> {
        let folder = folder.into();
        let names = names.into().checked()?;
        let shown = load(&folder, &names, &own_addresses(), now)?;
        if let Some(fault) = &foreign_fault(&folder, &shown.certificates, now) {
            tracing::error!("{fault}");
        }
        let renewal = Renewal::of(&folder);
        Ok(Arc::new(Self { folder, names: RwLock::new(names), shown: RwLock::new(shown), renewal }))
    }

    /// Looks at the files again, as [`Identity::renew`](super::Identity::renew), and before it. Returns
    /// whether the certificate is another one than before.
    ///
    /// # Errors
    /// As [`OldWindows::open`], and as [`Identity::renew`](super::Identity::renew); the certificate shown remains.
    pub fn renew(&self, now: SystemTime) -> Result<bool, TlsError> {
        self.renew_for(&own_addresses(), now)
    }

    fn renew_for(&self, addresses: &[IpAddr], now: SystemTime) -> Result<bool, TlsError> {
        let names = self.names.read().unwrap_or_else(PoisonError::into_inner).clone();
        let loaded = load(&self.folder, &names, addresses, now)?;
        let fault = foreign_fault(&self.folder, &loaded.certificates, now);
        let mut shown = self.shown.write().unwrap_or_else(PoisonError::into_inner);
        let changed = shown.certificates != loaded.certificates;
        let was_good = || time_fault(&self.folder, &shown.certificates, now).is_none();
        if let Some(fault) = fault.filter(|_| changed && was_good()) {
            return Err(TlsError::Time(fault));
        }
        // A new acceptor forgets the sessions that clients could resume: not for the same certificate.
        if changed || shown.modern != loaded.modern {
            *shown = loaded;
        }
        Ok(changed)
    }

    /// Changes the names that the certificates have to carry, as [`Identity::tell_names`](super::Identity::tell_names).
    ///
    /// # Errors
    /// When a name cannot stand in a certificate; the names told before hold.
    pub fn tell_names(&self, names: Names) -> Result<(), TlsError> {
        *self.names.write().unwrap_or_else(PoisonError::into_inner) = names.checked()?;
        Ok(())
    }

    /// Has the renewal task read the files again at once.
    pub fn read_again(&self) {
        self.renewal.ask();
    }

    /// Keeps the certificate shown current until it is dropped.
    pub(crate) async fn keep_current(self: Arc<Self>) {
        let shown = Arc::clone(&self);
        self.renewal.run(move |now| shown.renew(now)).await;
    }

    /// Reads a hello and shakes hands with a legacy client. It has no time limit for a silent client: the caller has.
    ///
    /// # Errors
    /// When the connection fails, or does not begin with a hello.
    pub(crate) async fn let_in<S>(&self, mut stream: Peeked<S>) -> io::Result<Side<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        // Copies of one moment: nothing is locked while the client takes its time.
        let (modern, acceptor) = self.read(|shown| (shown.modern, shown.acceptor.clone()));
        let route = stream
            .until(MAX_PREFIX, |prefix| match papillon_legacy_tls::route(prefix, modern) {
                Route::More => None,
                route => Some(route),
            })
            .await?;
        match route {
            Route::Modern => Ok(Side::Modern(stream)),
            Route::Old => Ok(Side::Old(acceptor.accept(stream).await?)),
            // Its beginning has been read as far as a hello may go, and neither side can serve it.
            _ => Err(io::Error::new(io::ErrorKind::InvalidData, "not TLS")),
        }
    }

    fn read<T>(&self, read: impl FnOnce(&Shown) -> T) -> T {
        read(&self.shown.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The TLS implementation that serves a connection.
pub(crate) enum Side<S> {
    /// Modern TLS. The stream still has its hello: rustls reads it again.
    Modern(Peeked<S>),
    /// Legacy TLS, after its handshake.
    Old(OldStream<Peeked<S>>),
}

/// The fault in the times of a certificate that is not one of ours; those are renewed.
fn foreign_fault(folder: &Path, certificates: &str, now: SystemTime) -> Option<Fault> {
    let authority = CertificateDer::from_pem_file(old_authority_file(folder)).ok();
    let last = CertificateDer::pem_slice_iter(certificates.as_bytes()).filter_map(Result::ok).last();
    let is_ours = authority.is_some() && last == authority;
    if is_ours { None } else { time_fault(folder, certificates, now) }
}

fn time_fault(folder: &Path, certificates: &str, now: SystemTime) -> Option<Fault> {
    let chain: Vec<_> =
        CertificateDer::pem_slice_iter(certificates.as_bytes()).filter_map(Result::ok).collect();
    fault::of_time(&folder.join("old-server.pem"), &chain, now)
}

fn load(folder: &Path, names: &Names, addresses: &[IpAddr], now: SystemTime) -> Result<Shown, TlsError> {
    let in_folder = |source| TlsError::File { path: folder.to_owned(), source };
    files::private_folder(folder).map_err(in_folder)?;
    let _lock = files::lock(folder).map_err(in_folder)?;
    let folder = Folder(folder);
    let leaf = leaf(&folder, names, addresses, now)?;
    let modern = match folder.read("server.pem")? {
        Some(pem) => ModernKey::of(&pem).map_err(|_| TlsError::Content {
            path: folder.path("server.pem"),
            what: "certificate",
            others: "server.key",
        })?,
        // The kind that `Identity` will make, after this.
        None => ModernKey::Ecdsa,
    };
    Ok(Shown { acceptor: Acceptor::new(&leaf)?, certificates: leaf.certificates_pem()?, modern })
}

/// The certificate that is there, if it can stay, or else a new one.
fn leaf(folder: &Folder<'_>, names: &Names, addresses: &[IpAddr], now: SystemTime) -> Result<Leaf, TlsError> {
    let present = match (folder.read("old-server.pem")?, folder.read("old-server.key")?) {
        (Some(certificates), Some(key)) => Some(read_leaf(folder, &certificates, &key)?),
        _ => None,
    };
    let authority = authority(folder, now)?;
    if let Some(leaf) = present {
        // An operator's own is left alone.
        let needed = names.needed(addresses);
        if !leaf.comes_with(&authority) || authority.vouches_for(&leaf, &needed, now + RENEW_BEFORE) {
            return Ok(leaf);
        }
    }
    // The first name is the common name, which is all that some clients look at. `false` sorts first.
    let mut names = names.all(addresses);
    names.sort_by_key(|name| name != COMMON_NAME);
    let leaf = authority.issue(&names)?;
    // A leaf ends with its authority, so an authority that has expired signs expired leaves; an operator's own may lack
    // the right to sign.
    if !authority.vouches_for(&leaf, &[], now) {
        return Err(TlsError::OldAuthority { path: old_authority_file(folder.0) });
    }
    folder.write("old-server.key", &leaf.key_pem()?, Readers::Owner)?;
    folder.write("old-server.pem", &leaf.certificates_pem()?, Readers::Everybody)?;
    tracing::info!(file = %folder.path("old-server.pem").display(), "made a certificate for old Windows");
    Ok(leaf)
}

fn read_leaf(folder: &Folder<'_>, certificates: &str, key: &str) -> Result<Leaf, TlsError> {
    Leaf::read(certificates, key).map_err(|error| match error {
        papillon_legacy_tls::Error::Mismatch => TlsError::Mismatch { path: folder.path("old-server.key") },
        _ => TlsError::Content {
            path: folder.path("old-server.pem"),
            what: "certificate and key",
            others: "old-server.key",
        },
    })
}

/// The authority that old Windows imports; made when there is none.
fn authority(folder: &Folder<'_>, now: SystemTime) -> Result<Authority, TlsError> {
    let there = |name| folder.path(name).exists();
    // A separate authority that is there once stays in use: people have imported it.
    if !there("old-ca.pem") && !there("old-ca.key") {
        let common = match (folder.read("ca.pem")?, folder.read("ca.key")?) {
            (Some(certificate), Some(key)) => read_authority(folder, "ca", &certificate, &key)?,
            // A start that was interrupted between the two files: the certificate is made for the key that is there.
            (None, Some(key)) if !there("server.pem") => {
                remake(folder, "ca", Authority::with_key(&key, now).ok().flatten())?
            }
            (None, None) if !there("server.pem") => remake(folder, "ca", Some(Authority::make(now)?))?,
            _ => None,
        };
        if let Some(authority) = common {
            return Ok(authority);
        }
    }
    let own = match (folder.read("old-ca.pem")?, folder.read("old-ca.key")?) {
        (Some(certificate), Some(key)) => read_authority(folder, "old-ca", &certificate, &key)?,
        (Some(_), None) => {
            let present = folder.path("old-ca.pem");
            return Err(TlsError::Incomplete { present, missing: "old-ca.key" });
        }
        (None, Some(key)) => remake(folder, "old-ca", Authority::with_key(&key, now).ok().flatten())?,
        (None, None) => remake(folder, "old-ca", Some(Authority::make(now)?))?,
    };
    own.ok_or_else(|| TlsError::Content {
        path: folder.path("old-ca.pem"),
        what: "authority for old Windows, which has an RSA key and signs with SHA-1",
        others: "old-ca.key",
    })
}

/// `None` for a modern authority.
fn read_authority(
    folder: &Folder<'_>,
    name: &str,
    certificate: &str,
    key: &str,
) -> Result<Option<Authority>, TlsError> {
    Authority::read(certificate, key).map_err(|_| TlsError::Content {
        path: folder.path(&format!("{name}.pem")),
        what: "authority and key",
        others: "the whole folder",
    })
}

/// Writes an authority that has just been made. Its key goes first: a certificate is made again for a key,
/// but not the other way round.
fn remake(
    folder: &Folder<'_>,
    name: &str,
    authority: Option<Authority>,
) -> Result<Option<Authority>, TlsError> {
    if let Some(authority) = &authority {
        folder.write(&format!("{name}.key"), &authority.key_pem()?, Readers::Owner)?;
        folder.write(&format!("{name}.pem"), &authority.certificate_pem()?, Readers::Everybody)?;
    }
    Ok(authority)
}
