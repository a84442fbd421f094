//! The checks of the data folder and the database.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;

use anyhow::Context;
use papillon_server::counted;
use papillon_store::Account;

use super::report::Finding;
use crate::account_command::account_command;
use crate::database::{self, Database};
use crate::sentence;
use crate::settings::Settings;

/// With less than this the service is about to stop.
const LITTLE: u64 = 20 << 20;
/// With less than this the operator should know.
const SMALL: u64 = 200 << 20;

/// Looks at the folder. `runs` says whether the service does.
pub(super) fn examine(folder: &Path, runs: bool) -> Vec<Finding> {
    let mut findings = vec![data(folder, runs)];
    if folder.is_dir() {
        findings.extend(space(folder));
    }
    findings
}

fn data(folder: &Path, runs: bool) -> Finding {
    let shown = folder.display();
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && runs => Finding::fail(
            "data",
            format!("{shown} is not there, and yet a service runs: it has another folder"),
            "run the doctor with the options, and as the user, of the service (--data DIR)",
        ),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Finding::ok("data", format!("{shown} is not there yet; the service makes it"))
        }
        Err(error) => Finding::fail(
            "data",
            format!("{shown} cannot be read: {error}"),
            "run the doctor as the user of the service (`sudo -u USER papillon doctor`), or name another \
             folder with --data DIR",
        ),
        Ok(_) => match writable(folder) {
            Ok(()) => Finding::ok("data", format!("{shown} can be read and written")),
            Err(error) => Finding::fail(
                "data",
                format!("{shown} cannot be written to: {error}"),
                "run the doctor as the user of the service, or give that user the folder (`chown`)",
            ),
        },
    }
}

/// Whether a file can be made in the folder. It is gone again at once.
fn writable(folder: &Path) -> io::Result<()> {
    let path = folder.join(format!(".papillon-doctor-{}", std::process::id()));
    // Tried rather than read off the rights: a file system can be read-only, or know other rights as well.
    OpenOptions::new().write(true).create_new(true).open(&path)?;
    fs::remove_file(&path)
}

/// The free space of the disk, where the system tells it.
#[cfg(unix)]
fn space(folder: &Path) -> Option<Finding> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    // Without the blocks that are kept for root.
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let seen = format!("{} MiB are free for the data folder", free >> 20);
    let advice = "make room on that disk, or move the data folder: a full disk loses changes";
    Some(match free {
        ..LITTLE => Finding::fail("disk", seen, advice),
        LITTLE..SMALL => Finding::warn("disk", seen, advice),
        SMALL.. => Finding::ok("disk", seen),
    })
}

#[cfg(not(unix))]
fn space(_: &Path) -> Option<Finding> {
    // Elsewhere the space is not known, and the two limits have no use.
    let _ = (LITTLE, SMALL);
    None
}

/// Looks at the database, and tells the time of its newest account, in seconds since 1970.
pub(super) async fn examine_database(settings: &Settings, runs: bool) -> (Finding, Option<i64>) {
    let shown = match Database::of(settings) {
        Database::Server => String::from("PostgreSQL"),
        Database::File(path) => path.display().to_string(),
    };
    let accounts = match accounts(settings).await {
        Ok(Some(accounts)) => accounts,
        Ok(None) if runs => {
            let finding = Finding::fail(
                "database",
                format!("{shown} is not there, and yet a service runs: it has another database"),
                "run the doctor with the options of the service (--data DIR or --database URL)",
            );
            return (finding, None);
        }
        Ok(None) => {
            return (
                Finding::ok("database", format!("{shown} is not there yet; the service makes it")),
                None,
            );
        }
        Err(error) => {
            let advice = "see that it is there and that this user may use it, or restore it from a backup";
            return (Finding::fail("database", sentence::of(&error), advice), None);
        }
    };
    let enabled = accounts.iter().filter(|account| account.enabled).count();
    let finding = match accounts.len() {
        0 => Finding::warn(
            "database",
            format!("{shown} holds no account: no client can sign in"),
            format!("make one: `{}`", account_command(settings, "add you@example.com")),
        ),
        count => {
            let accounts = counted(count, "account", "accounts");
            Finding::ok("database", format!("{shown}, with {accounts} ({enabled} enabled)"))
        }
    };
    (finding, accounts.iter().map(|account| account.created_at).max())
}

async fn accounts(settings: &Settings) -> anyhow::Result<Option<Vec<Account>>> {
    match database::open_existing(settings).await? {
        Some(store) => store.accounts().await.context("the database cannot be read").map(Some),
        None => Ok(None),
    }
}
