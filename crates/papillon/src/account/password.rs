//! `papillon account password`

use msnp::Handle;

use super::{email, explained, hashed, store_with};
use crate::password::{self, PasswordSource};
use crate::settings::Settings;
use crate::stdout;

/// The options of `account password`.
#[derive(Debug, clap::Args)]
pub(super) struct PasswordArgs {
    /// Whose password it is.
    #[arg(value_name = "EMAIL", value_parser = email)]
    handle: Handle,
    #[command(flatten)]
    source: PasswordSource,
}

/// Sets a new password.
pub(super) async fn run(args: &PasswordArgs, settings: &Settings) -> anyhow::Result<()> {
    let store = store_with(&args.handle, settings).await?;
    let hash = hashed(password::read_new(&args.source, &args.handle)?).await?;
    store.set_password(&args.handle, hash).await.map_err(|error| explained(error, &args.handle))?;
    stdout::print(&format!("changed the password of {}\n", args.handle))
}
