//! Trust in the service's certificate: an unknown authority is accepted once, as an SSH host is.

use std::fs;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use msnp_client::{CertificateFault, ServerAddress, ServerCertificate, Trust};

use super::fingerprint::{self, Fingerprint};
use super::known::KnownAuthorities;
use super::options::{Options, TrustOption};
use crate::clean;

/// The path of the service's authority under its data folder.
const AUTHORITY: &str = "tls/ca.pem";

/// The trust at each attempt to sign in.
pub(super) struct TrustDecision {
    option: TrustOption,
    known: Option<KnownAuthorities>,
    pins: Vec<Fingerprint>,
    now: Trust,
}

impl TrustDecision {
    /// The trust before the first certificate was shown.
    pub(super) fn begin(options: &Options) -> anyhow::Result<Self> {
        let option = options.trust.clone();
        // The server that shows a certificate first.
        let nexus = match &options.nexus {
            Some(nexus) => ServerAddress::of_url(nexus).map_err(|expected| anyhow!("--nexus: {expected}"))?,
            None => options.server.https(),
        };
        let known = KnownAuthorities::of_user();
        let mut pins = Vec::new();
        let now = match &option {
            TrustOption::AnyCertificate => Trust::Anybody,
            TrustOption::File(path) => Trust::Authorities(read(path)?),
            TrustOption::OnFirstUse => match local_authority(&nexus) {
                Some(pem) => Trust::Authorities(pem),
                None => {
                    if let Some(known) = &known {
                        pins.extend(known.find(&nexus.to_string())?);
                    }
                    Trust::Pinned(pins.clone())
                }
            },
        };
        Ok(Self { option, known, pins, now })
    }

    /// The trust for the next attempt.
    pub(super) fn trust(&self) -> Trust {
        self.now.clone()
    }

    /// Decides after a server showed this certificate: a known one is accepted silently, and the
    /// user decides about another one.
    pub(super) async fn consider(&mut self, shown: &ServerCertificate) -> anyhow::Result<()> {
        let ServerCertificate { server, fingerprint, .. } = shown;
        let certificate = described(shown);
        match &self.option {
            TrustOption::AnyCertificate => bail!("{certificate} cannot be used"),
            TrustOption::File(path) => bail!("{certificate} {}", wrong_with_file(&shown.fault, path)),
            TrustOption::OnFirstUse => {}
        }
        // A pinned authority is trusted under any name. So its fault is another one, such as its time.
        if self.pins.contains(fingerprint) {
            bail!("{certificate} cannot be used, although it was accepted");
        }
        // The login server may be another one than the nexus, with a line of its own.
        let known = match &self.known {
            Some(known) => known.find(server)?.map(|before| (known, before)),
            None => None,
        };
        match known {
            Some((_, before)) if before == *fingerprint => {}
            Some((known, before)) => return Err(changed(shown, &before, &known.path)),
            None => self.ask(shown).await?,
        }
        self.pins.push(*fingerprint);
        self.now = Trust::Pinned(self.pins.clone());
        Ok(())
    }

    async fn ask(&self, shown: &ServerCertificate) -> anyhow::Result<()> {
        let ServerCertificate { server, fingerprint, .. } = shown;
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            bail!(
                "{} is not trusted, and there is no terminal to ask at: give that authority's certificate, the service's \
                 DATA/tls/ca.pem, with --ca FILE, or trust any certificate with --insecure-tls",
                described(shown)
            );
        }
        let question = format!(
            "The certificate of {server} is of an unknown authority. It is by {}, and its fingerprint is\n\n    {}\n\n\
             On the service's machine this shows the same if it is the right one:\n\n    \
             openssl x509 -in DATA/tls/ca.pem -noout -fingerprint -sha256\n\n\
             Trust it from now on? [y/N] ",
            authority(shown),
            fingerprint::words(fingerprint)
        );
        if !yes(question).await? {
            bail!("the certificate of {server} was not accepted");
        }
        match &self.known {
            Some(known) => known.add(server, fingerprint),
            None => {
                let told = "there is no home directory to keep this in: you will be asked again\n";
                io::stderr().write_all(told.as_bytes()).context("the terminal is gone")
            }
        }
    }
}

/// The certificate, the name of its authority and its fingerprint.
fn described(shown: &ServerCertificate) -> String {
    let fingerprint = fingerprint::words(&shown.fingerprint);
    format!("the certificate of {} by {} ({fingerprint})", shown.server, authority(shown))
}

fn authority(shown: &ServerCertificate) -> String {
    match clean::line(&shown.authority) {
        name if name.is_empty() => String::from("an authority without a name"),
        name => format!("the authority \"{name}\""),
    }
}

/// The fault of a certificate that the authorities in a file do not vouch for, with advice.
fn wrong_with_file(fault: &CertificateFault, path: &Path) -> String {
    match fault {
        CertificateFault::UnknownAuthority => format!(
            "is not by an authority in {}: give the ca.pem of that service with --ca FILE",
            path.display()
        ),
        CertificateFault::OtherName => String::from(
            "is for another server: use a name or an address that stands in it (--server, --nexus)",
        ),
        CertificateFault::Expired => {
            String::from("has expired: look at this machine's clock, or have the service's operator renew it")
        }
        CertificateFault::NotYetValid => String::from("is not valid yet: look at this machine's clock"),
        CertificateFault::Other(what) => format!("cannot be used: {what}"),
        other => format!("cannot be used: {other:?}"),
    }
}

fn changed(shown: &ServerCertificate, before: &Fingerprint, path: &Path) -> anyhow::Error {
    anyhow!(
        "THE AUTHORITY OF {} HAS CHANGED: it was {} and is now {}. An attacker may be between you and the service. \
         If the service was set up anew, remove its line from {}",
        shown.server,
        fingerprint::words(before),
        fingerprint::words(&shown.fingerprint),
        path.display()
    )
}

/// Asks on the terminal. Not on a thread of the runtime: that would wait for an answer at its end.
async fn yes(question: String) -> anyhow::Result<bool> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let ask = || {
            io::stderr().write_all(clean::printed(&question).as_bytes())?;
            let mut answer = String::new();
            io::stdin().lock().read_line(&mut answer).map(|_| answer)
        };
        // At the program's end the receiver is gone.
        let _ = sender.send(ask());
    });
    let answer =
        receiver.await.context("the question was not asked")?.context("the terminal cannot be asked")?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// The authorities in a file.
fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let pem = fs::read(path).with_context(|| format!("{} cannot be read (--ca FILE)", path.display()))?;
    if !String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE-----") {
        bail!("{} holds no certificate in PEM form (--ca FILE)", path.display());
    }
    Ok(pem)
}

/// The authority of the service on this machine, if the nexus is there.
fn local_authority(nexus: &ServerAddress) -> Option<Vec<u8>> {
    if !nexus.is_loopback() {
        return None;
    }
    // Without it, or without the right to read it, the service on this machine is one like any other.
    read(&crate::settings::local_data_dir()?.join(AUTHORITY)).ok()
}
