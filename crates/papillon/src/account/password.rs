//! `papillon account password`: sets a new password.

use msnp::Handle;

use super::{email, explained, store_with};
use crate::account_command::account_command;
use crate::new_account::hashed;
use crate::password::{self, NewPasswordSource};
use crate::settings::Settings;

/// The options of `account password`.
#[derive(Debug, clap::Args)]
pub(super) struct PasswordArgs {
    /// The account.
    #[arg(value_name = "EMAIL", value_parser = email)]
    handle: Handle,
    #[command(flatten)]
    source: NewPasswordSource,
}

/// Sets a new password.
pub(super) async fn run(args: &PasswordArgs, settings: &Settings) -> anyhow::Result<()> {
    let store = store_with(&args.handle, settings).await?;
    let password = password::read_new(&args.source, &args.handle)?;
    let hash = hashed(password.text.clone()).await?;
    store.set_password(&args.handle, hash).await.map_err(|error| explained(error, &args.handle))?;
    let again = account_command(settings, &format!("password {} --generate", args.handle));
    password.tell(&format!("changed the password of {}", args.handle), &again)
}
