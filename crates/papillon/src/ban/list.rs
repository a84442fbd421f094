//! `papillon ban list`: the bans in force, as a table or as JSON.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use anyhow::Context;
use papillon_server::moment;
use papillon_store::{Ban, BanTarget};
use serde::Serialize;

use crate::clean::replaced;
use crate::database;
use crate::new_account::now;
use crate::settings::Settings;
use crate::stdout;

/// The options of `ban list`.
#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    /// Prints a JSON array of objects with target, kind (addresses or account), reason, made_by, made_at, ends_at,
    /// refused and refused_at.
    ///
    /// Times are in seconds since 1970. ends_at is null for a ban for good, made_by for one of the command line,
    /// refused_at when nothing was refused yet. A running service counts refusals every five seconds.
    #[arg(long)]
    json: bool,
}

/// A ban in JSON. Scripts rely on these names.
#[derive(Serialize)]
struct Entry {
    target: String,
    kind: &'static str,
    reason: String,
    made_by: Option<String>,
    made_at: i64,
    ends_at: Option<i64>,
    refused: i64,
    refused_at: Option<i64>,
}

/// Shows the bans, the latest first.
pub(super) async fn run(args: &ListArgs, settings: &Settings) -> anyhow::Result<()> {
    let bans = match database::open_existing(settings).await? {
        Some(store) => store.bans(now()).await.context("the bans cannot be read")?,
        None => Vec::new(),
    };
    if bans.is_empty() {
        // Not on standard output: that is for bans. Nor is it worth failing for.
        let _ = writeln!(io::stderr(), "nobody is banned; `papillon ban add` bans an address or an account");
    }
    if args.json {
        stdout::print_json(&bans.iter().map(entry).collect::<Vec<_>>())
    } else {
        stdout::print(&table(&bans))
    }
}

fn entry(ban: &Ban) -> Entry {
    Entry {
        target: ban.target.to_string(),
        kind: if matches!(ban.target, BanTarget::Account(_)) { "account" } else { "addresses" },
        reason: ban.reason.to_string(),
        made_by: ban.made_by.as_ref().map(ToString::to_string),
        made_at: ban.made_at,
        ends_at: ban.ends_at,
        refused: ban.refused,
        refused_at: ban.refused_at,
    }
}

fn table(bans: &[Ban]) -> String {
    let targets: Vec<_> = bans.iter().map(|ban| ban.target.to_string()).collect();
    let width = targets.iter().map(String::len).max().unwrap_or(0);
    let mut text = String::new();
    for (ban, target) in bans.iter().zip(&targets) {
        let end = ban.ends_at.map_or_else(|| "for good".into(), |end| format!("until {}", moment(end)));
        let last = ban.refused_at.map_or_else(String::new, |at| format!(", last {}", moment(at)));
        // Writing to a string cannot fail.
        let _ = write!(text, "{target:<width$}  {end:<22}  refused {}{last}", ban.refused);
        if !ban.reason.as_str().is_empty() {
            let _ = write!(text, "  {}", replaced(ban.reason.as_str()));
        }
        text.push('\n');
    }
    text
}
