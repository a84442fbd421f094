//! `papillon account …`: the accounts that can sign in.
//!
//! The commands write to the database, and a running service reads their changes there.

mod add;
mod admin;
mod disable;
mod enable;
mod import;
mod invite;
mod list;
mod password;
mod remove;

use std::sync::Arc;

use anyhow::{Context, anyhow};
use clap::Subcommand;
use msnp::{FriendlyName, Handle};
use papillon_store::{Refusal, Store, StoreError};

use crate::account_command::account_command;
use crate::settings::{Place, Settings};
use crate::{database, logging, runtime};

const EXAMPLES: &str = "\
Examples:
  papillon account add ada@example.com --name Ada
  papillon account password ada@example.com --password-stdin < secret.txt
  papillon account password ada@example.com --generate
  papillon account import people.csv --passwords passwords.csv
  papillon account invite --uses 5
  papillon account list --json

Use the same --data, --config or --database as for `papillon serve`. All of these work while the
service runs, and it acts on them at once.";

/// The options of `account`.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true, after_help = EXAMPLES)]
pub(crate) struct AccountArgs {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Makes an account.
    Add(add::AddArgs),
    /// Makes many accounts at once, from a CSV file.
    Import(import::ImportArgs),
    /// Shows all accounts.
    List(list::ListArgs),
    /// Sets a new password. Sessions stay signed in; the old password no longer works.
    Password(password::PasswordArgs),
    /// Disables an account: ends its sessions and refuses new ones. The contact list is kept.
    Disable(disable::DisableArgs),
    /// Enables a disabled account again.
    Enable(enable::EnableArgs),
    /// Makes a person an administrator, with the pages at /admin, or no longer.
    Admin(admin::AdminArgs),
    /// Makes an invitation: with its code people make accounts by themselves, at /register.
    Invite(invite::InviteArgs),
    /// Removes an account for good, also from everybody's contact list.
    Remove(remove::RemoveArgs),
}

/// Runs the command.
pub(crate) fn run(args: &AccountArgs) -> anyhow::Result<()> {
    let settings = Settings::load(&args.place)?;
    logging::start(settings.log_format, "warn")?;
    runtime::start()?.block_on(async {
        match &args.command {
            Command::Add(add) => add::run(add, &settings).await,
            Command::Import(import) => import::run(import, &settings).await,
            Command::List(list) => list::run(list, &settings).await,
            Command::Password(password) => password::run(password, &settings).await,
            Command::Disable(disable) => disable::run(disable, &settings).await,
            Command::Enable(enable) => enable::run(enable, &settings).await,
            Command::Admin(admin) => admin::run(admin, &settings).await,
            Command::Invite(invite) => invite::run(invite, &settings).await,
            Command::Remove(remove) => remove::run(remove, &settings).await,
        }
    })
}

/// Reads an account's name; the error describes one.
fn email(text: &str) -> Result<Handle, String> {
    Handle::parse(text).map_err(|_| {
        format!(
            "expected an e-mail address such as ada@example.com: at most {} bytes, a dot in the domain, \
             neither spaces nor %",
            Handle::MAX_LEN
        )
    })
}

/// Reads a display name; the error describes one.
fn display_name(text: &str) -> Result<FriendlyName, String> {
    FriendlyName::from_text(text).ok().filter(FriendlyName::is_presentable).ok_or_else(|| {
        format!(
            "expected a name that is not empty, has no control or invisible characters and is, with all special \
             characters coded as %XX, at most {} bytes long",
            FriendlyName::MAX_LEN
        )
    })
}

/// The database of an account that has to be there.
async fn store_with(handle: &Handle, settings: &Settings) -> anyhow::Result<Arc<dyn Store>> {
    // No database has no account: a wrong folder must not get a new one.
    let Some(store) = database::open_existing(settings).await? else {
        return Err(unknown(handle));
    };
    match store.account(handle).await.context("the database cannot be read")? {
        Some(_) => Ok(store),
        None => Err(unknown(handle)),
    }
}

fn unknown(handle: &Handle) -> anyhow::Error {
    anyhow!(
        "there is no account {handle}. See `papillon account list`; the service may also use another folder \
         (--data DIR)"
    )
}

/// The error for a change of `handle` that the store refused.
fn explained(error: StoreError, handle: &Handle) -> anyhow::Error {
    match error {
        StoreError::Refused(Refusal::UnknownAccount) => unknown(handle),
        error => anyhow::Error::new(error).context(format!("the account {handle} was not changed")),
    }
}

fn exists(handle: &Handle, settings: &Settings) -> anyhow::Error {
    let command = account_command(settings, &format!("password {handle}"));
    anyhow!("the account {handle} exists already. To change its password: {command}")
}
