//! The folder with certificates and their keys.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rcgen::KeyPair;
use rustls::server::ParsedCertificate;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use zeroize::Zeroizing;

use super::error::TlsError;
use super::files::{self, Readers};

/// The files under one folder.
pub(super) struct Folder<'a>(pub(super) &'a Path);

impl Folder<'_> {
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A file's text; `None` when there is no such file.
    pub(super) fn read(&self, name: &str) -> Result<Option<Zeroizing<String>>, TlsError> {
        match fs::read_to_string(self.path(name)) {
            Ok(text) => Ok(Some(Zeroizing::new(text))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(TlsError::File { path: self.path(name), source }),
        }
    }

    pub(super) fn write(&self, name: &str, text: &str, readers: Readers) -> Result<(), TlsError> {
        let path = self.path(name);
        files::replace(&path, text, readers).map_err(|source| TlsError::File { path, source })
    }

    pub(super) fn chain(&self, name: &str, pem: &str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
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
    pub(super) fn key(&self, name: &str) -> Result<KeyPair, TlsError> {
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

/// The file to import on old Windows from a folder with certificates, whether it is there yet or not. Where the
/// authority for modern clients cannot be imported there, it is a file of its own.
pub fn old_authority_file(folder: &Path) -> PathBuf {
    let own = folder.join("old-ca.pem");
    if own.exists() { own } else { folder.join("ca.pem") }
}
