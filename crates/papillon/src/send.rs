//! `papillon send`: sends a message and waits until it is delivered.

use std::io::{self, Read};
use std::sync::LazyLock;

use anyhow::{Context, anyhow, bail};
use msnp::Handle;
use serde_json::Value;

use crate::client::{self, ClientArgs, ENVIRONMENT, Purpose};
use crate::control::{Address, Command, Failure, outcome_as_json};
use crate::names::handle;
use crate::stdout;
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
be online; nothing waits for them. --json prints the outcome as one object. With --emoticon it stays
until they have fetched the picture, for 10 s at most.

{ENVIRONMENT}"
    )
});

/// The options of `send`.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP.as_str())]
pub(crate) struct SendArgs {
    /// The receiver's account.
    #[arg(value_parser = handle)]
    to: Handle,
    /// The text; `-` reads it from standard input.
    text: String,
    /// Prints the outcome as one JSON object, on standard output.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    client: ClientArgs,
}

/// Says something to somebody.
pub(crate) fn run(args: &SendArgs) -> anyhow::Result<()> {
    client::log()?;
    // Before the sign-in: a text that is empty or cannot be read costs none.
    let outcome = match text(args) {
        Ok(text) => crate::runtime::start()?.block_on(send(args, text)),
        Err(error) => Err(Failure::new("bad-argument", error)),
    };
    if args.json {
        stdout::print_json_line(&outcome_as_json(&args.to, &outcome))?;
    }
    outcome.map(drop).map_err(Failure::into_error)
}

async fn send(args: &SendArgs, text: String) -> Result<Value, Failure> {
    let emoticons = args.client.emoticon_pictures().map_err(|error| Failure::new("bad-argument", error))?;
    let mut asker = client::asker(&args.client, Purpose::Conversation).await?;
    let command = Command::Send {
        to: Some(Address(args.to.clone())),
        conversation: None,
        text,
        emoticons,
        // The pictures are gone when the client signs out.
        until_fetched: asker.signs_out(),
    };
    let sent = asker.ask(&command).await;
    asker.leave().await;
    sent?.map_err(|rejection| {
        let told = anyhow!("the text for {} was not delivered: {}", args.to, rejection.text);
        Failure::refused(rejection, told)
    })
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

/// Legacy clients want CR LF between lines, and a command's last line end says nothing.
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
