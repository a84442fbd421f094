//! `papillon send`: sends a message and waits until it is delivered.

use std::io::{self, Read};
use std::sync::LazyLock;

use anyhow::{Context, bail};
use msnp::Handle;

use crate::client::{self, ClientArgs, ENVIRONMENT};
use crate::control::{Address, Command};
use crate::names::handle;
use crate::usage::wrong_usage;

/// More than this is not read: one message holds far less.
const MAX_TEXT: u64 = 1 << 20;

static HELP: LazyLock<String> = LazyLock::new(|| {
    format!(
        "\
Examples:
  papillon send ada@example.com 'Lunch at one?' --account grace@example.com
  uptime | papillon send ada@example.com -
  papillon send ada@example.com 'You have my (heart)' --emoticon '(heart)=heart.png'

It waits until the service has delivered the text: exit code 1 means that it was not. They have to
be online; nothing waits for them. With --emoticon it stays until they have fetched the picture,
for 10 s at most.

{ENVIRONMENT}"
    )
});

/// The options of `send`.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP.as_str())]
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
    client::log()?;
    let text = text(args)?;
    crate::runtime::start()?.block_on(send(args, text))
}

async fn send(args: &SendArgs, text: String) -> anyhow::Result<()> {
    let emoticons = args.client.emoticon_pictures()?;
    let mut asker = client::asker(&args.client).await?;
    let command = Command::Send {
        to: Some(Address(args.to.clone())),
        conversation: None,
        text,
        emoticons,
        // Whoever signs out takes the pictures along.
        until_fetched: asker.signs_out(),
    };
    let sent = asker.ask(&command).await;
    asker.leave().await;
    match sent? {
        Ok(_) => Ok(()),
        Err(refusal) => bail!("the text for {} was not delivered: {}", args.to, refusal.text),
    }
}

fn text(args: &SendArgs) -> anyhow::Result<String> {
    let mut text = args.text.clone();
    if text == "-" {
        if args.client.reads_standard_input() {
            wrong_usage(
                "the text and the password cannot both come on standard input: set PAPILLON_PASSWORD",
            );
        }
        text.clear();
        let read = io::stdin().take(MAX_TEXT).read_to_string(&mut text);
        read.context("the text cannot be read from standard input")?;
    }
    match as_sent(&text) {
        text if text.is_empty() => bail!("there is nothing to say: the text is empty"),
        text => Ok(text),
    }
}

/// Old clients want CR LF between lines, and a command's last line end says nothing.
fn as_sent(text: &str) -> String {
    text.trim_end_matches(['\r', '\n']).replace("\r\n", "\n").replace('\n', "\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_old_clients_want_it() {
        for (given, sent) in [("a", "a"), ("a\n", "a"), ("a\nb\r\nc\r\n\n", "a\r\nb\r\nc"), ("\n", "")] {
            assert_eq!(as_sent(given), sent, "{given:?}");
        }
    }
}
