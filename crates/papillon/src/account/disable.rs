//! `papillon account disable`: disables an account.

use msnp::Handle;

use super::{email, explained, store_with};
use crate::settings::Settings;
use crate::stdout;

/// The options of `account disable`.
#[derive(Debug, clap::Args)]
pub(super) struct DisableArgs {
    /// The account.
    #[arg(value_name = "EMAIL", value_parser = email)]
    handle: Handle,
}

/// Disables the account. A running service ends its sessions.
pub(super) async fn run(args: &DisableArgs, settings: &Settings) -> anyhow::Result<()> {
    let store = store_with(&args.handle, settings).await?;
    store.set_enabled(&args.handle, false).await.map_err(|error| explained(error, &args.handle))?;
    stdout::print(&format!("disabled {}\n", args.handle))
}
