//! `papillon contacts`

mod entry;
mod table;

use std::io::{self, Write};
use std::sync::LazyLock;

use anyhow::anyhow;
use clap::Subcommand;
use msnp::Handle;
use msnp_client::Client;

use crate::client::{self, ClientArgs, ENVIRONMENT, handle, why_not_done};
use crate::stdout;
use entry::Entry;
pub(crate) use entry::list_names;

static HELP: LazyLock<String> = LazyLock::new(|| {
    format!(
        "\
Examples:
  papillon contacts --account ada@example.com
  papillon contacts add grace@example.com --account ada@example.com
  papillon contacts --json | jq -r '.[] | select(.status == \"online\") | .who'

The lists are: forward, whom you see; allow, who may see you; block, who may not; reverse, who sees
you, which is up to them.

{ENVIRONMENT}"
    )
});

/// The options of `contacts`.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP.as_str())]
pub(crate) struct ContactsArgs {
    /// Prints a JSON array of objects with who, name, status, lists and groups.
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    change: Option<Change>,
    #[command(flatten)]
    client: ClientArgs,
}

/// What to change.
#[derive(Debug, Subcommand)]
enum Change {
    /// Puts somebody on the contact list; they are told, and asked whether they want that.
    Add(Who),
    /// Takes somebody off the contact list.
    Remove(Who),
    /// Blocks somebody: they see you offline and cannot talk to you.
    Block(Who),
    /// Lets somebody see you again.
    Unblock(Who),
}

#[derive(Debug, clap::Args)]
struct Who {
    /// Whom.
    #[arg(value_parser = handle)]
    who: Handle,
}

/// Shows or changes the contact list.
pub(crate) fn run(args: &ContactsArgs) -> anyhow::Result<()> {
    client::log()?;
    crate::runtime()?.block_on(contacts(args))
}

async fn contacts(args: &ContactsArgs) -> anyhow::Result<()> {
    let (client, _events) = client::sign_in(&args.client).await?;
    let print: anyhow::Result<Print> = match &args.change {
        None => Ok(show(&client, args.json)),
        Some(change) => apply(&client, change).await.map(Print::Text),
    };
    client.sign_out().await;
    match print? {
        Print::Text(text) => stdout::print(&text),
        Print::Json(entries) => stdout::print_json(&entries),
    }
}

/// What there is to print.
enum Print {
    Text(String),
    Json(Vec<Entry>),
}

fn show(client: &Client, json: bool) -> Print {
    let groups = client.groups();
    let contacts = client.contacts();
    let entries: Vec<_> = contacts.iter().map(|contact| Entry::new(contact, &groups)).collect();
    if entries.is_empty() {
        // Not on standard output: that is for contacts. Nor is it worth failing for.
        let _ = writeln!(io::stderr(), "the list is empty; `papillon contacts add WHO` adds somebody");
    }
    if json { Print::Json(entries) } else { Print::Text(table::table(entries, &groups)) }
}

async fn apply(client: &Client, change: &Change) -> anyhow::Result<String> {
    let (who, done, result) = match change {
        Change::Add(Who { who }) => (who, "added", client.add_contact(who).await),
        Change::Remove(Who { who }) => (who, "removed", client.remove_contact(who).await),
        Change::Block(Who { who }) => (who, "blocked", client.block(who).await),
        Change::Unblock(Who { who }) => (who, "unblocked", client.unblock(who).await),
    };
    match result {
        Ok(()) => Ok(format!("{done} {who}\n")),
        Err(error) => Err(anyhow!("{who} was not {done}: {}", why_not_done(&error))),
    }
}
