//! `papillon serve --check`: all checks that need no listener.
//!
//! A missing file is made on trial in a scratch folder beside its place, so that
//! a check of a new service leaves nothing behind.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, bail};
use papillon_server::dns::Others;
use papillon_server::tls::{TlsAcceptor, faults};
use papillon_server::{PublicUrl, Registration, counted};

use crate::database::{self, Database};
use crate::listen_address::ListenAddress;
use crate::listeners::{has_ipv6, resolve};
use crate::settings::Settings;
use crate::{logging, sentence, stdout};

/// Checks everything and prints the steps of `serve`. Fails when a check fails.
pub(super) async fn run(settings: &Settings) -> anyhow::Result<()> {
    let mut report = Report::default();
    match &settings.file {
        Some(file) => report.line("configuration", file.display()),
        None => report.line("configuration", "no file"),
    }
    report.found("log", logging::filter("info").map(|filter| filter.to_string()));
    let scratch = Scratch::near(settings.data_dir());
    let data = match &scratch {
        Ok(_) if settings.data_dir().is_dir() => Ok(settings.data_dir().display().to_string()),
        Ok(_) => Ok(format!("{} (to be made)", settings.data_dir().display())),
        Err(error) => Err(anyhow::anyhow!("{}", sentence::of(error))),
    };
    report.found("data", data);
    // Without a usable folder the rest would only repeat that.
    if let Ok(scratch) = &scratch {
        report.found("database", database(settings, scratch.path()).await);
        report.found("certificates", certificates(settings, scratch.path()));
    }
    report.line("public host", settings.server.public_host.as_deref().unwrap_or("as each client reaches it"));
    let front = &settings.server.front;
    let port =
        |port: Option<u16>| port.map_or_else(|| String::from("the listener's"), |port| port.to_string());
    let url = front.url.as_ref().map(ToString::to_string);
    report.line("public_url", url.as_deref().unwrap_or("as each visitor reaches it"));
    report.line("public_msnp_port", port(front.msnp_port));
    report.line(
        "public_https_port",
        port(front.https_port.or(front.url.as_ref().filter(|url| url.is_secure()).map(PublicUrl::port))),
    );
    report.line("registration", registration(settings));
    for (name, address) in settings.listeners() {
        report.found(name, resolve(name, address).await.map(|_| address.to_string()));
    }
    let everywhere = settings.listeners().iter().any(|(_, at)| matches!(at, ListenAddress::Anywhere { .. }));
    report.line(
        "ipv6",
        if everywhere && has_ipv6() {
            "as well, for listeners at 0.0.0.0 by default"
        } else {
            "only where it is said"
        },
    );
    let server = &settings.server;
    report.line("old_windows", if server.old_windows { "yes" } else { "no" });
    report.line("https_only", if server.https_only { "yes" } else { "no" });
    let names = &server.tls_names;
    report.line("tls_name", if names.is_empty() { String::from("none") } else { names.join(", ") });
    report.line("operator_name", server.operator.name.as_deref().unwrap_or("none"));
    report.line("operator_contact", server.operator.contact.as_deref().unwrap_or("none"));
    let proxies: Vec<_> = server.trusted_proxies.iter().map(ToString::to_string).collect();
    report
        .line("trusted_proxies", if proxies.is_empty() { String::from("none") } else { proxies.join(", ") });
    report.line("dns_clients", &server.dns.clients);
    report.line("dns_others", if server.dns.others == Others::Forward { "forward" } else { "refuse" });
    if let Err(error) = settings.see_that_listeners_fit() {
        report.problems.push(sentence::of(&error));
    }
    drop(scratch);
    report.finish()
}

/// The rule of registration on the pages.
fn registration(settings: &Settings) -> &'static str {
    match (settings.server.registration, &settings.server.public_host) {
        (Some(told), _) => told.word(),
        (None, Some(_)) => Registration::Invitation.word(),
        (None, None) => "open from here and from private networks, invitation from elsewhere",
    }
}

async fn database(settings: &Settings, scratch: &Path) -> anyhow::Result<String> {
    let (store, shown) = match Database::of(settings) {
        Database::Server => (database::open(settings).await?, String::from("PostgreSQL")),
        Database::File(path) if path.exists() => {
            (database::open_file(&path).await?, path.display().to_string())
        }
        Database::File(path) => {
            // A database elsewhere than under the data folder has a folder of its own to be tried.
            let folder = path.parent().unwrap_or(Path::new("."));
            let elsewhere = (folder != settings.data_dir()).then(|| Scratch::near(folder)).transpose()?;
            let trial = elsewhere.as_ref().map_or(scratch, Scratch::path).join("papillon.db");
            // A new database on trial shows that the folder and the disk can hold one.
            database::open_file(&trial).await?;
            return Ok(format!("{} (to be made)", path.display()));
        }
    };
    let accounts = store.accounts().await.context("the database cannot be read")?.len();
    Ok(format!("{shown} ({})", counted(accounts, "account", "accounts")))
}

fn certificates(settings: &Settings, scratch: &Path) -> anyhow::Result<String> {
    let folder = settings.data_dir().join("tls");
    // A folder that is there is opened in its place: its files are the ones to be checked.
    let there = folder.exists();
    let trial = if there { folder.clone() } else { scratch.join("tls") };
    if !settings.https.is_on() {
        return Ok(String::from("not needed"));
    }
    let server = &settings.server;
    let now = SystemTime::now();
    TlsAcceptor::open(&trial, server.names(), server.old_windows, now)?;
    let faults: Vec<_> = faults(&trial, server.old_windows, now).iter().map(ToString::to_string).collect();
    if !faults.is_empty() {
        bail!("{}", faults.join("; "));
    }
    Ok(format!("{}{}", folder.display(), if there { "" } else { " (to be made)" }))
}

/// The findings, and the faults among them.
#[derive(Default)]
struct Report {
    lines: String,
    problems: Vec<String>,
}

impl Report {
    fn line(&mut self, what: &str, found: impl Display) {
        self.lines.push_str(&format!("{what:<14} {found}\n"));
    }

    fn found(&mut self, what: &str, outcome: anyhow::Result<String>) {
        match outcome {
            Ok(found) => self.line(what, found),
            Err(error) => {
                self.line(what, "wrong");
                self.problems.push(sentence::of(&error));
            }
        }
    }

    fn finish(mut self) -> anyhow::Result<()> {
        if self.problems.is_empty() {
            self.lines.push_str("all is well; nothing was started\n");
        }
        stdout::print(&self.lines)?;
        if !self.problems.is_empty() {
            // `main` writes `error: ` before the first line; each further problem gets its own.
            bail!("{}", self.problems.join("\nerror: "));
        }
        Ok(())
    }
}

/// A folder to try things in. It goes with this value.
struct Scratch(PathBuf);

impl Scratch {
    /// Makes one in `folder`, or as near to it as there is a folder.
    fn near(folder: &Path) -> anyhow::Result<Self> {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let there = folder.ancestors().find(|ancestor| ancestor.exists()).unwrap_or(folder);
        // The number of the process: two checks at once do not meet.
        let path = there.join(format!(".papillon-check-{}", std::process::id()));
        let failed = || {
            format!(
                "the folder {} cannot be written to: give this user access, or choose another with --data DIR",
                there.display()
            )
        };
        fs::create_dir(&path).with_context(failed)?;
        Ok(Self(path))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // At worst an empty database is left in a hidden folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}
