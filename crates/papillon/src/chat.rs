//! `papillon chat`: a messenger for the terminal.
//!
//! `state.rs` knows everything and touches nothing; `draw.rs` draws it; `driver.rs` is between the
//! state, the client and the terminal.

mod action;
mod classic_emoticons;
mod clock;
mod command;
mod draw;
mod driver;
#[cfg(test)]
mod fixtures;
mod input_line;
mod layout;
mod looks;
mod portions;
mod state;
mod status;
mod terminal;
mod tone;
mod wake;
mod wrap;

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use tokio::sync::mpsc;

use crate::client::{ClientArgs, Login};
use crate::control::Context;
use crate::runtime;

/// So many texts of other commands wait to be shown.
const MAX_SAID: usize = 256;

const EXAMPLES: &str = "\
F1 shows all keys and commands. NO_COLOR=1 takes the colours away.";

/// The options of `chat`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ChatArgs {
    #[command(flatten)]
    client: ClientArgs,
    /// The folder for files from others: the one named Downloads in your own folder unless told,
    /// and where there is none, the current one.
    #[arg(long, value_name = "DIR")]
    downloads: Option<PathBuf>,
    /// Never rings the terminal's bell.
    #[arg(long)]
    mute: bool,
    /// Leaves codes such as :) and (L) as they are written, also where the terminal can show emoji.
    #[arg(long)]
    no_emoji: bool,
}

/// Runs the command.
pub(crate) fn run(args: &ChatArgs) -> anyhow::Result<()> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        bail!("the messenger needs a terminal for its input and output");
    }
    let setup = driver::Setup {
        downloads: downloads(args)?,
        mute: args.mute,
        emoji: !args.no_emoji && looks::shows_emoji(),
    };
    let runtime = runtime::start()?;
    let outcome = runtime.block_on(async {
        // Before the terminal is taken over: signing in may ask for a password, or about a certificate.
        let mut login = Login::prepare(&args.client)?;
        let (client, events) = login.sign_in().await?;
        let (says, said) = mpsc::channel(MAX_SAID);
        let context = Context { client: client.clone(), folder: setup.downloads.clone(), said: Some(says) };
        let source = driver::Source {
            events,
            said,
            // Without it other commands sign in by themselves.
            #[cfg(unix)]
            socket: login.open_socket(context.clone()).ok(),
        };
        driver::run(context.client, source, setup).await
    });
    // Nothing that still runs is worth waiting for.
    runtime.shutdown_background();
    outcome
}

/// The folder for files, as an absolute path, because it is shown to people.
fn downloads(args: &ChatArgs) -> anyhow::Result<PathBuf> {
    if let Some(folder) = &args.downloads {
        if !folder.is_dir() {
            bail!("{} is no folder that files can be put into", folder.display());
        }
        return std::path::absolute(folder).context("the folder for files cannot be found");
    }
    let usual = std::env::home_dir().map(|home| home.join("Downloads")).filter(|folder| folder.is_dir());
    usual.map_or_else(|| std::env::current_dir().context("the current folder cannot be found"), Ok)
}
