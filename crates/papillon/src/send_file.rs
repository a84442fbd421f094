//! `papillon send-file`

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::sync::LazyLock;

use anyhow::{anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};
use msnp::Handle;
use msnp_client::{Client, Transfer, TransferError, TransferProgress, TransferRoute};
use papillon_server::counted;

use crate::client::{self, ClientArgs, ENVIRONMENT, handle, why_not_transferred};
use crate::interrupt::Interrupt;
use crate::stdout;

static HELP: LazyLock<String> = LazyLock::new(|| {
    format!(
        "\
Examples:
  papillon send-file ada@example.com photo.png --account grace@example.com
  papillon send-file ada@example.com film.avi --direct auto

It waits until they have accepted the file and have all of it: exit code 1 means that they declined
it, are not online, or that it broke off. Ctrl-C cancels the transfer on both sides.

{ENVIRONMENT}"
    )
});

/// The options of `send-file`.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP.as_str())]
pub(crate) struct SendFileArgs {
    /// To whom.
    #[arg(value_parser = handle)]
    to: Handle,
    /// The file.
    file: PathBuf,
    /// Goes through the service, whatever --direct says.
    #[arg(long)]
    no_direct: bool,
    #[command(flatten)]
    client: ClientArgs,
}

/// Sends a file to somebody.
pub(crate) fn run(args: &SendFileArgs) -> anyhow::Result<()> {
    client::log()?;
    // Before anybody is asked for a password in vain.
    match std::fs::File::open(&args.file).and_then(|file| file.metadata()) {
        Err(error) => bail!("{} cannot be read: {error}", args.file.display()),
        Ok(about) if !about.is_file() => bail!("{} is not a file", args.file.display()),
        Ok(_) => {}
    }
    crate::runtime()?.block_on(send(args))
}

async fn send(args: &SendFileArgs) -> anyhow::Result<()> {
    let (client, _events) = client::sign_in(&args.client).await?;
    let sent = tell_how_it_goes(args, &client).await;
    client.sign_out().await;
    let failed = |error| {
        anyhow!("{} was not sent to {}: {}", args.file.display(), args.to, why_not_transferred(&error))
    };
    stdout::print(&summary(args, sent?.map_err(failed)?))
}

/// Offers the file and follows it to its end, or to the first signal.
async fn tell_how_it_goes(
    args: &SendFileArgs,
    client: &Client,
) -> anyhow::Result<Result<TransferProgress, TransferError>> {
    let mut stop = Interrupt::new()?;
    let offer = async {
        if args.no_direct {
            client.send_file_indirectly(&args.to, &args.file).await
        } else {
            client.send_file(&args.to, &args.file).await
        }
    };
    let offered = tokio::select! {
        offered = offer => offered,
        () = stop.wait() => Err(TransferError::Cancelled),
    };
    let mut transfer = match offered {
        Ok(transfer) => transfer,
        Err(error) => return Ok(Err(error)),
    };
    let bar = bar(&transfer);
    let mut watched = transfer.clone();
    let outcome = loop {
        tokio::select! {
            // In this order: what is over does not change any more.
            biased;
            outcome = transfer.finished() => break outcome,
            () = stop.wait() => {
                // It may have ended at this very moment.
                let _ = client.cancel_transfer(watched.id()).await;
                break transfer.finished().await;
            }
            progress = watched.changed() => show(&bar, progress),
        }
    };
    bar.finish_and_clear();
    Ok(outcome.map(|_| transfer.progress()))
}

/// A bar on a terminal, nothing elsewhere.
fn bar(transfer: &Transfer) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(transfer.progress().total).with_message("waiting for an answer");
    let template = "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} {msg}";
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.set_style(style),
        Err(error) => tracing::debug!(%error, "the bar looks as it looks"),
    }
    bar.tick();
    bar
}

fn show(bar: &ProgressBar, progress: TransferProgress) {
    bar.set_position(progress.bytes);
    if let Some(route) = progress.route {
        bar.set_message(route_name(route));
    }
}

fn route_name(route: TransferRoute) -> &'static str {
    match route {
        TransferRoute::Switchboard => "through the service",
        TransferRoute::Direct => "over a direct connection",
        TransferRoute::Msnftp => "as before MSN Messenger 6",
    }
}

fn summary(args: &SendFileArgs, progress: TransferProgress) -> String {
    let name = args.file.file_name().unwrap_or_default().to_string_lossy();
    let how = progress.route.map_or(String::new(), |route| format!(", {}", route_name(route)));
    format!("sent {name}, {}{how}\n", counted(progress.total, "byte", "bytes"))
}
