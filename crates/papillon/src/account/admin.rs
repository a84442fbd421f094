//! `papillon account admin`: marks an administrator.

use msnp::Handle;

use super::{email, explained, store_with};
use crate::settings::Settings;
use crate::stdout;

/// The options of `account admin`.
#[derive(Debug, clap::Args)]
pub(super) struct AdminArgs {
    /// The account.
    #[arg(value_name = "EMAIL", value_parser = email)]
    handle: Handle,
    /// Removes the mark.
    #[arg(long)]
    off: bool,
}

/// Sets the mark, or removes it.
pub(super) async fn run(args: &AdminArgs, settings: &Settings) -> anyhow::Result<()> {
    let store = store_with(&args.handle, settings).await?;
    store.set_admin(&args.handle, !args.off).await.map_err(|error| explained(error, &args.handle))?;
    let now = if args.off { "no longer an administrator" } else { "an administrator now" };
    stdout::print(&format!("{} is {now}\n", args.handle))
}
