//! The accounts of a case, and tickets for them.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use msnp::{FriendlyName, GroupArgument, Handle};
use msnp_testkit::{Ns, PASSWORD, Wire, display_name};
use papillon_server::passport::{self, TicketMint};
use papillon_store::{Account, NewAccount, PasswordHash, PrivacyList, Store};
use tokio::net::TcpStream;

/// The lifetime of tickets unless a case sets another; the service's default.
const LIFETIME: Duration = Duration::from_secs(3600);

/// The accounts that there are.
#[derive(Debug, Clone, Default)]
pub struct Population {
    handles: Vec<String>,
    friends: Vec<(String, String)>,
    has_password: bool,
}

impl Population {
    /// Adds an account.
    pub fn add(&mut self, handle: impl Into<String>) {
        self.handles.push(handle.into());
    }

    /// Puts two accounts on each other's forward and allow lists.
    pub fn befriend(&mut self, one: &str, other: &str) {
        self.listing(one, other);
        self.listing(other, one);
    }

    /// Puts `contact` on the forward and the allow list of `owner`.
    pub fn listing(&mut self, owner: &str, contact: &str) {
        self.friends.push((owner.to_owned(), contact.to_owned()));
    }

    /// Gives all accounts the password of the testkit. Without it no password is right.
    pub fn with_password(&mut self) {
        self.has_password = true;
    }

    /// Whether they have a password.
    pub fn has_password(&self) -> bool {
        self.has_password
    }
}

/// The accounts in a database, and the key that signs their tickets.
#[derive(Debug)]
pub struct People {
    accounts: HashMap<String, Account>,
    key: [u8; 32],
}

impl People {
    /// Makes the accounts in the database at `url`, which the service opens afterwards.
    pub async fn make(url: &str, population: &Population) -> Result<Self> {
        let store = papillon_store::open(url).await?;
        let hash = match population.has_password {
            true => passport::hash_password(PASSWORD).context("a password that cannot be hashed")?,
            false => "none".to_owned(),
        };
        let mut accounts = HashMap::new();
        for handle in &population.handles {
            accounts.insert(handle.clone(), create(&*store, handle, &hash).await?);
        }
        for (owner, contact) in &population.friends {
            let find = |handle: &String| accounts.get(handle).with_context(|| format!("no account {handle}"));
            let (owner, contact) = (find(owner)?, find(contact)?);
            let (name, limit) = (&contact.name, usize::MAX);
            store.add_to_forward(owner.id, &contact.handle, name, GroupArgument::Absent, limit).await?;
            store.add_to_privacy(owner.id, PrivacyList::Allow, &contact.handle, name, limit).await?;
        }
        // The service keeps the first key that the store is offered.
        let key: [u8; 32] = rand_key();
        let key = store.secret("ticket-key", &key).await?;
        let key = key.try_into().ok().context("a key of another length")?;
        Ok(Self { accounts, key })
    }

    /// A ticket that is good now.
    pub fn ticket(&self, handle: &str) -> String {
        // Issued a moment ago, so that a clock that is set back a little does no harm.
        self.ticket_of(handle, 0, SystemTime::now() - Duration::from_secs(5), LIFETIME)
    }

    /// A ticket with another epoch (so many password changes later), time or lifetime.
    pub fn ticket_of(&self, handle: &str, epochs: i64, issued: SystemTime, lifetime: Duration) -> String {
        let account = &self.accounts[handle];
        let mint = TicketMint::new(self.key, lifetime);
        mint.issue(account.id.0, account.credential_epoch + epochs, issued)
    }

    /// Signs in by TCP with a ticket.
    pub async fn sign_in(&self, msnp: SocketAddr, handle: &str, dialect: u32) -> Ns {
        let ns = Ns::connect(msnp).await;
        self.sign_in_over(ns, handle, dialect).await
    }

    /// Signs in over a connection on which nothing has been sent.
    pub async fn sign_in_over(&self, mut ns: Ns, handle: &str, dialect: u32) -> Ns {
        ns.identify(handle, dialect).await;
        ns.show(&self.ticket(handle)).await;
        ns
    }

    /// Signs in as far as `USR OK`, over a connection on which nothing has been sent; `None` when that is refused, at whatever
    /// step. The profile that follows is not read.
    pub async fn try_sign_in(&self, stream: TcpStream, handle: &str) -> Option<Ns> {
        let mut ns = Ns::over(Wire::over(stream));
        (ns.handle, ns.dialect) = (handle.to_owned(), 9);
        let ticket = self.ticket(handle);
        for (request, reply) in [
            ("VER 901 MSNP9 MSNP8 CVR0".to_owned(), "VER 901 MSNP9 "),
            (format!("CVR 902 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS {handle}"), "CVR 902 "),
            (format!("USR 903 TWN I {handle}"), "USR 903 TWN S "),
            (format!("USR 904 TWN S {ticket}"), "USR 904 OK "),
        ] {
            ns.send(&request).await;
            if !ns.try_line().await?.starts_with(reply) {
                return None;
            }
        }
        Some(ns)
    }

    /// Signs in, takes the lists and goes online.
    pub async fn online(&self, msnp: SocketAddr, handle: &str) -> Ns {
        let mut ns = self.sign_in(msnp, handle, 9).await;
        ns.syn().await;
        ns.chg("NLN").await;
        ns
    }
}

async fn create(store: &dyn Store, handle: &str, hash: &str) -> Result<Account> {
    let new = NewAccount {
        handle: Handle::parse(handle)?,
        name: FriendlyName::from_text(&display_name(handle))?,
        password_hash: PasswordHash::new(hash),
        created_at: 1_062_764_229,
        admin: false,
    };
    Ok(store.create_account(new).await?)
}

/// Nobody but this process ever sees a database of a case, so the key needs to be new and not secret.
fn rand_key() -> [u8; 32] {
    let mut key = [0; 32];
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
    key[..16].copy_from_slice(&now.to_be_bytes());
    key
}
