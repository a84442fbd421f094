//! Measures list changes of fifty clients at once: how many a second, and the processor time of each.
//!
//! `cargo run --release -p papillon-store --example change_cost [DATABASE]`; Linux only, since it
//! asks `/proc`. With PostgreSQL the figure leaves out what the server spends.

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use msnp::{FriendlyName, GroupArgument, Handle};
use papillon_store::{AccountId, NewAccount, PasswordHash, PrivacyList, Store};
use tokio::task::JoinSet;

const CLIENTS: u32 = 50;
const CONTACTS: u32 = 500;
const CHANGES: u32 = 400;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let folder = tempfile::tempdir_in(std::env::current_dir()?)?;
    let url = match std::env::args().nth(1) {
        Some(url) => url,
        None => folder.path().join("cost.db").to_string_lossy().into_owned(),
    };
    let store = papillon_store::open(&url).await?;
    let mut new = Vec::new();
    for number in 0..CLIENTS + CONTACTS {
        let handle = handle(number)?;
        let (name, password_hash) = (FriendlyName::from(&handle), PasswordHash::new("none"));
        new.push(NewAccount { handle, name, password_hash, created_at: 0, admin: false });
    }
    store.create_accounts(&new).await?;
    for round in ["first", "second", "third"] {
        let (started, used) = (Instant::now(), processor_ticks()?);
        let mut clients = JoinSet::new();
        for client in 0..CLIENTS {
            let owner = store.account(&handle(client)?).await?.ok_or("no account")?.id;
            clients.spawn(change(Arc::clone(&store), owner, client));
        }
        while let Some(changed) = clients.join_next().await {
            changed??;
        }
        let used = (processor_ticks()? - used) * 10_000 / u64::from(CLIENTS * CHANGES);
        let rate = f64::from(CLIENTS * CHANGES) / started.elapsed().as_secs_f64();
        println!("{round}: {rate:.0} changes a second, {used} us of processor time each");
    }
    Ok(())
}

/// Adds, allows, disallows and removes one contact after the other.
async fn change(
    store: Arc<dyn Store>,
    owner: AccountId,
    client: u32,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    for number in 0..CHANGES / 4 {
        let contact = handle(CLIENTS + (client * 7 + number) % CONTACTS)?;
        let name = FriendlyName::from(&contact);
        store.add_to_forward(owner, &contact, &name, GroupArgument::Absent, 1000).await?;
        store.add_to_privacy(owner, PrivacyList::Allow, &contact, &name, 1000).await?;
        store.remove_from_privacy(owner, PrivacyList::Allow, &contact).await?;
        store.remove_from_forward(owner, &contact, GroupArgument::Absent).await?;
    }
    Ok(())
}

fn handle(number: u32) -> Result<Handle, msnp::Invalid> {
    Handle::parse(&format!("somebody{number}@example.com"))
}

/// User and system time of the whole process, in hundredths of a second.
fn processor_ticks() -> Result<u64, Box<dyn Error + Send + Sync>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The name in brackets can hold anything; the fields after it are numbered from 3.
    let (_, fields) = stat.rsplit_once(')').ok_or("no name in /proc/self/stat")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    Ok(fields[11].parse::<u64>()? + fields[12].parse::<u64>()?)
}
