//! `papillon send-file`

use std::io::IsTerminal;
use std::path::PathBuf;

use anyhow::{anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};
use msnp::Handle;
use msnp_client::{Client, Transfer, TransferProgress, TransferRoute};

use crate::client::{self, ClientArgs, handle};
use crate::stdout;

const EXAMPLES: &str = "\
Examples:
  papillon send-file ada@example.com photo.png --account grace@example.com
  papillon send-file ada@example.com film.avi --direct auto

It waits until the other side has accepted the file and has all of it. Exit codes: 0 they have it,
1 declined or broken, 2 wrong usage. Ctrl-C cancels the transfer on both sides.";

/// The options of `send-file`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SendFileArgs {
    /// To whom.
    #[arg(value_parser = handle)]
    to: Handle,
    /// The file.
    file: PathBuf,
    /// Goes through the service even where a direct connection is possible.
    #[arg(long)]
    no_direct: bool,
    #[command(flatten)]
    client: ClientArgs,
}

/// Sends a file to somebody.
pub(crate) fn run(args: &SendFileArgs) -> anyhow::Result<()> {
    crate::runtime()?.block_on(send(args))
}

async fn send(args: &SendFileArgs) -> anyhow::Result<()> {
    // Before anybody is asked for a password in vain.
    if let Err(error) = std::fs::File::open(&args.file) {
        bail!("{} cannot be read: {error}", args.file.display());
    }
    let (client, _events) = client::sign_in(&args.client).await?;
    let sent = transfer(args, &client).await;
    client.sign_out().await;
    stdout::print(&sent?)
}

async fn transfer(args: &SendFileArgs, client: &Client) -> anyhow::Result<String> {
    let offered = if args.no_direct {
        client.send_file_indirectly(&args.to, &args.file).await
    } else {
        client.send_file(&args.to, &args.file).await
    };
    let failed = |error| anyhow!("{} was not sent to {}: {error}", args.file.display(), args.to);
    let mut transfer = offered.map_err(failed)?;
    let id = transfer.id();
    let bar = bar(&transfer);
    let mut watched = transfer.clone();
    let outcome = tokio::select! {
        outcome = transfer.finished() => outcome,
        () = show(&mut watched, &bar) => transfer.finished().await,
        _ = tokio::signal::ctrl_c() => {
            bar.abandon();
            // It may have ended at this very moment.
            let _ = client.cancel_transfer(id).await;
            transfer.finished().await
        }
    };
    bar.finish_and_clear();
    outcome.map_err(failed)?;
    Ok(summary(args, transfer.progress()))
}

/// Follows the transfer to its end, which `finished` tells.
async fn show(transfer: &mut Transfer, bar: &ProgressBar) {
    loop {
        let progress = transfer.changed().await;
        bar.set_position(progress.bytes);
        if let Some(route) = progress.route {
            bar.set_message(route_name(route));
        }
        if progress.bytes >= progress.total {
            return;
        }
    }
}

/// A bar on a terminal, nothing elsewhere.
fn bar(transfer: &Transfer) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(transfer.progress().total).with_message("waiting for an answer");
    let template = "{bar:40} {bytes}/{total_bytes} {bytes_per_sec} {eta} {msg}";
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
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
    format!("sent {name} to {}: {} bytes{how}\n", args.to, progress.total)
}
