//! `papillon account list`: all accounts, as a table or as JSON.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use anyhow::Context;
use papillon_store::Account;
use serde::Serialize;

use crate::clean::replaced;
use crate::database;
use crate::settings::Settings;
use crate::stdout;

/// The options of `account list`.
#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    /// Prints a JSON array of objects with email, name, enabled, created_at (seconds since 1970) and admin.
    #[arg(long)]
    json: bool,
}

/// An account in JSON. Scripts rely on these names.
#[derive(Serialize)]
struct Entry {
    email: String,
    name: String,
    enabled: bool,
    created_at: i64,
    admin: bool,
}

/// Shows all accounts.
pub(super) async fn run(args: &ListArgs, settings: &Settings) -> anyhow::Result<()> {
    let accounts = match database::open_existing(settings).await? {
        Some(store) => store.accounts().await.context("the accounts cannot be read")?,
        None => Vec::new(),
    };
    if accounts.is_empty() {
        // Not on standard output: that is for accounts. Nor is it worth failing for.
        let _ = writeln!(io::stderr(), "there is no account yet; `papillon account add EMAIL` makes one");
    }
    if args.json { stdout::print_json(&entries(&accounts)) } else { stdout::print(&table(&accounts)) }
}

fn entries(accounts: &[Account]) -> Vec<Entry> {
    let entry = |account: &Account| Entry {
        email: account.handle.to_string(),
        name: account.name.text().into_owned(),
        enabled: account.enabled,
        created_at: account.created_at,
        admin: account.admin,
    };
    accounts.iter().map(entry).collect()
}

fn table(accounts: &[Account]) -> String {
    let names: Vec<_> = accounts.iter().map(|account| replaced(&account.name.text())).collect();
    // An address is ASCII, so its bytes are its cells. A name is counted in characters.
    let email_width = accounts.iter().map(|account| account.handle.as_str().len()).max().unwrap_or(0);
    let name_width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (account, name) in accounts.iter().zip(&names) {
        let email = account.handle.as_str();
        let state = if account.enabled { "enabled" } else { "disabled" };
        let created = date(account.created_at);
        let mark = if account.admin { "  admin" } else { "" };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{email:<email_width$}  {name:<name_width$}  {state:<8}  {created}{mark}");
    }
    text
}

/// The day in UTC, by Howard Hinnant's days-to-civil algorithm: years begin in March there, so that
/// the leap day is the last one.
fn date(seconds: i64) -> String {
    let days = seconds.div_euclid(24 * 3600) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use msnp::{FriendlyName, Handle};
    use papillon_store::AccountId;
    use proptest::prelude::*;

    use super::*;
    use crate::clean::tests::{any_text, begin, is_harmless};

    fn account(name: FriendlyName) -> Account {
        Account {
            id: AccountId(1),
            handle: Handle::parse("ada@example.com").unwrap(),
            name,
            credential_epoch: 0,
            enabled: true,
            verified: true,
            created_at: 0,
            admin: false,
        }
    }

    proptest! {
        #[test]
        fn names_of_others_are_harmless_in_the_table_and_in_json(text in any_text()) {
            let Ok(name) = FriendlyName::from_text(&begin(&text)) else { return Ok(()) };
            let accounts = [account(name.clone())];
            let table = table(&accounts);
            prop_assert!(is_harmless(&table) && table.lines().count() == 1, "{table:?}");
            let json = crate::clean::json(&serde_json::to_string_pretty(&entries(&accounts)).unwrap());
            prop_assert!(is_harmless(&json), "{json:?}");
            let read: serde_json::Value = serde_json::from_str(&json).unwrap();
            let name = name.text();
            prop_assert_eq!(read[0]["name"].as_str(), Some(name.as_ref()));
        }
    }

    #[test]
    fn days_have_dates() {
        for (seconds, day) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (-1, "1969-12-31"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_119_139_200, "2005-06-19"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(date(seconds), day);
        }
    }

    #[test]
    fn a_name_cannot_play_with_the_terminal() {
        assert_eq!(replaced("a\u{1b}[2Jb\r\n"), "a\u{fffd}[2Jb\u{fffd}\u{fffd}");
    }
}
