//! The certificate that the HTTPS listener shows.
//!
//! `DATA/tls/` holds it: `server.pem` (the certificate and the chain to its authority) and `server.key`. Where there
//! is none, one is made and signed by a private authority, which is made, too. People import its `ca.pem`; its
//! `ca.key` must not get out. The service renews certificates that it has made, and uses an operator's own as they
//! are.

mod acceptor;
mod authority;
mod fault;
mod files;
mod names;
#[cfg(feature = "old-windows")]
mod old_windows;
mod renewal;
mod too_old;

use std::fmt;
use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rcgen::KeyPair;
use rustls::ServerConfig;
use rustls::client::verify_server_name;
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::{ClientHello, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use zeroize::Zeroizing;

pub use crate::addresses::OLD_SERVICES;
pub use acceptor::TlsAcceptor;
pub use fault::{Fault, authority_to_import, faults};
pub use names::Names;
#[cfg(feature = "old-windows")]
pub use old_windows::OldWindows;
#[cfg(feature = "old-windows")]
pub(crate) use old_windows::Side;

use authority::Authority;
use fault::check;
use files::Readers;
use names::own_addresses;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// A certificate that was made here is made again this long before its end.
const RENEW_BEFORE: Duration = DAY.saturating_mul(30);

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

/// The certificate, its key and the files they come from. Share it: listeners show the certificate that it holds at
/// the time of each handshake.
pub struct Identity {
    folder: PathBuf,
    names: RwLock<Names>,
    shown: Arc<Shown>,
    config: Arc<ServerConfig>,
    /// The same for clients that offer HTTP/2.
    http2: Arc<ServerConfig>,
}

impl Identity {
    /// Reads the certificate in `folder`, or makes a missing one. `names` are the names that it has to carry besides
    /// the old ones and the machine's addresses; a public host will do. This reads and writes files and blocks the
    /// thread for that long.
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
        let key = Arc::new(ring::default_provider());
        let loaded = load(&folder, &names, &own_addresses(), &key, now)?;
        // An operator's own is shown with its fault: without it there would be nothing to show.
        if let Some(fault) = foreign_fault(&folder, &loaded.cert, now) {
            tracing::error!("{fault}");
        }
        let shown = Arc::new(Shown(RwLock::new(loaded)));
        let config = ServerConfig::builder_with_provider(key)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&shown) as Arc<dyn ResolvesServerCert>);
        // Two configurations: with protocols configured, rustls refuses a client that offers only others (RFC 7301).
        let mut http2 = config.clone();
        http2.alpn_protocols = vec![acceptor::HTTP_2.to_vec(), b"http/1.1".to_vec()];
        let (config, http2) = (Arc::new(config), Arc::new(http2));
        Ok(Arc::new(Self { folder, names: RwLock::new(names), shown, config, http2 }))
    }

    /// Looks at the files again, makes a new certificate where ours is near its end or lacks a name or an address
    /// that this machine has now, and shows the certificate there from now on. Open connections keep the old one.
    /// To be called where it may block. Returns whether the certificate is another one than before.
    ///
    /// # Errors
    /// As [`Identity::open`], and when an operator's certificate there has expired or is not valid yet, while the one
    /// before is valid; the certificate shown remains.
    pub fn renew(&self, now: SystemTime) -> Result<bool, TlsError> {
        self.renew_for(&own_addresses(), now)
    }

    fn renew_for(&self, addresses: &[IpAddr], now: SystemTime) -> Result<bool, TlsError> {
        // A copy: no lock is held while files are read. The lock of `shown` is taken by every handshake.
        let names = self.names.read().unwrap_or_else(PoisonError::into_inner).clone();
        let loaded = load(&self.folder, &names, addresses, self.config.crypto_provider(), now)?;
        let fault = foreign_fault(&self.folder, &loaded.cert, now);
        let mut shown = self.shown.0.write().unwrap_or_else(PoisonError::into_inner);
        let changed = shown.cert != loaded.cert;
        // Only against a better one: when that has run out, too, the operator's newer files are no worse.
        if let Some(fault) = fault.filter(|_| changed && is_good_now(&shown.cert, now)) {
            return Err(TlsError::Time(fault));
        }
        *shown = loaded;
        Ok(changed)
    }

    /// Changes the names that the certificate has to carry; [`Identity::renew`] makes a new one if that is needed.
    ///
    /// # Errors
    /// When a name cannot stand in a certificate; the names told before hold.
    pub fn tell_names(&self, names: Names) -> Result<(), TlsError> {
        *self.names.write().unwrap_or_else(PoisonError::into_inner) = names.checked()?;
        Ok(())
    }

    /// The configuration for a listener: TLS 1.2 and 1.3, with the same certificate for every name that a client asks
    /// for, and for none.
    pub fn server_config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }

    /// The same, for a client that has offered HTTP/2.
    fn http2_config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.http2)
    }

    /// The file to import on clients; `None` when another authority than the service's own signs.
    pub fn authority_file(&self) -> Option<PathBuf> {
        let path = self.folder.join("ca.pem");
        let authority = CertificateDer::from_pem_file(&path).ok()?;
        let shown = self.shown.0.read().unwrap_or_else(PoisonError::into_inner);
        (shown.cert.last() == Some(&authority)).then_some(path)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("folder", &self.folder)
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}

