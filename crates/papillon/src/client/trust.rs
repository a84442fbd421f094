//! Whom to believe: like SSH with its host keys.
//!
//! The authority of a service on this machine is read from its data folder. One that the user
//! trusted before is remembered, by the host that showed it. Others are asked about.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use msnp_client::{ServerCertificate, Trust};

use super::ClientArgs;
use crate::settings;

/// What is known of authorities.
pub(super) struct Authorities {
    given: Option<Trust>,
    known: KnownHosts,
}

impl Authorities {
    pub(super) fn load(args: &ClientArgs) -> anyhow::Result<Self> {
        let given = if args.insecure_tls {
            Some(Trust::Anybody)
        } else if let Some(path) = &args.ca {
            let pem = std::fs::read(path)
                .with_context(|| format!("the authority's certificate {} cannot be read", path.display()))?;
            Some(Trust::Authorities(pem))
        } else {
            local_authority(args).map(Trust::Authorities)
        };
        Ok(Self { given, known: KnownHosts::load()? })
    }

    pub(super) fn trust(&self) -> anyhow::Result<Trust> {
        Ok(match &self.given {
            Some(given) => given.clone(),
            None => Trust::Pinned(self.known.fingerprints()?),
        })
    }

    /// Asks the user about a certificate that nobody vouches for. An error when the answer is no,
    /// or there is nobody to ask.
    pub(super) fn ask(&mut self, certificate: &ServerCertificate) -> anyhow::Result<()> {
        let server = &certificate.server;
        let fingerprint = hexadecimal(&certificate.fingerprint);
        if matches!(self.given.take(), Some(Trust::Authorities(_))) && self.known.get(server).is_none() {
            bail!(
                "the certificate of {server} is not vouched for by the given authority (it shows SHA-256 \
                 {fingerprint}). Is it the ca.pem of that service?"
            );
        }
        match self.known.get(server) {
            Some(known) if known != fingerprint => bail!(
                "THE AUTHORITY OF {server} HAS CHANGED. Somebody may be pretending to be that service, or it was \
                 set up anew. It was {known} and is now {fingerprint}. If that is right, remove the line of \
                 {server} from {}",
                self.known.path.display()
            ),
            _ => {}
        }
        if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
            bail!(
                "nobody vouches for the certificate of {server}, and there is no terminal to ask at: give the \
                 service's authority with --ca DATA/tls/ca.pem, or believe anybody with --insecure-tls"
            );
        }
        let question = format!(
            "The service at {server} is vouched for by an authority that this machine does not know.\n\
             SHA-256 {fingerprint}\nTrust it from now on? [y/N] "
        );
        write!(io::stderr(), "{question}")
            .and_then(|()| io::stderr().flush())
            .context("the terminal is gone")?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).context("the terminal cannot be read")?;
        if !matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
            bail!("not signed in: the service's authority is not trusted");
        }
        self.known.add(server, &fingerprint)
    }
}

/// The `ca.pem` of a service on this machine, when it is that service we go to.
fn local_authority(args: &ClientArgs) -> Option<Vec<u8>> {
    let host = args.server.rsplit_once(':').map_or(args.server.as_str(), |(host, _)| host);
    let local = matches!(host, "localhost" | "[::1]") || host.starts_with("127.");
    let elsewhere = args
        .nexus
        .as_ref()
        .is_some_and(|nexus| !["//localhost", "//127.", "//[::1]"].iter().any(|local| nexus.contains(local)));
    if !local || elsewhere {
        return None;
    }
    std::fs::read(settings::local_data_dir()?.join("tls/ca.pem")).ok()
}

/// The file that remembers: a line for each host, with the fingerprint of its authority.
struct KnownHosts {
    path: PathBuf,
    lines: Vec<(String, String)>,
}

impl KnownHosts {
    fn load() -> anyhow::Result<Self> {
        let path = settings::config_dir()?.join("known_authorities");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
        };
        Ok(Self { lines: parse(&text), path })
    }

    fn get(&self, server: &str) -> Option<&str> {
        self.lines.iter().find(|(known, _)| known == server).map(|(_, fingerprint)| fingerprint.as_str())
    }

    fn fingerprints(&self) -> anyhow::Result<Vec<[u8; 32]>> {
        let bytes = |(server, fingerprint): &(String, String)| {
            from_hexadecimal(fingerprint)
                .with_context(|| format!("{}: the fingerprint of {server} is damaged", self.path.display()))
        };
        self.lines.iter().map(bytes).collect()
    }

    fn add(&mut self, server: &str, fingerprint: &str) -> anyhow::Result<()> {
        self.lines.push((server.to_owned(), fingerprint.to_owned()));
        let mut text =
            String::from("# Authorities that were trusted when `papillon` asked: host, SHA-256.\n");
        for (server, fingerprint) in &self.lines {
            // Writing into a string cannot fail.
            let _ = writeln!(text, "{server} {fingerprint}");
        }
        let folder = self.path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&self.path, text))
            .with_context(|| format!("{} cannot be written", self.path.display()))
    }
}

fn parse(text: &str) -> Vec<(String, String)> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once(' '))
        .map(|(server, rest)| (server.into(), rest.trim().into()))
        .collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hexadecimal(text: &str) -> Option<[u8; 32]> {
    let bytes: Option<Vec<u8>> =
        (0..32).map(|at| u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()).collect();
    bytes.filter(|_| text.len() == 64)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_read_back() {
        let bytes: [u8; 32] = std::array::from_fn(|at| at as u8 * 7);
        assert_eq!(from_hexadecimal(&hexadecimal(&bytes)), Some(bytes));
        assert_eq!(from_hexadecimal("00"), None);
        assert_eq!(from_hexadecimal(&"zz".repeat(32)), None);
    }

    #[test]
    fn lines_and_comments() {
        let lines = parse("# words\n\nhost:8443  ab\n broken\n");
        assert_eq!(lines, [("host:8443".to_owned(), "ab".to_owned())]);
    }
}
