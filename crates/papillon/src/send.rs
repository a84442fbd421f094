//! `papillon send`

use std::io::Read;

use anyhow::{Context, anyhow};
use msnp::Handle;

use crate::client::{self, ClientArgs, handle};

const EXAMPLES: &str = "\
Examples:
  papillon send ada@example.com 'Lunch at one?' --account grace@example.com
  uptime | papillon send ada@example.com -

It waits until the service has delivered the text. Exit codes: 0 delivered, 1 not, 2 wrong usage.
An account that is signed in elsewhere is signed out there: give scripts one of their own.";

/// The options of `send`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SendArgs {
    /// To whom.
    #[arg(value_parser = handle)]
    to: Handle,
    /// What to say; `-` reads it from standard input.
    text: String,
    #[command(flatten)]
    client: ClientArgs,
}

/// Says something to somebody.
pub(crate) fn run(args: &SendArgs) -> anyhow::Result<()> {
    crate::runtime()?.block_on(send(args))
}

async fn send(args: &SendArgs) -> anyhow::Result<()> {
    let text = text(&args.text)?;
    let (client, _events) = client::sign_in(&args.client).await?;
    let sent = client.send(&args.to, text).await;
    client.sign_out().await;
    sent.map_err(|error| anyhow!("the text for {} was not delivered: {error}", args.to))
}

/// Old clients want CR LF between lines.
fn text(word: &str) -> anyhow::Result<String> {
    let mut text = word.to_owned();
    if word == "-" {
        text.clear();
        std::io::stdin().read_to_string(&mut text).context("the text cannot be read from standard input")?;
    }
    let text = text.trim_end_matches(['\r', '\n']).replace("\r\n", "\n").replace('\n', "\r\n");
    if text.is_empty() { Err(anyhow!("there is nothing to say")) } else { Ok(text) }
}
