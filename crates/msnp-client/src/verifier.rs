//! The verifier of certificates.

mod authority;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;

use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use sha2::{Digest, Sha256};

use crate::{CertificateFault, ServerCertificate, SignInError, Trust};

/// A certificate that was refused, and the reason.
#[derive(Debug, Clone)]
struct Refused {
    fingerprint: [u8; 32],
    authority: String,
    fault: CertificateFault,
}

/// A connection that failed because of a server's certificate, among errors of the network.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Untrusted(pub(crate) ServerCertificate);

/// Decides by a [`Trust`], and remembers the certificate that it refused.
#[derive(Debug, Clone)]
pub(crate) struct Verifier(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    provider: Arc<CryptoProvider>,
    /// `None` when there are no authorities at all.
    authorities: Option<Arc<WebPkiServerVerifier>>,
    pins: Vec<[u8; 32]>,
    anybody: bool,
    refused: Mutex<Option<Refused>>,
}

impl Verifier {
    pub(crate) fn new(trust: &Trust) -> Result<Self, SignInError> {
        // Named here rather than taken from the process: a program may have installed another provider, or none.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = RootCertStore::empty();
        // Faults are not reported: a machine without authorities trusts none, and a file or a pin of the program's own
        // still counts.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let (mut pins, mut anybody) = (Vec::new(), false);
        match trust {
            Trust::System => {}
            Trust::Authorities(pem) => {
                add_authorities(&mut roots, pem).map_err(|fault| unusable("", &fault))?
            }
            Trust::File(path) => {
                add_authorities(&mut roots, &read(path)?).map_err(|fault| unusable_file(path, &fault))?;
            }
            Trust::Pinned(fingerprints) => pins.clone_from(fingerprints),
            Trust::Anybody => anybody = true,
        }
        let authorities = verifier(roots, &provider);
        let inner = Inner { provider, authorities, pins, anybody, refused: Mutex::new(None) };
        Ok(Self(Arc::new(inner)))
    }

    /// The settings for a connection.
    pub(crate) fn config(&self) -> Result<ClientConfig, SignInError> {
        let builder = ClientConfig::builder_with_provider(Arc::clone(&self.0.provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| SignInError::Setting(error.to_string()))?;
        let verifier: Arc<dyn ServerCertVerifier> = Arc::<Inner>::clone(&self.0);
        Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
    }

    /// The certificate of this server that was refused, if the connection failed for that reason.
    pub(crate) fn refused(&self, server: &str) -> Option<ServerCertificate> {
        let Refused { fingerprint, authority, fault } = self.0.refused.lock().clone()?;
        Some(ServerCertificate { server: server.to_owned(), fingerprint, authority, fault })
    }
}

/// Loads the certificates of a [`Trust`], and checks that it can be used at all.
pub(crate) fn checked(trust: Trust) -> Result<Trust, SignInError> {
    let mut roots = RootCertStore::empty();
    match trust {
        Trust::File(path) => {
            let pem = read(&path)?;
            add_authorities(&mut roots, &pem).map_err(|fault| unusable_file(&path, &fault))?;
            Ok(Trust::Authorities(pem))
        }
        Trust::Authorities(pem) => {
            add_authorities(&mut roots, &pem).map_err(|fault| unusable("", &fault))?;
            Ok(Trust::Authorities(pem))
        }
        trust => Ok(trust),
    }
}

fn unusable_file(path: &Path, fault: &str) -> SignInError {
    unusable(&format!(" {}", path.display()), fault)
}

fn unusable(file: &str, fault: &str) -> SignInError {
    SignInError::Setting(format!("the authority's certificate{file} cannot be used: {fault}"))
}

fn read(path: &Path) -> Result<Vec<u8>, SignInError> {
    let fault = |error| format!("the authority's certificate {} cannot be read: {error}", path.display());
    std::fs::read(path).map_err(|error: std::io::Error| SignInError::Setting(fault(error)))
}

fn verifier(roots: RootCertStore, provider: &Arc<CryptoProvider>) -> Option<Arc<WebPkiServerVerifier>> {
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build().ok()
}

fn add_authorities(roots: &mut RootCertStore, pem: &[u8]) -> Result<(), String> {
    let mut any = false;
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
        any = true;
    }
    if any { Ok(()) } else { Err("there is none in PEM form".into()) }
}

/// The fault of a certificate.
fn fault(error: &Error) -> CertificateFault {
    use CertificateError as Wrong;
    match error {
        Error::InvalidCertificate(Wrong::UnknownIssuer) => CertificateFault::UnknownAuthority,
        Error::InvalidCertificate(Wrong::NotValidForName | Wrong::NotValidForNameContext { .. }) => {
            CertificateFault::OtherName
        }
        Error::InvalidCertificate(Wrong::Expired | Wrong::ExpiredContext { .. }) => CertificateFault::Expired,
        Error::InvalidCertificate(Wrong::NotValidYet | Wrong::NotValidYetContext { .. }) => {
            CertificateFault::NotYetValid
        }
        error => CertificateFault::Other(error.to_string()),
    }
}

fn fingerprint(certificate: &CertificateDer<'_>) -> [u8; 32] {
    Sha256::digest(certificate).into()
}

impl Inner {
    /// A pinned certificate is trusted, and so are those that it signed. The names in a certificate
    /// do not count then: the pin was made for this server.
    fn is_pinned(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> bool {
        if self.pins.contains(&fingerprint(leaf)) {
            return true;
        }
        // The server chooses the chain that it sends: the pinned certificate in it proves nothing until it has
        // signed the leaf.
        let Some(pinned) = others.iter().find(|other| self.pins.contains(&fingerprint(other))) else {
            return false;
        };
        let mut roots = RootCertStore::empty();
        if roots.add(pinned.clone().into_owned()).is_err() {
            return false;
        }
        let verified = verifier(roots, &self.provider)
            .map(|verifier| verifier.verify_server_cert(leaf, others, name, &[], now));
        match verified {
            Some(Ok(_)) => true,
            Some(Err(Error::InvalidCertificate(error))) => matches!(
                error,
                // rustls checks the chain first and the name last. So this fault says that all else is good.
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
            ),
            _ => false,
        }
    }
}

impl ServerCertVerifier for Inner {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.anybody || self.is_pinned(leaf, others, name, now) {
            return Ok(ServerCertVerified::assertion());
        }
        let unknown = || Err(Error::InvalidCertificate(CertificateError::UnknownIssuer));
        let verified = self.authorities.as_ref().map_or_else(unknown, |authorities| {
            authorities.verify_server_cert(leaf, others, name, ocsp, now)
        });
        if let Err(error) = &verified {
            // The authority, where the server sends it: it outlives the leaf, so a pin on it is asked for once.
            let last = others.last().unwrap_or(leaf);
            let authority = authority::issuer(last).unwrap_or_default();
            let refused = Refused { fingerprint: fingerprint(last), authority, fault: fault(error) };
            *self.refused.lock() = Some(refused);
        }
        verified
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
