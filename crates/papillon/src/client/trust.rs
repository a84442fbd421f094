//! Trust in the service's certificate: an unknown authority is accepted once, as an SSH host is.

use std::fs;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use msnp_client::{ServerCertificate, Trust};

use super::fingerprint::{self, Fingerprint};
use super::known::KnownAuthorities;
use super::options::{Options, TrustOption};
use super::server::Server;
use crate::clean;

/// Where the service's authority is under its data folder.
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
        let nexus = options.nexus.clone().unwrap_or_else(|| options.server.nexus());
        let nexus = Server::of_url(&nexus).map_err(|expected| anyhow!("--nexus: {expected}"))?;
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
        let ServerCertificate { server, fingerprint } = shown;
        let words = fingerprint::words(fingerprint);
        match &self.option {
            TrustOption::AnyCertificate => bail!("the certificate of {server} ({words}) cannot be used"),
            TrustOption::File(path) => bail!(
                "the certificate of {server} ({words}) is not by an authority in {}, or for another name: \
                 give the ca.pem of that service with --ca FILE",
                path.display()
            ),
            TrustOption::OnFirstUse => {}
        }
        if self.pins.contains(fingerprint) {
            bail!("the certificate of {server} ({words}) cannot be used, although it was accepted");
        }
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
        let ServerCertificate { server, fingerprint } = shown;
        let words = fingerprint::words(fingerprint);
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            bail!(
                "the certificate of {server} ({words}) is of an unknown authority, and there is no terminal to ask \
                 at: give the service's authority with --ca DATA/tls/ca.pem, or trust any certificate with \
                 --insecure-tls"
            );
        }
        let question = format!(
            "The certificate of {server} is of an unknown authority. Its fingerprint is\n\n    {words}\n\n\
             On the service's machine this shows the same if it is the right one:\n\n    \
             openssl x509 -in DATA/tls/ca.pem -noout -fingerprint -sha256\n\n\
             Trust it from now on? [y/N] "
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
fn local_authority(nexus: &Server) -> Option<Vec<u8>> {
    if !nexus.is_loopback() {
        return None;
    }
    // Without it, or without the right to read it, the service on this machine is one like any other.
    read(&crate::settings::local_data_dir()?.join(AUTHORITY)).ok()
}
