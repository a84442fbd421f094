//! `papillon picture`

use std::path::PathBuf;
use std::sync::LazyLock;

use anyhow::{Context, anyhow, bail};
use msnp::Handle;
use msnp_client::{Client, FetchError};

use crate::client::{self, ClientArgs, ENVIRONMENT, handle, why_not_delivered};
use crate::stdout;

static HELP: LazyLock<String> = LazyLock::new(|| {
    format!(
        "\
Examples:
  papillon picture ada@example.com -o ada.png --account grace@example.com
  papillon picture ada@example.com -o - | feh -

The bytes are verified against what the contact's presence says of them. They are a picture only
as far as the contact is honest: most clients send PNG, some JPEG or GIF.

{ENVIRONMENT}"
    )
});

/// The options of `picture`.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP.as_str())]
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
    client::log()?;
    crate::runtime()?.block_on(fetch(args))
}

async fn fetch(args: &PictureArgs) -> anyhow::Result<()> {
    let (client, _events) = client::sign_in(&args.client).await?;
    let picture = picture_of(&client, &args.contact).await;
    client.sign_out().await;
    let picture = picture?;
    if args.output.as_os_str() == "-" {
        return stdout::write(&picture).map(drop);
    }
    std::fs::write(&args.output, &picture)
        .with_context(|| format!("{} cannot be written", args.output.display()))
}

async fn picture_of(client: &Client, who: &Handle) -> anyhow::Result<bytes::Bytes> {
    match client.contact(who).map(|contact| contact.presence) {
        None => bail!("{who} is not on the contact list: `papillon contacts add {who}` adds them"),
        Some(None) => bail!("{who} is not online: a display picture comes from their own client"),
        Some(Some(_)) => {}
    }
    client.fetch_picture(who).await.map_err(|error| {
        let why = match &error {
            FetchError::Unreachable(error) => why_not_delivered(error),
            error => error.to_string(),
        };
        anyhow!("the display picture of {who} was not fetched: {why}")
    })
}
