//! The place where a check runs, and the people in it.

use std::sync::Arc;

pub use msnp::GroupArgument::{Absent, Named};
use msnp::{FriendlyName, GroupId, GroupName, Handle, ListVersion};
use papillon_store::{
    Account, AccountId, Committed, Contact, NewAccount, PasswordHash, Refusal, Result, Roster, Store,
    StoreError,
};
use sqlx::{ConnectOptions, Connection, Executor, PgConnection};

/// An empty database.
pub struct Place {
    pub url: String,
}

impl Place {
    /// Opens the database; each call is like another process.
    pub async fn open(&self) -> Arc<dyn Store> {
        papillon_store::open(&self.url).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Changes the database as the store never would.
    pub async fn tamper(&self, text: &'static str) {
        let text = sqlx::raw_sql(text);
        if let Some(path) = self.url.strip_prefix("sqlite:") {
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
            options.connect().await.unwrap().execute(text).await.unwrap();
        } else {
            PgConnection::connect(&self.url).await.unwrap().execute(text).await.unwrap();
        }
    }
}

/// More than any check puts on a list.
pub const NO_LIMIT: usize = 1000;

pub fn handle(name: &str) -> Handle {
    Handle::parse(&format!("{name}@example.com")).unwrap()
}

pub fn friendly(name: &str) -> FriendlyName {
    FriendlyName::parse(name).unwrap()
}

pub fn group(number: u8) -> GroupId {
    GroupId::new(number).unwrap()
}

pub fn group_name(name: &str) -> GroupName {
    GroupName::parse(name).unwrap()
}

pub fn new_account(name: &str) -> NewAccount {
    NewAccount {
        handle: handle(name),
        name: friendly(&format!("The%20{name}")),
        password_hash: PasswordHash::new(format!("hash-of-{name}")),
        created_at: 1_000_000,
        admin: false,
    }
}

/// Makes an account.
pub async fn person(store: &Arc<dyn Store>, name: &str) -> AccountId {
    store.create_account(new_account(name)).await.unwrap().id
}

pub async fn roster(store: &Arc<dyn Store>, who: AccountId) -> Roster {
    signed_in(store, who).await.1
}

pub async fn signed_in(store: &Arc<dyn Store>, who: AccountId) -> (Account, Roster) {
    store.sign_in(who).await.unwrap().unwrap()
}

pub async fn version(store: &Arc<dyn Store>, who: AccountId) -> u32 {
    roster(store, who).await.version.0
}

/// The owner's entry for somebody.
pub async fn entry(store: &Arc<dyn Store>, owner: AccountId, contact: AccountId) -> Option<Contact> {
    roster(store, owner).await.contacts.iter().find(|entry| entry.account == contact).cloned()
}

/// The number that `LST` would write; 0 when on no list.
pub async fn lists(store: &Arc<dyn Store>, owner: AccountId, contact: AccountId) -> u8 {
    entry(store, owner, contact).await.map_or(0, |entry| entry.lists.bits())
}

/// The numbers of the groups somebody is in.
pub async fn groups(store: &Arc<dyn Store>, owner: AccountId, contact: AccountId) -> Vec<u8> {
    entry(store, owner, contact)
        .await
        .map_or(Vec::new(), |entry| entry.groups.iter().map(GroupId::number).collect())
}

/// Adds to the forward list the way most clients do.
pub async fn befriend(store: &Arc<dyn Store>, owner: AccountId, contact: &str) -> Committed {
    let name = friendly(contact);
    store.add_to_forward(owner, &handle(contact), &name, Absent, NO_LIMIT).await.unwrap()
}

pub fn refusal<T>(outcome: Result<T>) -> Refusal {
    match outcome {
        Err(StoreError::Refused(refusal)) => refusal,
        Err(other) => panic!("not refused, but {other}"),
        Ok(_) => panic!("not refused"),
    }
}

/// Asserts that a call is refused for this reason.
macro_rules! refused {
    ($call:expr, $why:ident) => {
        assert_eq!($crate::place::refusal($call.await), papillon_store::Refusal::$why)
    };
}

pub fn v(number: u32) -> ListVersion {
    ListVersion(number)
}
