//! `papillon account remove`: removes an account.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::{Context, bail};
use msnp::Handle;

use super::{email, explained, store_with};
use crate::settings::Settings;
use crate::stdout;

/// The options of `account remove`.
#[derive(Debug, clap::Args)]
pub(super) struct RemoveArgs {
    /// The account.
    #[arg(value_name = "EMAIL", value_parser = email)]
    handle: Handle,
    /// Does not ask.
    #[arg(long)]
    yes: bool,
}

/// Removes an account for good.
pub(super) async fn run(args: &RemoveArgs, settings: &Settings) -> anyhow::Result<()> {
    let store = store_with(&args.handle, settings).await?;
    if !args.yes && !is_meant(&args.handle)? {
        bail!("nothing was removed");
    }
    store.remove_account(&args.handle).await.map_err(|error| explained(error, &args.handle))?;
    stdout::print(&format!("removed {}\n", args.handle))
}

fn is_meant(handle: &Handle) -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() {
        bail!("removing an account needs a yes, and there is no terminal to ask at: add --yes");
    }
    let question =
        format!("Remove {handle} and its contact list for good? `disable` would keep them. [y/N] ");
    let failed = "the terminal cannot be asked: add --yes";
    io::stderr().write_all(question.as_bytes()).context(failed)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).context(failed)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}
