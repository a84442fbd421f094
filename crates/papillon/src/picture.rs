//! `papillon picture`

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use msnp::Handle;

use crate::client::{self, ClientArgs, handle};

const EXAMPLES: &str = "\
Examples:
  papillon picture ada@example.com -o ada.png --account grace@example.com
  papillon picture ada@example.com -o - | feh -

The bytes are verified against what the contact's presence says of them. They are a picture only
as far as the contact is honest: most clients send PNG, some JPEG or GIF.";

/// The options of `picture`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PictureArgs {
    /// Whose display picture; they have to be on the contact list and online.
    #[arg(value_parser = handle)]
    contact: Handle,
    /// Where to write it; `-` is standard output.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    client: ClientArgs,
}

/// Fetches a display picture.
pub(crate) fn run(args: &PictureArgs) -> anyhow::Result<()> {
    crate::runtime()?.block_on(fetch(args))
}

async fn fetch(args: &PictureArgs) -> anyhow::Result<()> {
    let (client, _events) = client::sign_in(&args.client).await?;
    let who = &args.contact;
    let online = client.contact(who).map(|contact| contact.presence.is_some());
    let picture = client.fetch_picture(who).await;
    client.sign_out().await;
    match online {
        None => bail!("{who} is not on the contact list: `papillon contacts add {who}` adds them"),
        Some(false) => bail!("{who} is not online: a display picture comes from their own client"),
        Some(true) => {}
    }
    let picture =
        picture.map_err(|error| anyhow!("the display picture of {who} was not fetched: {error}"))?;
    if args.output.as_os_str() == "-" {
        return std::io::stdout().write_all(&picture).context("standard output cannot be written to");
    }
    std::fs::write(&args.output, &picture)
        .with_context(|| format!("{} cannot be written", args.output.display()))
}