/// The file to import on old Windows from a folder with certificates, whether it is there yet or not. Where the
/// authority for modern clients cannot be imported there, it is a file of its own.
pub fn old_authority_file(folder: &Path) -> PathBuf {
    let own = folder.join("old-ca.pem");
    if own.exists() { own } else { folder.join("ca.pem") }
}

/// The fault in the times of a certificate that is not one of ours; those are renewed.
fn foreign_fault(folder: &Path, chain: &[CertificateDer<'_>], now: SystemTime) -> Option<Fault> {
    let authority = CertificateDer::from_pem_file(folder.join("ca.pem")).ok();
    let is_ours = authority.is_some() && chain.last() == authority.as_ref();
    if is_ours { None } else { fault::of_time(&folder.join("server.pem"), chain, now) }
}

/// Whether the times of this certificate are right.
fn is_good_now(chain: &[CertificateDer<'_>], now: SystemTime) -> bool {
    fault::of_time(Path::new(""), chain, now).is_none()
}

/// The certificate that is shown in handshakes.
struct Shown(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").finish_non_exhaustive()
    }
}

/// The files under one folder.
struct Folder<'a>(&'a Path);

impl Folder<'_> {
    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A file's text; `None` when there is no such file.
    fn read(&self, name: &str) -> Result<Option<Zeroizing<String>>, TlsError> {
        match fs::read_to_string(self.path(name)) {
            Ok(text) => Ok(Some(Zeroizing::new(text))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(TlsError::File { path: self.path(name), source }),
        }
    }

    fn write(&self, name: &str, text: &str, readers: Readers) -> Result<(), TlsError> {
        let path = self.path(name);
        files::replace(&path, text, readers).map_err(|source| TlsError::File { path, source })
    }

    fn chain(&self, name: &str, pem: &str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
        let bad = || TlsError::Content {
            path: self.path(name),
            what: "certificate",
            others: if name == "ca.pem" { "the whole folder" } else { "server.key" },
        };
        let chain = CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<Vec<_>, _>>();
        let chain = chain.map_err(|_| bad())?;
        match chain.first().map(ParsedCertificate::try_from) {
            Some(Ok(_)) => Ok(chain),
            _ => Err(bad()),
        }
    }

    /// A key of ours; made and written when there is none.
    fn key(&self, name: &str) -> Result<KeyPair, TlsError> {
        if let Some(pem) = self.read(name)? {
            return KeyPair::from_pem(&pem).map_err(|_| TlsError::Content {
                path: self.path(name),
                what: "private key",
                others: if name == "ca.key" { "the whole folder" } else { "server.pem" },
            });
        }
        let key = KeyPair::generate()?;
        self.write(name, &Zeroizing::new(key.serialize_pem()), Readers::Owner)?;
        Ok(key)
    }
}

