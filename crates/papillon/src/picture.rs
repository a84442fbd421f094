//! `papillon picture`: fetches a display picture.

use std::path::PathBuf;
use std::sync::LazyLock;

use anyhow::{Context, anyhow};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use msnp::Handle;

use crate::client::{self, ClientArgs, ENVIRONMENT, Purpose};
use crate::control::{Address, Command, Failure};
use crate::names::handle;
use crate::stdout;

static HELP: LazyLock<String> = LazyLock::new(|| {
    format!(
        "\
Examples:
  papillon picture ada@example.com -o ada.png --account grace@example.com
  papillon picture ada@example.com -o - | feh -

The bytes are verified against the contact's presence, which tells their hash. They are a picture only
as far as the contact is honest: most clients send PNG, some JPEG or GIF.

{ENVIRONMENT}"
    )
});

/// The options of `picture`.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP.as_str())]
pub(crate) struct PictureArgs {
    /// The owner of the display picture; they have to be on the contact list and online.
    #[arg(value_parser = handle)]
    contact: Handle,
    /// The file to write it to; `-` is standard output.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    client: ClientArgs,
}

/// Fetches a display picture.
pub(crate) fn run(args: &PictureArgs) -> anyhow::Result<()> {
    client::log()?;
    crate::runtime::start()?.block_on(fetch(args))
}

async fn fetch(args: &PictureArgs) -> anyhow::Result<()> {
    let mut asker = client::asker(&args.client, Purpose::Conversation).await.map_err(Failure::into_error)?;
    let who = &args.contact;
    let told = asker.ask(&Command::Picture { who: Address(who.clone()), path: None }).await;
    asker.leave().await;
    let told = told?
        .map_err(|rejection| anyhow!("the display picture of {who} was not fetched: {}", rejection.text))?;
    let picture = STANDARD.decode(told["data"].as_str().unwrap_or_default());
    let picture = picture.context("the display picture cannot be read")?;
    if args.output.as_os_str() == "-" {
        return stdout::write(&picture).map(drop);
    }
    std::fs::write(&args.output, &picture)
        .with_context(|| format!("{} cannot be written", args.output.display()))
}
