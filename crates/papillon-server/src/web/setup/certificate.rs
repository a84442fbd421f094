//! The authorities that vouch for this service, as far as they are its own.

use std::path::Path;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use sha1::{Digest, Sha1};

use crate::web::doors::Doors;

/// What people can import.
#[derive(Debug, Default, Clone)]
pub(super) struct Authorities {
    /// The one whose certificates old Windows understands.
    pub old: Option<CertificateDer<'static>>,
    /// The one for everybody else.
    pub modern: Option<CertificateDer<'static>>,
}

impl Authorities {
    /// The one that old Windows has to trust.
    pub fn for_old_windows(&self) -> Option<&CertificateDer<'static>> {
        self.old.as_ref().or(self.modern.as_ref())
    }

    /// The one for clients of today.
    pub fn for_others(&self) -> Option<&CertificateDer<'static>> {
        self.modern.as_ref().or(self.old.as_ref())
    }

    /// The one for clients of today, where old Windows needs another.
    pub fn for_others_only(&self) -> Option<&CertificateDer<'static>> {
        self.modern.as_ref().filter(|_| self.old.is_some() && self.old != self.modern)
    }
}

/// Reads them from the folder of the certificates.
pub(super) async fn find(doors: &Doors) -> Authorities {
    let (folder, old_tls) = (doors.tls_folder.clone(), doors.old_tls);
    tokio::task::spawn_blocking(move || read(&folder, old_tls)).await.unwrap_or_default()
}

fn read(folder: &Path, old_tls: bool) -> Authorities {
    let first = |name: &str| CertificateDer::from_pem_file(folder.join(name)).ok();
    // Where somebody else's authority signs, ours vouches for nothing.
    let signs = |authority: &CertificateDer<'static>| {
        let chain = CertificateDer::pem_file_iter(folder.join("server.pem"));
        chain.is_ok_and(|chain| chain.flatten().last().as_ref() == Some(authority))
    };
    // One that was made for old Windows vouches for nothing while old Windows is not let in.
    let old = if old_tls { first("old-ca.pem") } else { None };
    Authorities { old, modern: first("ca.pem").filter(signs) }
}

/// The SHA-1 thumbprint as Windows shows it: groups of four digits.
pub(super) fn thumbprint(certificate: &CertificateDer<'_>) -> String {
    let hash = Sha1::digest(certificate);
    let groups: Vec<_> = hash
        .chunks(2)
        .map(|pair| pair.iter().map(|byte| format!("{byte:02X}")).collect::<String>())
        .collect();
    groups.join(" ")
}

/// The certificate as text.
pub(super) fn pem(certificate: &CertificateDer<'_>) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(certificate);
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        pem.extend([line, "\n"]);
        rest = after;
    }
    pem.push_str("-----END CERTIFICATE-----\n");
    pem
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::tls::Identity;

    #[test]
    fn ours_is_found_and_somebody_elses_is_not() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path(), true).for_others().is_none());
        Identity::open(folder.path(), None, SystemTime::now()).unwrap();
        let found = read(folder.path(), true);
        let ours = found.for_others().unwrap();
        assert_eq!(found.for_old_windows(), Some(ours));
        assert!(found.for_others_only().is_none());
        assert_eq!(CertificateDer::from_pem_slice(pem(ours).as_bytes()).unwrap(), *ours);

        let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert.pem();
        std::fs::write(folder.path().join("old-ca.pem"), &other).unwrap();
        let found = read(folder.path(), true);
        assert_ne!(found.for_old_windows(), found.for_others());
        assert!(found.for_others_only().is_some());
        assert!(read(folder.path(), false).old.is_none());
        std::fs::write(folder.path().join("server.pem"), other).unwrap();
        assert!(read(folder.path(), true).modern.is_none());
    }

    #[test]
    fn a_thumbprint_looks_as_windows_shows_it() {
        let print = thumbprint(&CertificateDer::from(b"abc".to_vec()));
        assert_eq!(print, "A999 3E36 4706 816A BA3E 2571 7850 C26C 9CD0 D89D");
    }
}