fn load(
    folder: &Path,
    names: &Names,
    addresses: &[IpAddr],
    provider: &CryptoProvider,
    now: SystemTime,
) -> Result<Arc<CertifiedKey>, TlsError> {
    let in_folder = |source| TlsError::File { path: folder.to_owned(), source };
    files::private_folder(folder).map_err(in_folder)?;
    // Another process on this folder, such as `legacy-tls`, may make the same files at this moment.
    let _lock = files::lock(folder).map_err(in_folder)?;
    let folder = Folder(folder);
    let mut chain = match folder.read("server.pem")? {
        Some(pem) => Some(folder.chain("server.pem", &pem)?),
        None => None,
    };
    let authority = match folder.read("ca.pem")? {
        Some(pem) => folder.chain("ca.pem", &pem)?.into_iter().next(),
        None => None,
    };
    // Ours is the certificate that comes with our authority's. An operator's own is left alone, also when it has
    // expired.
    let ours = authority.is_some() && chain.as_ref().is_none_or(|chain| chain.last() == authority.as_ref());
    let make = match &chain {
        None => true,
        Some(chain) if ours => {
            !is_good(chain, &names.needed(addresses), provider, now) || !folder.path("server.key").exists()
        }
        Some(_) => false,
    };
    if make {
        chain = Some(make_leaf(&folder, &names.all(addresses), provider, now)?);
    }
    let key = folder.read("server.key")?;
    let (Some(chain), Some(key)) = (chain, key) else {
        return Err(TlsError::Incomplete { present: folder.path("server.pem"), missing: "server.key" });
    };
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| TlsError::Content {
        path: folder.path("server.key"),
        what: "private key",
        others: "server.pem",
    })?;
    match CertifiedKey::from_der(chain, key, provider) {
        Ok(pair) => Ok(Arc::new(pair)),
        Err(rustls::Error::InconsistentKeys(_)) => {
            Err(TlsError::Mismatch { path: folder.path("server.key") })
        }
        Err(error) => Err(error.into()),
    }
}

/// Makes `server.pem`, and each missing file that it needs. A key is written before the certificate over it, so that an
/// interruption leaves no files that do not match.
fn make_leaf(
    folder: &Folder<'_>,
    names: &[String],
    provider: &CryptoProvider,
    now: SystemTime,
) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let authority_pem = folder.read("ca.pem")?;
    // A new key for the authority would make the `ca.pem` that people have imported worthless: the operator decides.
    if authority_pem.is_some() && !folder.path("ca.key").exists() {
        return Err(TlsError::Incomplete { present: folder.path("ca.pem"), missing: "ca.key" });
    }
    let authority = Authority::new(folder.key("ca.key")?);
    let authority_pem = match authority_pem {
        Some(pem) => pem,
        None => {
            let pem = Zeroizing::new(authority.certificate(now)?);
            folder.write("ca.pem", &pem, Readers::Everybody)?;
            pem
        }
    };
    let key = folder.key("server.key")?;
    let leaf = authority.issue(&key, names, now)?;
    let pem = leaf + &authority_pem;
    let chain = folder.chain("server.pem", &pem)?;
    // Before it is written: a `ca.pem` that was put there may be another key's, or have expired.
    check(&chain, provider, now)
        .map_err(|source| TlsError::Authority { path: folder.path("ca.pem"), source })?;
    folder.write("server.pem", &pem, Readers::Everybody)?;
    tracing::info!(file = %folder.path("server.pem").display(), "made a certificate");
    Ok(chain)
}

/// Whether a certificate of ours can stay: it will still be good in a month and carries all names
/// that it has to.
fn is_good(
    chain: &[CertificateDer<'_>],
    needed: &[String],
    provider: &CryptoProvider,
    now: SystemTime,
) -> bool {
    let Some(leaf) = chain.first().and_then(|leaf| ParsedCertificate::try_from(leaf).ok()) else {
        return false;
    };
    let carries = |name: &String| {
        ServerName::try_from(name.as_str()).is_ok_and(|name| verify_server_name(&leaf, &name).is_ok())
    };
    check(chain, provider, now).is_ok()
        && check(chain, provider, now + RENEW_BEFORE).is_ok()
        && needed.iter().all(carries)
}

#[cfg(test)]
mod tests;
