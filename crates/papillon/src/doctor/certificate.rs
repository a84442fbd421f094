//! The certificate: whether clients that import the authority find it good for everything it is shown for.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use papillon_server::tls::OLD_SERVICES;
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::ring;
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::knock::Chain;
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
    let chain = match shown {
        Some(chain) => chain.clone(),
        None => match read(&folder.join("server.pem")) {
            Some(chain) => chain,
            None => {
                return vec![Finding::ok(
                    CHECK,
                    "there is none yet; the service makes one, and an authority",
                )];
            }
        },
    };
    let Some(leaf) = chain.first().and_then(|leaf| ParsedCertificate::try_from(leaf).ok()) else {
        return vec![Finding::fail(
            CHECK,
            "it cannot be read",
            format!(
                "remove {} and server.key beside it to have new ones made",
                folder.join("server.pem").display()
            ),
        )];
    };
    let ca = folder.join("ca.pem");
    let authority = read(&ca).and_then(|authorities| authorities.into_iter().next());
    let is_ours = authority.is_some() && chain.last() == authority.as_ref();
    vec![
        names(&leaf, settings, surroundings, is_ours),
        validity(&chain, &leaf, is_ours),
        signer(&folder, ca, authority.as_ref(), is_ours),
    ]
}

fn read(path: &Path) -> Option<Chain> {
    let pem = fs::read(path).ok()?;
    let chain = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>().ok()?;
    (!chain.is_empty()).then_some(chain)
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
    let public = settings.server.public_host.iter().cloned();
    let needed = OLD_SERVICES.into_iter().map(str::to_owned).chain(public);
    let missing: Vec<_> = needed.filter(lacks).collect();
    let anew = if is_ours {
        "restart the service: it makes a new one that does"
    } else {
        "official clients refuse it. No public authority signs the old names: remove the folder tls to have an \
         authority of your own made, or keep the certificate if only clients of your own come"
    };
    if !missing.is_empty() {
        return Finding::fail(CHECK, format!("it is not good for {}", list(missing)), anew);
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
            "if they matter: set --public-host to the one that people use, or remove server.pem in the folder tls; \
             then restart the service",
        );
    }
    let public = settings.server.public_host.as_deref().map(|host| format!(" and {host}"));
    Finding::ok(CHECK, format!("it is good for the old names{}", public.unwrap_or_default()))
}

/// Whether it is good now and will be in a month.
fn validity(chain: &Chain, leaf: &ParsedCertificate<'_>, is_ours: bool) -> Finding {
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
        (Err(error), _) => Finding::fail(
            CHECK,
            format!("its chain does not hold: {error}"),
            "server.pem has to hold the certificate, then those that lead to its authority",
        ),
        (Ok(()), Err(_)) => Finding::warn(CHECK, "it expires within 30 days", soon),
    }
}

/// Checks the chain as a client does that trusts its last certificate, or whoever signed that.
fn check(chain: &Chain, leaf: &ParsedCertificate<'_>, at: SystemTime) -> Result<(), Error> {
    let mut roots = RootCertStore::empty();
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

/// What people have to import.
fn signer(folder: &Path, ca: PathBuf, authority: Option<&CertificateDer<'_>>, is_ours: bool) -> Finding {
    match authority {
        Some(_) if is_ours => Finding::ok(CHECK, format!("clients have to import {}", ca.display())),
        Some(_) => Finding::fail(
            CHECK,
            format!("it is not signed by {}: whoever imports that is not helped", ca.display()),
            format!(
                "restart the service if the files in {} are newer, or give the doctor the service's --data DIR",
                folder.display()
            ),
        ),
        None => Finding::warn(
            CHECK,
            "somebody else's authority signed it",
            "see that clients know that authority; old Windows knows none of today's",
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
        assert_eq!(verdicts(&findings), [Verdict::Ok, Verdict::Ok, Verdict::Fail], "{findings:?}");
    }
}
