//! The locks on the accounts of a change.
//!
//! Every transaction locks the account rows it concerns before it looks at anything else, in the
//! order of their numbers, so that no two wait for each other. A row of `contacts` is only
//! written by a transaction that holds both its accounts; for its name alone the owner is enough. SQLite has one writer
//! at a time and nothing to lock.

use msnp::{Handle, ListVersion};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::transaction::Tx;
use super::{Fault, packed};
use crate::{AccountId, Person, Refusal};

/// The statement, with the clause that locks its rows for the database that needs it. Not `FOR UPDATE`: that also shuts
/// out new rows that refer to the account, and no change touches its key.
macro_rules! locking {
    ($tx:expr, $text:expr) => {
        sqlx::query(if $tx.dialect.locks_rows { concat!($text, " FOR NO KEY UPDATE") } else { $text })
    };
}

/// The facts about one of the two people of a list change.
pub(super) struct Party {
    pub(super) id: AccountId,
    pub(super) handle: Handle,
    /// The display name as it is stored, which may be one that is never shown.
    pub(super) name: String,
    pub(super) properties: String,
}

impl Party {
    /// The account as a list change names it.
    pub(super) fn person(&self) -> Person {
        Person { account: self.id, handle: self.handle.clone() }
    }
}

/// Locks the owner and the contact that is added or removed; they can be the same account.
pub(super) async fn pair(tx: &mut Tx, owner: AccountId, contact: &Handle) -> Result<(Party, Party), Fault> {
    let query = locking!(
        tx,
        "SELECT id, name, properties, handle FROM accounts WHERE id = $1 OR handle = $2 ORDER BY id"
    );
    let rows = query.bind(owner.0).bind(contact.as_str()).fetch_all(&mut **tx).await?;
    // One row or two, in the order of their numbers. An account may be both.
    let (mut first, mut second) = (None, None);
    for row in &rows {
        if row.try_get::<i64, _>(0)? == owner.0 {
            first = Some(party(row)?);
        }
        if row.try_get::<&str, _>(3)? == contact.as_str() {
            second = Some(party(row)?);
        }
    }
    Ok(first.zip(second).ok_or(Refusal::UnknownAccount)?)
}

fn party(row: &AnyRow) -> Result<Party, Fault> {
    let handle = packed::handle(row.try_get(3)?)?;
    Ok(Party { id: AccountId(row.try_get(0)?), handle, name: row.try_get(1)?, properties: row.try_get(2)? })
}

/// Locks one account.
pub(super) async fn one(tx: &mut Tx, account: AccountId) -> Result<(), Fault> {
    let row = locking!(tx, "SELECT id FROM accounts WHERE id = $1").bind(account.0);
    row.fetch_optional(&mut **tx).await?.map(drop).ok_or_else(|| Refusal::UnknownAccount.into())
}

/// Locks an account, the accounts on its lists, and those that have it on theirs.
pub(super) async fn circle(tx: &mut Tx, account: AccountId) -> Result<(), Fault> {
    if !tx.dialect.locks_rows {
        return one(tx, account).await;
    }
    // An account can join the circle while the first pass waits for the account itself. After it none can, because a
    // contact row takes both locks; the second pass gets those that did. It may lock out of order: PostgreSQL ends one
    // of two transactions that then wait for each other, and it is tried again.
    for _ in 0..2 {
        let query = locking!(
            tx,
            "SELECT id FROM accounts WHERE id = $1 \
             OR id IN (SELECT contact FROM contacts WHERE owner = $1) \
             OR id IN (SELECT owner FROM contacts WHERE contact = $1) ORDER BY id"
        );
        let rows = query.bind(account.0).fetch_all(&mut **tx).await?;
        let mut found = false;
        for row in &rows {
            found |= row.try_get::<i64, _>(0)? == account.0;
        }
        if !found {
            return Err(Refusal::UnknownAccount.into());
        }
    }
    Ok(())
}

/// Raises an account's list version by one.
pub(super) async fn raise(tx: &mut Tx, account: AccountId) -> Result<ListVersion, Fault> {
    let row = sqlx::query(
        "UPDATE accounts SET list_version = list_version + 1 WHERE id = $1 RETURNING list_version",
    )
    .bind(account.0)
    .fetch_optional(&mut **tx)
    .await?;
    let version = packed::version(row.ok_or(Refusal::UnknownAccount)?.try_get(0)?)?;
    tx.raises(account, version)?;
    Ok(version)
}

/// A locked account, as a list change names it.
pub(super) async fn person(tx: &mut Tx, account: AccountId) -> Result<Person, Fault> {
    let query = sqlx::query("SELECT handle FROM accounts WHERE id = $1").bind(account.0);
    let row = query.fetch_optional(&mut **tx).await?.ok_or(Refusal::UnknownAccount)?;
    Ok(Person { account, handle: packed::handle(row.try_get(0)?)? })
}
