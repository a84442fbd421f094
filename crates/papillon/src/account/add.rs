//! `papillon account add`: makes an account.

use anyhow::Context;
use msnp::{FriendlyName, Handle};
use papillon_store::{NewAccount, Refusal, StoreError};

use super::{display_name, email, exists, explained};
use crate::account_command::account_command;
use crate::database;
use crate::new_account::new_account;
use crate::password::{self, NewPasswordSource};
use crate::settings::Settings;

/// The options of `account add`.
#[derive(Debug, clap::Args)]
pub(super) struct AddArgs {
    /// The address to sign in with, such as ada@example.com. No mail is sent to it.
    #[arg(value_name = "EMAIL", value_parser = email)]
    handle: Handle,
    /// The display name, which people can change later. [default: the address]
    #[arg(long, value_parser = display_name)]
    name: Option<FriendlyName>,
    /// Lets them use the administrators' pages, at /admin.
    #[arg(long)]
    admin: bool,
    #[command(flatten)]
    source: NewPasswordSource,
}

/// Makes an account.
pub(super) async fn run(args: &AddArgs, settings: &Settings) -> anyhow::Result<()> {
    let existing = database::open_existing(settings).await?;
    // Before anybody is asked for a password in vain.
    if let Some(store) = &existing
        && store.account(&args.handle).await.context("the database cannot be read")?.is_some()
    {
        return Err(exists(&args.handle, settings));
    }
    let password = password::read_new(&args.source, &args.handle)?;
    let name = args.name.clone().unwrap_or_else(|| FriendlyName::from(&args.handle));
    let new = NewAccount {
        admin: args.admin,
        ..new_account(args.handle.clone(), name, password.text.clone()).await?
    };
    let store = match existing {
        Some(store) => store,
        None => database::open(settings).await?,
    };
    store.create_account(new).await.map_err(|error| match error {
        // Another command may have made it while the password was typed.
        StoreError::Refused(Refusal::AccountExists) => exists(&args.handle, settings),
        error => explained(error, &args.handle),
    })?;
    let again = account_command(settings, &format!("password {} --generate", args.handle));
    password.tell(&format!("added {}", args.handle), &again)
}
