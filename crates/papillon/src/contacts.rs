//! `papillon contacts`: the contact list, shown or changed.

mod table;

use std::io::{self, Write};
use std::sync::LazyLock;

use anyhow::{Context, anyhow};
use clap::Subcommand;
use msnp::Handle;

use crate::client::{self, ClientArgs, ENVIRONMENT, Purpose};
use crate::control::{Address, Asker, Command, ContactEntry, Failure};
use crate::names::handle;
use crate::stdout;

static HELP: LazyLock<String> = LazyLock::new(|| {
    format!(
        "\
Examples:
  papillon contacts --account ada@example.com
  papillon contacts add grace@example.com --account ada@example.com
  papillon contacts --json | jq -r '.[] | select(.status == \"online\") | .who'

The lists are: forward, the people that you see; allow, those that may see you; block, those that may
not; reverse, those that see you, which is up to them.

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

/// A change of the list.
#[derive(Debug, Subcommand)]
enum Change {
    /// Adds a person to the contact list. Their client asks them about it.
    Add(Who),
    /// Removes a person from the contact list.
    Remove(Who),
    /// Blocks a person: they see you offline and cannot talk to you.
    Block(Who),
    /// Unblocks a person: they see you again.
    Unblock(Who),
}

#[derive(Debug, clap::Args)]
struct Who {
    /// The account.
    #[arg(value_parser = handle)]
    who: Handle,
}

/// Shows or changes the contact list.
pub(crate) fn run(args: &ContactsArgs) -> anyhow::Result<()> {
    client::log()?;
    crate::runtime::start()?.block_on(contacts(args))
}

async fn contacts(args: &ContactsArgs) -> anyhow::Result<()> {
    let mut asker = client::asker(&args.client, Purpose::Account).await.map_err(Failure::into_error)?;
    let print = match &args.change {
        None => show(&mut asker, args.json).await,
        Some(change) => apply(&mut asker, change).await.map(Print::Text),
    };
    // Before the printing: a reader that is slow does not keep the account signed in.
    asker.leave().await;
    match print? {
        Print::Text(text) => stdout::print(&text),
        Print::Json(entries) => stdout::print_json(&entries),
    }
}

/// The output.
enum Print {
    Text(String),
    Json(Vec<ContactEntry>),
}

async fn show(asker: &mut Asker, json: bool) -> anyhow::Result<Print> {
    let mut told = match asker.ask(&Command::Contacts {}).await? {
        Ok(told) => told,
        Err(rejection) => return Err(anyhow!("the contact list was not told: {}", rejection.text)),
    };
    let unreadable = "the contact list cannot be read";
    let entries: Vec<ContactEntry> = serde_json::from_value(told["contacts"].take()).context(unreadable)?;
    let groups: Vec<String> = serde_json::from_value(told["groups"].take()).context(unreadable)?;
    if entries.is_empty() {
        // Not on standard output: that is for contacts. Nor is it worth failing for.
        let _ = writeln!(io::stderr(), "the list is empty; `papillon contacts add WHO` adds a contact");
    }
    Ok(if json { Print::Json(entries) } else { Print::Text(table::table(entries, &groups)) })
}

async fn apply(asker: &mut Asker, change: &Change) -> anyhow::Result<String> {
    let (Change::Add(Who { who })
    | Change::Remove(Who { who })
    | Change::Block(Who { who })
    | Change::Unblock(Who { who })) = change;
    let whom = Address(who.clone());
    let (done, command) = match change {
        Change::Add(_) => ("added", Command::Add { who: whom }),
        Change::Remove(_) => ("removed", Command::Remove { who: whom }),
        Change::Block(_) => ("blocked", Command::Block { who: whom }),
        Change::Unblock(_) => ("unblocked", Command::Unblock { who: whom }),
    };
    match asker.ask(&command).await? {
        Ok(_) => Ok(format!("{done} {who}\n")),
        Err(rejection) => Err(anyhow!("{who} was not {done}: {}", rejection.text)),
    }
}
