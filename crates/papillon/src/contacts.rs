//! `papillon contacts`

use std::fmt::Write as _;

use anyhow::anyhow;
use clap::Subcommand;
use msnp::{Handle, List};
use msnp_client::{Client, Contact};
use serde::Serialize;

use crate::client::{self, ClientArgs, handle, status_name};
use crate::stdout;

const EXAMPLES: &str = "\
Examples:
  papillon contacts --account ada@example.com
  papillon contacts add grace@example.com --account ada@example.com
  papillon contacts --json | jq -r '.[] | select(.status == \"online\") | .who'";

/// The options of `contacts`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
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
    crate::runtime()?.block_on(contacts(args))
}

async fn contacts(args: &ContactsArgs) -> anyhow::Result<()> {
    let (client, _events) = client::sign_in(&args.client).await?;
    let done = match &args.change {
        None => {
            if args.json {
                json(&client)
            } else {
                Ok(table(&client))
            }
        }
        Some(change) => apply(&client, change).await,
    };
    client.sign_out().await;
    stdout::print(&done?)
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
        Err(error) => Err(anyhow!("{who} was not {done}: {error}")),
    }
}

/// Somebody in JSON. Scripts rely on these names.
#[derive(Serialize)]
struct Entry {
    who: String,
    name: String,
    status: &'static str,
    lists: Vec<&'static str>,
    groups: Vec<String>,
}

fn entry(client: &Client, contact: &Contact) -> Entry {
    let groups = client.groups();
    let name_of = |id| groups.iter().find(|group| group.id == id).map(|group| group.name.clone());
    Entry {
        who: contact.handle.to_string(),
        name: contact.name.text().into_owned(),
        status: status_name(contact.presence.as_ref().map(|presence| presence.status)),
        lists: list_names(contact),
        groups: contact.groups.iter().filter_map(|id| name_of(*id)).collect(),
    }
}

/// The lists somebody is on, in the words that scripts rely on.
pub(crate) fn list_names(contact: &Contact) -> Vec<&'static str> {
    let names = [
        (List::Forward, "forward"),
        (List::Allow, "allow"),
        (List::Block, "block"),
        (List::Reverse, "reverse"),
    ];
    names.into_iter().filter(|(list, _)| contact.lists.contains(*list)).map(|(_, name)| name).collect()
}

fn json(client: &Client) -> anyhow::Result<String> {
    let entries: Vec<_> = client.contacts().iter().map(|contact| entry(client, contact)).collect();
    Ok(serde_json::to_string_pretty(&entries)? + "\n")
}

fn table(client: &Client) -> String {
    let mut entries: Vec<_> = client.contacts().iter().map(|contact| entry(client, contact)).collect();
    entries.sort_by_key(|entry| (entry.status == "offline", entry.name.to_lowercase()));
    let width = entries.iter().map(|entry| entry.who.len()).max().unwrap_or(0);
    let mut text = String::new();
    for Entry { who, name, status, lists, groups } in entries {
        let mut marks = Vec::new();
        if lists.contains(&"block") {
            marks.push("blocked".to_owned());
        }
        if !lists.contains(&"forward") {
            marks.push("not on your list".to_owned());
        } else if !lists.contains(&"reverse") {
            marks.push("has not added you".to_owned());
        }
        marks.extend(groups);
        // Names come from other people.
        let name: String = name.chars().filter(|char| !char.is_control()).collect();
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{status:<12}  {who:<width$}  {name}  {}", marks.join(", "));
    }
    if text.is_empty() {
        "the contact list is empty; `papillon contacts add WHO` adds somebody\n".into()
    } else {
        text
    }
}
