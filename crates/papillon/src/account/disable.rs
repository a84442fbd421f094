//! `papillon account disable`

use msnp::Handle;

use super::{email, explained, store_with};
use crate::settings::Settings;
use crate::stdout;

/// The options of `account disable`.
#[derive(Debug, clap::Args)]
pub(super) struct DisableArgs {
    /// Who may sign in no more.
    #[arg(value_name = "EMAIL", value_parser = email)]
    handle: Handle,
}

/// Signs somebody out and lets them in no more.
pub(super) async fn run(args: &DisableArgs, settings: &Settings) -> anyhow::Result<()> {
    let store = store_with(&args.handle, settings).await?;
    store.set_enabled(&args.handle, false).await.map_err(|error| explained(error, &args.handle))?;
    stdout::print(&format!("disabled {}\n", args.handle))
}
