//! The check of the certificate: whether clients that import the authority accept it for every name.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use papillon_server::tls::{Fault, OLD_SERVICES, faults};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::ring;
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::probe::Chain;
use super::report::{Finding, list};
use super::surroundings::Surroundings;
use crate::settings::Settings;

const CHECK: &str = "certificate";
/// It has to be good for this much longer.
const AHEAD: Duration = Duration::from_secs(30 * 24 * 3600);

/// Looks at the certificate that the service showed, or else at the file that it would show.
pub(super) fn examine(
    settings: &Settings,
    surroundings: &Surroundings,
    shown: Option<&Chain>,
) -> Vec<Finding> {
    if !settings.https.is_on() {
        return vec![Finding::ok(CHECK, "not needed: the https listener is off")];
    }
    let folder = settings.data_dir().join("tls");
    let file = folder.join("server.pem");
    let on_disk = read(&file);
    let chain = match (shown, &on_disk) {
        (Some(chain), _) | (None, Ok(Some(chain))) => chain.clone(),
        (None, Ok(None)) => {
            return vec![Finding::ok(CHECK, "there is none yet; the service makes one, and an authority")];
        }
        (None, Err(error)) => {
            return vec![Finding::fail(
                CHECK,
                format!("{} cannot be read: {error}", file.display()),
                "run the doctor as the user of the service (`sudo -u USER papillon doctor`)",
            )];
        }
    };
    let Some(leaf) = chain.first().and_then(|leaf| ParsedCertificate::try_from(leaf).ok()) else {
        return vec![Finding::fail(
            CHECK,
            format!("{} holds no certificate", file.display()),
            "put the right one there; or move it and server.key away, and the service makes new ones",
        )];
    };
    let ca = folder.join("ca.pem");
    // Unreadable or absent is the same here: then the certificate is not known to be this service's own.
    let authority = read(&ca).ok().flatten().and_then(|authorities| authorities.into_iter().next());
    let is_ours = authority.is_some() && chain.last() == authority.as_ref();
    // The service may still show one that was replaced on the disk.
    let is_here = matches!(&on_disk, Ok(Some(there)) if there.first() == chain.first());
    let faults = faults(&folder, settings.server.old_windows, SystemTime::now());
    // A fault of a file is reported once, not again for the certificate that is shown from it.
    let is_reported = |fault: &Fault| fault.is_of_time_in(&file);
    let validity = match is_here && faults.iter().any(is_reported) {
        true => None,
        false => Some(validity(&chain, &leaf, is_ours)),
    };
    let mut findings = vec![names(&leaf, settings, surroundings, is_ours)];
    findings.extend(validity);
    findings.push(signer(&folder, ca, authority.as_ref(), is_ours, is_here));
    findings.extend(faults.iter().map(|fault| Finding::fail(CHECK, fault.seen(), fault.advice())));
    findings
}

