//! Faults of a certificate that an operator put into the folder. The service at its start, its check and the doctor
//! name them in the same words.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, Error, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use time::OffsetDateTime;

/// The fault for which clients refuse a certificate, whichever authority signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The key is another certificate's.
    Mismatch {
        /// The key's file.
        key: PathBuf,
        /// The certificate's file.
        certificate: PathBuf,
    },
    /// Its time is over.
    Expired {
        /// Its file.
        certificate: PathBuf,
        /// When that was, if the certificate says it.
        at: Option<SystemTime>,
    },
    /// Its time has not come.
    NotYetValid {
        /// Its file.
        certificate: PathBuf,
        /// When it comes, if the certificate says it.
        from: Option<SystemTime>,
    },
}

impl Fault {
    /// The key in this file, `NAME.key`, is not that of `NAME.pem`.
    pub(super) fn of_key(key: &Path) -> Self {
        Self::Mismatch { key: key.to_owned(), certificate: key.with_extension("pem") }
    }

    /// Whether it is about the times of the certificate in this file.
    pub fn is_of_time_in(&self, file: &Path) -> bool {
        match self {
            Self::Expired { certificate, .. } | Self::NotYetValid { certificate, .. } => certificate == file,
            Self::Mismatch { .. } => false,
        }
    }

    /// The finding.
    pub fn seen(&self) -> String {
        match self {
            Self::Mismatch { key, certificate } => {
                format!("{} does not belong to the certificate in {}", key.display(), certificate.display())
            }
            Self::Expired { certificate, at } => {
                format!("the certificate in {} has expired{}", certificate.display(), on(*at))
            }
            Self::NotYetValid { certificate, from } => {
                format!("the certificate in {} is not good yet{}", certificate.display(), since(*from))
            }
        }
    }

    /// The remedy.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Mismatch { .. } => "replace one of them",
            Self::Expired { .. } => "get a new one from its authority",
            Self::NotYetValid { .. } => {
                "set the clock of this machine, or get another one from its authority"
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.seen(), self.advice())
    }
}

fn on(at: Option<SystemTime>) -> String {
    at.and_then(date).map(|date| format!(" ({date})")).unwrap_or_default()
}

fn since(from: Option<SystemTime>) -> String {
    from.and_then(date).map(|date| format!(" (from {date} on)")).unwrap_or_default()
}

/// The day, in UTC.
fn date(at: SystemTime) -> Option<String> {
    let since_1970 = i64::try_from(at.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()?;
    Some(OffsetDateTime::from_unix_timestamp(since_1970).ok()?.date().to_string())
}

/// Looks at the certificates in `folder` as they are, and changes nothing. Files that are missing or cannot be read
/// are no faults of a certificate. The times of those made here are none either: the service renews them. The one
/// for `old_windows` counts only where it is shown.
pub fn faults(folder: &Path, old_windows: bool, now: SystemTime) -> Vec<Fault> {
    let authority = |name: &str| read_chain(&folder.join(name)).and_then(|chain| chain.into_iter().next());
    let ours = ["ca.pem", "old-ca.pem"].map(authority);
    let mut faults = Vec::new();
    let shown: &[&str] = if old_windows { &["server", "old-server"] } else { &["server"] };
    for name in shown {
        let (certificate, key) = (folder.join(format!("{name}.pem")), folder.join(format!("{name}.key")));
        let Some(chain) = read_chain(&certificate) else { continue };
        let is_ours = ours.iter().flatten().any(|authority| chain.last() == Some(authority));
        faults.extend(mismatch(&chain, &key));
        if !is_ours {
            faults.extend(of_time(&certificate, &chain, now));
        }
    }
    faults
}

/// The authority in `folder` that modern clients have to import. None where it does not vouch for the certificate
/// there, which is then an operator's own.
pub fn authority_to_import(folder: &Path) -> Option<PathBuf> {
    let file = folder.join("ca.pem");
    let authority = read_chain(&file)?.into_iter().next()?;
    (read_chain(&folder.join("server.pem"))?.last() == Some(&authority)).then_some(file)
}

fn read_chain(path: &Path) -> Option<Vec<CertificateDer<'static>>> {
    let pem = fs::read(path).ok()?;
    CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>().ok()
}

/// Whether the key in this file is the first certificate's.
fn mismatch(chain: &[CertificateDer<'static>], key: &Path) -> Option<Fault> {
    let read = PrivateKeyDer::from_pem_file(key).ok()?;
    match CertifiedKey::from_der(chain.to_vec(), read, &ring::default_provider()) {
        Err(Error::InconsistentKeys(_)) => Some(Fault::of_key(key)),
        // They belong together, or cannot be compared: no fault that a client would see.
        _ => None,
    }
}

/// Whether the time of a certificate from this file, or of one that leads to its authority, is over or has not come.
pub(super) fn of_time(file: &Path, chain: &[CertificateDer<'_>], now: SystemTime) -> Option<Fault> {
    let at = |time: &UnixTime| Some(UNIX_EPOCH + Duration::from_secs(time.as_secs()));
    let certificate = file.to_owned();
    let Err(Error::InvalidCertificate(error)) = check(chain, &ring::default_provider(), now) else {
        return None;
    };
    match error {
        CertificateError::Expired => Some(Fault::Expired { certificate, at: None }),
        CertificateError::ExpiredContext { not_after, .. } => {
            Some(Fault::Expired { certificate, at: at(&not_after) })
        }
        CertificateError::NotValidYet => Some(Fault::NotYetValid { certificate, from: None }),
        CertificateError::NotValidYetContext { not_before, .. } => {
            Some(Fault::NotYetValid { certificate, from: at(&not_before) })
        }
        _ => None,
    }
}

/// Checks a chain as a client does that trusts its last certificate.
pub(super) fn check(
    chain: &[CertificateDer<'_>],
    provider: &CryptoProvider,
    at: SystemTime,
) -> Result<(), Error> {
    let (Some(leaf), Some(root)) = (chain.first(), chain.last()) else {
        return Err(Error::NoCertificatesPresented);
    };
    let mut roots = RootCertStore::empty();
    roots.add(root.clone().into_owned())?;
    // A certificate that signs itself is leaf and root in one: then the range is 1..0, which `get` refuses.
    let between = chain.get(1..chain.len() - 1).unwrap_or_default();
    let at = UnixTime::since_unix_epoch(at.duration_since(UNIX_EPOCH).unwrap_or_default());
    let leaf = ParsedCertificate::try_from(leaf)?;
    let algorithms = provider.signature_verification_algorithms.all;
    verify_server_cert_signed_by_trust_anchor(&leaf, &roots, between, at, algorithms)
}
