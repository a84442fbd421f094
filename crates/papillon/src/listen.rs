//! `papillon listen`

mod json;

use std::path::PathBuf;

use anyhow::{Context, bail};
use msnp_client::{Client, Event, Events, SignedOut};

use crate::client::{self, ClientArgs};
use crate::stdout;

const EXAMPLES: &str = "\
Examples:
  papillon listen --account ada@example.com
  papillon listen --auto-accept ~/Downloads | jq -c 'select(.event == \"message\")'

Each line is a JSON object whose \"event\" is one of: signed-in, presence, contact-added,
contact-removed, roster-changed, joined, left, message, typing, emoticon, picture, file-offered,
file-progress, file-received, file-sent, file-failed, conversation-closed, service-message, missed,
error, signed-out. docs/events.md tells their fields.

It ends with SIGINT or SIGTERM (exit code 0), or when the service ends it (exit code 1).";

/// The options of `listen`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ListenArgs {
    /// Takes every file that is offered, into this folder; nothing there is overwritten.
    #[arg(long, value_name = "DIR")]
    auto_accept: Option<PathBuf>,
    /// Adds everybody who adds this account.
    #[arg(long)]
    auto_add: bool,
    /// Fetches the display pictures of contacts as they come online.
    #[arg(long)]
    fetch_pictures: bool,
    #[command(flatten)]
    client: ClientArgs,
}

/// Prints everything that happens.
pub(crate) fn run(args: &ListenArgs) -> anyhow::Result<()> {
    crate::runtime()?.block_on(listen(args))
}

async fn listen(args: &ListenArgs) -> anyhow::Result<()> {
    if let Some(folder) = &args.auto_accept {
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let mut stop = crate::interrupt::Interrupt::new()?;
    let (client, mut events) = tokio::select! {
        signed_in = client::sign_in(&args.client) => signed_in?,
        () = stop.wait() => return Ok(()),
    };
    print(&json::signed_in(&client))?;
    loop {
        tokio::select! {
            event = events.next() => match event {
                Some(event) => if tell(args, &client, &event)? { return Ok(()) },
                None => bail!("the connection to the service is over"),
            },
            () = stop.wait() => return leave(&client, &mut events).await,
        }
    }
}

/// Prints an event and does what the options say. Whether it was the last, and a good one.
fn tell(args: &ListenArgs, client: &Client, event: &Event) -> anyhow::Result<bool> {
    print(&json::event(client, event))?;
    react(args, client, event);
    match event {
        Event::SignedOut { reason: SignedOut::Asked, .. } => Ok(true),
        Event::SignedOut { reason: SignedOut::Elsewhere, will_retry: false } => {
            bail!("the account signed in elsewhere")
        }
        Event::SignedOut { will_retry: false, .. } => bail!("the service has ended the connection"),
        _ => Ok(false),
    }
}

fn react(args: &ListenArgs, client: &Client, event: &Event) {
    match event {
        Event::FileOffered { transfer, .. } => {
            let Some(folder) = args.auto_accept.clone() else { return };
            let (client, transfer) = (client.clone(), *transfer);
            tokio::spawn(async move {
                if let Err(error) = client.accept_file(transfer, &folder).await {
                    complain(&format!("a file cannot be taken: {error}"));
                    // It may have been withdrawn.
                    let _ = client.decline_file(transfer).await;
                }
            });
        }
        Event::ContactAdded { contact, by_them: true } if args.auto_add => {
            let (client, who) = (client.clone(), contact.handle.clone());
            tokio::spawn(async move {
                if let Err(error) = client.add_contact(&who).await {
                    complain(&format!("{who} cannot be added: {error}"));
                }
            });
        }
        Event::Presence { who, presence: Some(presence), .. }
            if args.fetch_pictures && presence.picture.is_some() =>
        {
            let (client, who) = (client.clone(), who.clone());
            tokio::spawn(async move {
                if let Err(error) = client.fetch_picture(&who).await {
                    complain(&format!("the display picture of {who} was not fetched: {error}"));
                }
            });
        }
        _ => {}
    }
}

fn complain(what: &str) {
    // Whoever reads may have gone; the loop notices that.
    let _ = print(&json::error(what));
}

async fn leave(client: &Client, events: &mut Events) -> anyhow::Result<()> {
    client.sign_out().await;
    while let Some(event) = events.next().await {
        print(&json::event(client, &event))?;
    }
    Ok(())
}

fn print(line: &serde_json::Value) -> anyhow::Result<()> {
    stdout::print(&format!("{line}\n"))
}
