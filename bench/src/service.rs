//! The service under measurement: `papillon-bench --server USERS FRIENDS MUTUAL WORKERS`, in an
//! empty folder.

use std::io::{Read, Write};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use msnp::{FriendlyName, GroupArgument, Handle};
use papillon_server::passport::TicketMint;
use papillon_server::{Config, Listeners, Server};
use papillon_store::{Account, NewAccount, PasswordHash, PrivacyList, Store};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// The display name of everybody.
pub const NAME: &str = "Somebody%20or%20Other";

/// The accounts.
#[derive(Debug, Clone, Copy)]
pub struct Population {
    /// The accounts whose sign-ins and connections are measured.
    pub users: usize,
    /// The contacts that each of them has on the forward and the allow list.
    pub friends: usize,
    /// The number of friends that have each user on their forward list too.
    pub mutual: usize,
}

/// The handle of a user.
pub fn user(number: usize) -> String {
    format!("user{number:05}@bench.example.com")
}

/// The handle of a friend.
pub fn friend(number: usize) -> String {
    format!("friend{number:03}@bench.example.com")
}

impl Population {
    /// The command line that serves this population with so many worker threads.
    pub fn words(self, workers: usize) -> Vec<String> {
        let Self { users, friends, mutual } = self;
        let numbers = [users, friends, mutual, workers];
        std::iter::once("--server".to_owned()).chain(numbers.map(|number| number.to_string())).collect()
    }
}

/// Makes the accounts, prints its addresses and their tickets, and serves until
/// standard input ends.
pub fn serve(words: &[&str]) -> Result<()> {
    let numbers: Vec<usize> = words.iter().map(|word| word.parse()).collect::<Result<_, _>>()?;
    let &[users, friends, mutual, workers] = numbers.as_slice() else {
        anyhow::bail!("--server cannot start: it needs four numbers")
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build()?;
    runtime.block_on(run(Population { users, friends, mutual }))
}

async fn run(population: Population) -> Result<()> {
    let store = papillon_store::open("bench.db").await?;
    let accounts = populate(&*store, population).await?;

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let http = TcpListener::bind("127.0.0.1:0").await?;
    println!("passport {}", http.local_addr()?.port());
    let mut config = Config::new(".");
    // All people of the benchmark come from one address. Their number is bounded by the other limits all the same.
    config.limits.connections_per_address = config.limits.connections;
    config.limits.pending_connections_per_address = config.limits.pending_connections;
    config.limits.memory_bytes_per_address = config.limits.memory_bytes;
    let lifetime = config.ticket_lifetime;
    let listeners =
        Listeners { msnp: Some(listener.into()), http: Some(http.into()), ..Listeners::default() };
    let server = Server::bind(config, Arc::clone(&store), listeners).await?;
    let key = store.secret("ticket-key", &[]).await?.try_into().ok().context("a key of another length")?;
    greet(port, &TicketMint::new(key, lifetime), &accounts)?;
    drop(accounts);

    let (stop, stopped) = mpsc::channel(1);
    std::thread::spawn(move || {
        // Any outcome of the read means that the parent is done.
        let _ = std::io::stdin().read(&mut [0]);
        drop(stop);
    });
    server.run(stopped).await;
    Ok(())
}

async fn populate(store: &dyn Store, population: Population) -> Result<Vec<Account>> {
    let mut friends = Vec::new();
    for number in 0..population.friends {
        friends.push(create(store, &friend(number)).await?);
    }
    let mut accounts = Vec::new();
    for number in 0..population.users {
        let account = create(store, &user(number)).await?;
        for (at, friend) in friends.iter().enumerate() {
            let (name, limit) = (&friend.name, usize::MAX);
            store.add_to_forward(account.id, &friend.handle, name, GroupArgument::Absent, limit).await?;
            store.add_to_privacy(account.id, PrivacyList::Allow, &friend.handle, name, limit).await?;
            if at < population.mutual {
                store
                    .add_to_forward(friend.id, &account.handle, &account.name, GroupArgument::Absent, limit)
                    .await?;
            }
        }
        accounts.push(account);
    }
    accounts.extend(friends);
    Ok(accounts)
}

async fn create(store: &dyn Store, handle: &str) -> Result<Account> {
    let new = NewAccount {
        handle: Handle::parse(handle)?,
        name: FriendlyName::parse(NAME)?,
        // No client signs in with a password here.
        password_hash: PasswordHash::new("none"),
        created_at: 0,
        admin: false,
    };
    Ok(store.create_account(new).await?)
}

fn greet(port: u16, mint: &TicketMint, accounts: &[Account]) -> Result<()> {
    let mut output = std::io::stdout().lock();
    writeln!(output, "port {port}")?;
    // Issued a moment ago, so that a clock that is set back a little does no harm.
    let now = SystemTime::now() - Duration::from_secs(5);
    for account in accounts {
        let ticket = mint.issue(account.id.0, account.credential_epoch, now);
        writeln!(output, "ticket {} {ticket}", account.handle)?;
    }
    writeln!(output, "ready")?;
    Ok(output.flush()?)
}
