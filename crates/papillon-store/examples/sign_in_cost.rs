//! Measures the processor time of reading a roster of a hundred contacts.
//!
//! `cargo run --release -p papillon-store --example sign_in_cost [DATABASE]`; Linux only, since it
//! asks `/proc`. With PostgreSQL the figure leaves out what the server spends.

use std::error::Error;
use std::time::Instant;

use msnp::{FriendlyName, GroupArgument, Handle, PropertyKey, PropertyValue};
use papillon_store::{NewAccount, PasswordHash, PrivacyList, Store};

const CONTACTS: u32 = 100;
const ROUNDS: u32 = 20_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let url = match std::env::args().nth(1) {
        Some(url) => url,
        None => folder.path().join("cost.db").to_string_lossy().into_owned(),
    };
    let store = papillon_store::open(&url).await?;
    let owner = person(&*store, 0).await?;
    let owner_handle = handle(0)?;
    for number in 1..=CONTACTS {
        let contact = person(&*store, number).await?;
        let name = FriendlyName::from(&handle(number)?);
        store.add_to_forward(owner, &handle(number)?, &name, GroupArgument::Absent, 1000).await?;
        store.add_to_privacy(owner, PrivacyList::Allow, &handle(number)?, &name, 1000).await?;
        store.add_to_forward(contact, &owner_handle, &name, GroupArgument::Absent, 1000).await?;
        if number % 10 == 0 {
            let phone = PropertyValue::parse(PropertyKey::HomePhone, "555-1234")?;
            store.set_property(contact, PropertyKey::HomePhone, &phone).await?;
        }
    }
    for _ in 0..ROUNDS / 10 {
        store.sign_in(owner).await?;
    }
    let (started, used) = (Instant::now(), processor_ticks()?);
    for _ in 0..ROUNDS {
        store.sign_in(owner).await?;
    }
    let used = (processor_ticks()? - used) * 10_000 / u64::from(ROUNDS);
    let passed = started.elapsed().as_micros() / u128::from(ROUNDS);
    println!("{CONTACTS} contacts: {used} us of processor time, {passed} us of time, each");
    Ok(())
}

fn handle(number: u32) -> Result<Handle, msnp::Invalid> {
    Handle::parse(&format!("somebody{number}@example.com"))
}

async fn person(store: &dyn Store, number: u32) -> Result<papillon_store::AccountId, Box<dyn Error>> {
    let handle = handle(number)?;
    let name = FriendlyName::from(&handle);
    let password_hash = PasswordHash::new("none");
    Ok(store
        .create_account(NewAccount { handle, name, password_hash, created_at: 0, admin: false })
        .await?
        .id)
}

/// User and system time of the whole process, in hundredths of a second.
fn processor_ticks() -> Result<u64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The name in brackets can hold anything; the fields after it are numbered from 3.
    let (_, fields) = stat.rsplit_once(')').ok_or("no name in /proc/self/stat")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    Ok(fields[11].parse::<u64>()? + fields[12].parse::<u64>()?)
}