/// The certificates in a file; `None` when there is no such file, none of them when they make no sense.
fn read(path: &Path) -> io::Result<Option<Chain>> {
    match fs::read(path) {
        Ok(pem) => {
            let chain = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>();
            Ok(Some(chain.unwrap_or_default()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether it carries all names that the service goes by.
fn names(
    leaf: &ParsedCertificate<'_>,
    settings: &Settings,
    surroundings: &Surroundings,
    is_ours: bool,
) -> Finding {
    let lacks = |name: &String| {
        let name = ServerName::try_from(name.as_str());
        !name.is_ok_and(|name| verify_server_name(leaf, &name).is_ok())
    };
    let public: Vec<_> = settings.server.public_host.iter().filter(|host| lacks(host)).cloned().collect();
    let told: Vec<_> = settings.server.tls_names.iter().filter(|host| lacks(host)).cloned().collect();
    let old: Vec<_> = OLD_SERVICES.into_iter().map(str::to_owned).filter(lacks).collect();
    // No public authority signs for the names of the old services: that is no mistake of the operator.
    if !is_ours && !old.is_empty() && public.is_empty() && told.is_empty() {
        return own_without_old_names(settings, &list(old));
    }
    let missing: Vec<_> = old.into_iter().chain(public).chain(told).collect();
    if !missing.is_empty() {
        let advice = match is_ours {
            true => "restart the service: it makes a new one that does",
            false => "get one from its authority that is, or correct --public-host and --tls-name",
        };
        return Finding::fail(CHECK, format!("it is not good for {}", list(missing)), advice);
    }
    let own = surroundings.own.iter().map(ToString::to_string);
    let missing: Vec<_> = own.filter(lacks).collect();
    if !missing.is_empty() && settings.server.public_host.is_none() {
        return Finding::warn(
            CHECK,
            format!(
                "it is good for the old names, but not for {}, addresses of this machine: browsers that go \
                 there complain",
                list(missing)
            ),
            match is_ours {
                true => "if they matter: wait a moment, as the service makes a new one, or restart it",
                false => "if they matter: set --public-host to the name that people use",
            },
        );
    }
    let public = settings.server.public_host.as_deref().map(|host| format!(" and {host}"));
    Finding::ok(CHECK, format!("it is good for the old names{}", public.unwrap_or_default()))
}

/// The operator's own certificate, which no public authority can sign for the old names. Neither it nor an
/// authority that people have imported is ever to be removed.
fn own_without_old_names(settings: &Settings, missing: &str) -> Finding {
    let seen = format!("it is the operator's own, and not good for {missing}");
    if settings.server.old_windows {
        return Finding::warn(
            CHECK,
            format!("{seen}: only Windows 98 to XP is shown another one that is"),
            "nothing to do, unless official clients on newer Windows come: they refuse this one",
        );
    }
    Finding::fail(
        CHECK,
        format!("{seen}: official clients refuse it"),
        "for those on Windows 98 to XP use --old-windows: they are shown another one. Where only other clients \
         come this does not matter",
    )
}

/// Whether it is good now and will be in a month.
fn validity(chain: &Chain, leaf: &ParsedCertificate<'_>, is_ours: bool) -> Finding {
    // Checked twice, at this moment and a month ahead: the chain may hold now and end before the leaf.
    let now = SystemTime::now();
    let (renew, soon) = match is_ours {
        true => {
            ("restart the service: it renews its certificate", "the service renews it by itself, once a day")
        }
        false => ("get a new one from its authority", "get a new one from its authority in time"),
    };
    match (check(chain, leaf, now), check(chain, leaf, now + AHEAD)) {
        (Ok(()), Ok(())) => Finding::ok(CHECK, "it is good today and for the next 30 days"),
        (
            Err(Error::InvalidCertificate(
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
            )),
            _,
        ) => Finding::fail(
            CHECK,
            "it is not good yet: it is from the future",
            "set the clock (`timedatectl set-ntp true`)",
        ),
        (
            Err(Error::InvalidCertificate(
                CertificateError::Expired | CertificateError::ExpiredContext { .. },
            )),
            _,
        ) => Finding::fail(CHECK, "it has expired", renew),
        (Err(error), _) if is_of_an_authority(&error) => Finding::fail(
            CHECK,
            "it is an authority's (CA:TRUE), and not a server's: modern clients refuse it",
            "get one for a server; with `openssl req -x509`, add `-addext basicConstraints=critical,CA:FALSE`",
        ),
        (Err(error), _) => Finding::fail(
            CHECK,
            format!("its chain does not hold: {error}"),
            "server.pem has to hold the certificate, then those that lead to its authority",
        ),
        (Ok(()), Err(_)) => Finding::warn(CHECK, "it expires within 30 days", soon),
    }
}

/// Whether the certificate itself says that it is an authority, which rustls has no error of its own for.
fn is_of_an_authority(error: &Error) -> bool {
    // The error of webpki is in there without its type. Its `Debug` form is the one thing that shows it.
    matches!(error, Error::InvalidCertificate(CertificateError::Other(error))
        if format!("{error:?}").contains("CaUsedAsEndEntity"))
}

/// Checks the chain as a client does that trusts its last certificate, or the authority that signed it.
fn check(chain: &Chain, leaf: &ParsedCertificate<'_>, at: SystemTime) -> Result<(), Error> {
    let mut roots = RootCertStore::empty();
    // The last one is the anchor and the first one the leaf, so the others lie between. A chain of one is its own
    // anchor.
    let (last, between) = match chain.split_last() {
        Some((last, [_, between @ ..])) => (last, between),
        Some((last, [])) => (last, &[][..]),
        None => return Err(Error::NoCertificatesPresented),
    };
    roots.add(last.clone())?;
    let at = UnixTime::since_unix_epoch(at.duration_since(UNIX_EPOCH).unwrap_or_default());
    let algorithms = ring::default_provider().signature_verification_algorithms.all;
    verify_server_cert_signed_by_trust_anchor(leaf, &roots, between, at, algorithms)
}

/// The authority to import. `is_here` says whether it is the one in the folder.
fn signer(
    folder: &Path,
    ca: PathBuf,
    authority: Option<&CertificateDer<'_>>,
    is_ours: bool,
    is_here: bool,
) -> Finding {
    match authority {
        Some(_) if is_ours => Finding::ok(CHECK, format!("clients have to import {}", ca.display())),
        Some(_) if !is_here => Finding::fail(
            CHECK,
            format!("it is not signed by {}: importing that does not help", ca.display()),
            format!(
                "restart the service if the files in {} are newer, or give the doctor the service's --data DIR",
                folder.display()
            ),
        ),
        _ => Finding::warn(
            CHECK,
            "another authority signed it",
            "see that clients know that authority; old Windows knows none of the modern ones",
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use papillon_server::tls::Identity;

    use super::*;
    use crate::doctor::report::Verdict;

    const DAY: Duration = Duration::from_secs(24 * 3600);

    /// The findings about a certificate that was made at `made`.
    fn findings(made: SystemTime, change: impl FnOnce(&mut Settings, &Path)) -> Vec<Finding> {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::default();
        settings.server.data_dir = folder.path().to_owned();
        Identity::open(folder.path().join("tls"), None, made).unwrap();
        change(&mut settings, &folder.path().join("tls"));
        let own: Vec<IpAddr> = Vec::new();
        examine(&settings, &Surroundings { own, public: Vec::new(), in_container: false }, None)
    }

    fn verdicts(findings: &[Finding]) -> Vec<Verdict> {
        findings.iter().map(|finding| finding.verdict).collect()
    }

    #[test]
    fn a_certificate_of_ours_is_good() {
        let findings = findings(SystemTime::now(), |_, _| {});
        assert_eq!(verdicts(&findings), [Verdict::Ok; 3], "{findings:?}");
        assert!(findings[2].seen.ends_with("ca.pem"), "{findings:?}");
    }

    #[test]
    fn none_yet_is_no_problem() {
        let findings = findings(SystemTime::now(), |_, tls| fs::remove_dir_all(tls).unwrap());
        assert_eq!(verdicts(&findings), [Verdict::Ok]);
    }

    #[test]
    fn times_are_looked_at() {
        for (days, verdict, words) in
            [(380, Verdict::Warn, "within 30 days"), (400, Verdict::Fail, "expired")]
        {
            let findings = findings(SystemTime::now() - DAY * days, |_, _| {});
            assert_eq!(findings[1].verdict, verdict, "{findings:?}");
            assert!(findings[1].seen.contains(words), "{findings:?}");
        }
        let findings = findings(SystemTime::now() + DAY * 3, |_, _| {});
        assert_eq!(findings[1].verdict, Verdict::Fail);
        assert!(findings[1].seen.contains("future"), "{findings:?}");
    }

    #[test]
    fn a_public_host_that_it_does_not_carry_is_named() {
        let findings = findings(SystemTime::now(), |settings, _| {
            settings.server.public_host = Some("msn.example.org".into());
        });
        assert_eq!(findings[0].verdict, Verdict::Fail);
        assert!(findings[0].seen.contains("msn.example.org"), "{findings:?}");
    }

    #[test]
    fn another_authority_is_not_ours() {
        let findings = findings(SystemTime::now(), |_, tls| {
            let other = tempfile::tempdir().unwrap();
            Identity::open(other.path(), None, SystemTime::now()).unwrap();
            fs::copy(other.path().join("ca.pem"), tls.join("ca.pem")).unwrap();
        });
        assert_eq!(verdicts(&findings), [Verdict::Ok, Verdict::Ok, Verdict::Warn], "{findings:?}");
    }

    /// Puts a certificate there as an operator has one: for another name, by another authority.
    fn put_own(tls: &Path) {
        let key = rcgen::KeyPair::generate().unwrap();
        let own = rcgen::CertificateParams::new(vec![String::from("msn.example.org")]).unwrap();
        fs::write(tls.join("server.pem"), own.self_signed(&key).unwrap().pem()).unwrap();
    }

    #[test]
    fn nobody_is_told_to_remove_a_certificate_of_their_own() {
        for (old_windows, verdict) in [(false, Verdict::Fail), (true, Verdict::Warn)] {
            let findings = findings(SystemTime::now(), |settings, tls| {
                settings.server.old_windows = old_windows;
                settings.server.public_host = Some("msn.example.org".into());
                put_own(tls);
            });
            assert_eq!(findings[0].verdict, verdict, "{findings:?}");
            assert_eq!(findings[2].verdict, Verdict::Warn, "{findings:?}");
            assert!(!format!("{findings:?}").contains("remove"), "{findings:?}");
        }
    }

    #[test]
    fn a_certificate_that_says_it_is_an_authority_is_told_in_words() {
        let findings = findings(SystemTime::now(), |_, tls| {
            let key = rcgen::KeyPair::generate().unwrap();
            let mut own = rcgen::CertificateParams::new(vec![String::from("msn.example.org")]).unwrap();
            own.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
            fs::write(tls.join("server.pem"), own.self_signed(&key).unwrap().pem()).unwrap();
        });
        assert_eq!(findings[1].verdict, Verdict::Fail, "{findings:?}");
        assert!(findings[1].seen.contains("CA:TRUE"), "{findings:?}");
    }

    #[test]
    fn a_key_that_is_another_certificates_is_a_failure() {
        let findings = findings(SystemTime::now(), |_, tls| {
            fs::write(tls.join("server.key"), rcgen::KeyPair::generate().unwrap().serialize_pem()).unwrap();
        });
        let last = findings.last().unwrap();
        assert_eq!(last.verdict, Verdict::Fail, "{findings:?}");
        assert!(last.seen.contains("server.key does not belong to the certificate in"), "{findings:?}");
    }

    #[test]
    fn an_operators_certificate_that_has_expired_is_told_in_the_words_of_the_service() {
        let findings = findings(SystemTime::now(), |_, tls| {
            let key = rcgen::KeyPair::generate().unwrap();
            let mut own = rcgen::CertificateParams::new(vec![String::from("msn.example.org")]).unwrap();
            own.not_after = rcgen::date_time_ymd(2020, 2, 1);
            fs::write(tls.join("server.pem"), own.self_signed(&key).unwrap().pem()).unwrap();
            fs::write(tls.join("server.key"), key.serialize_pem()).unwrap();
        });
        let expired: Vec<_> = findings.iter().filter(|finding| finding.seen.contains("expired")).collect();
        let [expired] = &expired[..] else { panic!("{findings:?}") };
        assert_eq!(expired.verdict, Verdict::Fail);
        assert!(expired.seen.ends_with("server.pem has expired (2020-02-01)"), "{findings:?}");
    }

    #[test]
    fn a_file_that_cannot_be_read_is_not_one_that_is_missing() {
        let findings = findings(SystemTime::now(), |_, tls| {
            fs::remove_file(tls.join("server.pem")).unwrap();
            // Even root cannot read a folder as a file.
            fs::create_dir(tls.join("server.pem")).unwrap();
        });
        assert_eq!(verdicts(&findings), [Verdict::Fail]);
        assert!(findings[0].seen.contains("cannot be read"), "{findings:?}");
    }
}
