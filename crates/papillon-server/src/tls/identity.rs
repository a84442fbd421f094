//! The certificate that is shown in handshakes, with its key: read, made and renewed.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use rustls::ServerConfig;
use rustls::client::verify_server_name;
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::{ClientHello, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use zeroize::Zeroizing;

use super::authority::{Authority, RENEW_BEFORE};
use super::error::TlsError;
use super::fault::{self, Fault, check};
use super::files::{self, Readers};
use super::folder::Folder;
use super::names::{Names, own_addresses};

/// HTTP/2 as a client offers it (RFC 9113, section 3.2).
pub(super) const HTTP_2: &[u8] = b"h2";

/// The certificate, its key and the files they come from. Share it: listeners show the certificate that it holds at
/// the time of each handshake.
pub struct Identity {
    pub(super) folder: PathBuf,
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
        http2.alpn_protocols = vec![HTTP_2.to_vec(), b"http/1.1".to_vec()];
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
    pub(super) fn http2_config(&self) -> Arc<ServerConfig> {
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
