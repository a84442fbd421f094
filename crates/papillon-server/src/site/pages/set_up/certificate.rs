//! The certificate authorities of this service, as far as they are its own.

use std::path::Path;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use sha1::{Digest, Sha1};

use crate::site::pages::published_addresses::PublishedAddresses;

/// The certificates that a client can import.
#[derive(Debug, Default, Clone)]
pub(super) struct Authorities {
    /// The authority of the certificate that old Windows is shown.
    pub old: Option<CertificateDer<'static>>,
    /// The authority for modern clients.
    pub modern: Option<CertificateDer<'static>>,
    /// Whether old Windows may be shown a certificate that is not known here.
    pub old_is_a_guess: bool,
}

/// Reads them from the folder of the certificates.
pub(super) async fn find(published: &PublishedAddresses) -> Authorities {
    let (folder, old_tls, in_front) = (published.tls_folder.clone(), published.old_tls, published.in_front);
    tokio::task::spawn_blocking(move || read(&folder, old_tls, in_front)).await.unwrap_or_default()
}

fn read(folder: &Path, old_tls: bool, in_front: bool) -> Authorities {
    // Where another authority signs, ours vouches for nothing.
    let signer = |shown: &str, ours: &[&str]| {
        let last = CertificateDer::pem_file_iter(folder.join(shown)).ok()?.flatten().last()?;
        let ours = ours.iter().filter_map(|name| CertificateDer::from_pem_file(folder.join(name)).ok());
        ours.into_iter().find(|authority| *authority == last)
    };
    let modern = signer("server.pem", &["ca.pem"]);
    // Certificates for old Windows matter only while it is let in. A proxy in front may use these files, or others that
    // this service cannot see.
    let old_is_here = (old_tls || in_front) && folder.join("old-server.pem").exists();
    let old = if old_is_here { signer("old-server.pem", &["old-ca.pem", "ca.pem"]) } else { modern.clone() };
    Authorities { old, modern, old_is_a_guess: in_front && !old_is_here }
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
    #[cfg(feature = "old-windows")]
    use crate::tls::OldWindows;

    fn file(folder: &Path, name: &str) -> Option<CertificateDer<'static>> {
        Some(CertificateDer::from_pem_file(folder.join(name)).unwrap())
    }

    #[test]
    fn ours_is_found_and_somebody_elses_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        assert!(read(folder, true, false).modern.is_none());
        Identity::open(folder, None, SystemTime::now()).unwrap();
        let found = read(folder, true, false);
        let ours = file(folder, "ca.pem");
        assert_eq!((&found.old, &found.modern), (&ours, &ours));
        let ours = ours.unwrap();
        assert_eq!(CertificateDer::from_pem_slice(pem(&ours).as_bytes()).unwrap(), ours);

        let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert.pem();
        std::fs::write(folder.join("server.pem"), other).unwrap();
        let found = read(folder, true, false);
        assert_eq!((found.old, found.modern), (None, None));
    }

    #[test]
    #[cfg(feature = "old-windows")]
    fn old_windows_gets_what_signs_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert.pem();

        // One for all, until the operator's own certificate is there.
        OldWindows::open(folder, None, SystemTime::now()).unwrap();
        Identity::open(folder, None, SystemTime::now()).unwrap();
        let found = read(folder, true, false);
        assert_eq!((&found.old, &found.modern), (&file(folder, "ca.pem"), &file(folder, "ca.pem")));
        std::fs::write(folder.join("server.pem"), &other).unwrap();
        let found = read(folder, true, false);
        assert_eq!((found.old, found.modern), (file(folder, "ca.pem"), None));
        // The operator's for old Windows, too.
        std::fs::write(folder.join("old-server.pem"), &other).unwrap();
        assert_eq!(read(folder, true, false).old, None);
    }

    #[test]
    #[cfg(feature = "old-windows")]
    fn a_door_in_front_may_let_old_windows_in() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        Identity::open(folder, None, SystemTime::now()).unwrap();
        let found = read(folder, false, true);
        assert!(found.old_is_a_guess && found.old == found.modern);
        OldWindows::open(folder, None, SystemTime::now()).unwrap();
        for (old_tls, in_front) in [(true, false), (false, true)] {
            let found = read(folder, old_tls, in_front);
            assert_eq!((found.old, found.modern), (file(folder, "old-ca.pem"), file(folder, "ca.pem")));
            assert!(!found.old_is_a_guess);
        }
        assert_eq!(read(folder, false, false).old, file(folder, "ca.pem"));
    }

    #[test]
    fn a_thumbprint_looks_as_windows_shows_it() {
        let print = thumbprint(&CertificateDer::from(b"abc".to_vec()));
        assert_eq!(print, "A999 3E36 4706 816A BA3E 2571 7850 C26C 9CD0 D89D");
    }
}
