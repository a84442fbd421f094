//! `papillon send-file`: sends a file and waits until it has arrived.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};
use msnp::Handle;
use papillon_server::counted;
use serde_json::Value;

use crate::client::{self, ClientArgs, ENVIRONMENT, Purpose};
use crate::control::{Address, Asker, Command, Failure, FilePath, Rejection, outcome, outcome_as_json};
use crate::interrupt::Interrupt;
use crate::names::handle;
use crate::stdout;

static HELP: LazyLock<String> = LazyLock::new(|| {
    format!(
        "\
Examples:
  papillon send-file ada@example.com photo.png --account grace@example.com
  papillon send-file ada@example.com film.avi --direct auto

It waits until they have accepted the file and have all of it: exit code 1 means that they declined
it, are not online, or that it broke off. --json prints the outcome as one object. Ctrl-C cancels the
transfer on both sides.

{ENVIRONMENT}"
    )
});

/// The options of `send-file`.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP.as_str())]
pub(crate) struct SendFileArgs {
    /// The receiver's account.
    #[arg(value_parser = handle)]
    to: Handle,
    /// The file.
    file: PathBuf,
    /// Sends it through the service, even with --direct.
    #[arg(long)]
    no_direct: bool,
    /// Prints the outcome as one JSON object, on standard output.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    client: ClientArgs,
}

/// Sends a file to somebody.
pub(crate) fn run(args: &SendFileArgs) -> anyhow::Result<()> {
    client::log()?;
    let outcome = match readable(&args.file) {
        Ok(()) => crate::runtime::start()?.block_on(send(args)),
        Err(error) => Err(Failure::new("file", error)),
    };
    if args.json {
        stdout::print_json_line(&outcome_as_json(&args.to, &outcome))?;
    } else if let Ok(answer) = &outcome {
        stdout::print(&summary(args, answer))?;
    }
    outcome.map(drop).map_err(Failure::into_error)
}

/// Looks before anybody is asked for a password in vain.
fn readable(file: &Path) -> anyhow::Result<()> {
    match std::fs::File::open(file).and_then(|file| file.metadata()) {
        Err(error) => bail!("{} cannot be read: {error}", file.display()),
        Ok(about) if !about.is_file() => bail!("{} is not a file", file.display()),
        Ok(_) => Ok(()),
    }
}

async fn send(args: &SendFileArgs) -> Result<Value, Failure> {
    let mut asker = client::asker(&args.client, Purpose::Conversation).await?;
    let sent = follow(args, &mut asker).await;
    asker.leave().await;
    sent?.map_err(|rejection| {
        let told = anyhow!("{} was not sent to {}: {}", args.file.display(), args.to, why(args, &rejection));
        Failure::refused(rejection, told)
    })
}

fn why(args: &SendFileArgs, rejection: &Rejection) -> String {
    let forbidden = args.no_direct && rejection.code == "needs-direct";
    if forbidden { format!("{} without --no-direct", rejection.text) } else { rejection.text.clone() }
}

/// Offers the file and follows it to its end; the first signal cancels it.
async fn follow(args: &SendFileArgs, asker: &mut Asker) -> anyhow::Result<Result<Value, Rejection>> {
    // After the sign-in, whose questions Ctrl-C is to end at once.
    let mut stop = Interrupt::new()?;
    let command = Command::SendFile {
        to: Address(args.to.clone()),
        // The program that carries it out may run in another folder.
        path: FilePath(std::path::absolute(&args.file)?),
        direct: !args.no_direct && args.client.allows_direct()?,
    };
    let id = asker.begin(&command).await?;
    let (mut bar, mut transfer, mut stopped) = (ProgressBar::hidden(), None, false);
    let outcome = loop {
        let line = tokio::select! {
            line = asker.hear() => line?,
            () = stop.wait() => {
                if stopped {
                    // A second signal: the service, or the other client, does not answer.
                    bail!("ended before the other side was told");
                }
                stopped = true;
                cancel(asker, transfer).await?;
                continue;
            }
        };
        match line["event"].as_str() {
            // Until this line the transfer has no number, and a signal only leaves a mark.
            Some("file-sending") => {
                transfer = line["transfer"].as_u64();
                bar = show_bar(line["size"].as_u64().unwrap_or_default());
                if stopped {
                    cancel(asker, transfer).await?;
                }
            }
            Some("file-progress") => show(&bar, &line),
            _ => {}
        }
        // The answer to `cancel` comes as well, with a number of its own. The transfer's own answer ends it.
        if let Some(outcome) = outcome(id, line)? {
            break outcome;
        }
    };
    bar.finish_and_clear();
    Ok(outcome)
}

/// Cancels the transfer, if it has begun.
async fn cancel(asker: &mut Asker, transfer: Option<u64>) -> anyhow::Result<()> {
    if let Some(transfer) = transfer {
        asker.begin(&Command::Cancel { transfer }).await?;
    }
    Ok(())
}

/// A bar on a terminal, nothing elsewhere.
fn show_bar(total: u64) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(total).with_message("waiting for an answer");
    let template = "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} {msg}";
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.set_style(style),
        Err(error) => tracing::debug!(%error, "the bar looks as it looks"),
    }
    bar.tick();
    bar
}

fn show(bar: &ProgressBar, progress: &Value) {
    bar.set_position(progress["bytes"].as_u64().unwrap_or_default());
    if let Some(route) = progress["route"].as_str().and_then(route_words) {
        bar.set_message(route);
    }
}

fn route_words(route: &str) -> Option<&'static str> {
    Some(match route {
        "switchboard" => "through the service",
        "direct" => "over a direct connection",
        "msnftp" => "as before MSN Messenger 6",
        _ => return None,
    })
}

fn summary(args: &SendFileArgs, answer: &Value) -> String {
    let name = args.file.file_name().unwrap_or_default().to_string_lossy();
    let route = answer["route"].as_str().and_then(route_words);
    let how = route.map_or(String::new(), |route| format!(", {route}"));
    let size = counted(answer["size"].as_u64().unwrap_or_default(), "byte", "bytes");
    format!("sent {name}, {size}{how}\n")
}
