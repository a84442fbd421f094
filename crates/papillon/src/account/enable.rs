//! `papillon account enable`: enables a disabled account.

use msnp::Handle;

use super::{email, explained, store_with};
use crate::settings::Settings;
use crate::stdout;

/// The options of `account enable`.
#[derive(Debug, clap::Args)]
pub(super) struct EnableArgs {
    /// The account.
    #[arg(value_name = "EMAIL", value_parser = email)]
    handle: Handle,
}

/// Enables the account.
pub(super) async fn run(args: &EnableArgs, settings: &Settings) -> anyhow::Result<()> {
    let store = store_with(&args.handle, settings).await?;
    store.set_enabled(&args.handle, true).await.map_err(|error| explained(error, &args.handle))?;
    stdout::print(&format!("enabled {}\n", args.handle))
}
