//! The locks on the accounts of a change.
//!
//! Every transaction locks the account rows it concerns before it looks at anything else, in the
//! order of their numbers, so that no two wait for each other. A row of `contacts` is only
//! written by a transaction that holds both its accounts; for its name alone the owner is enough. SQLite has one writer
//! at a time and nothing to lock.

use msnp::ListVersion;

use super::statement::statement;
use super::transaction::Tx;
use super::{Fault, packed};
use crate::{AccountId, Person, Refusal};

/// The statement, with the clause that locks its rows for the database that needs it. Not `FOR UPDATE`: that also shuts
/// out new rows that refer to the account, and no change touches its key.
macro_rules! locking {
    ($tx:expr, $text:expr) => {
        statement(if $tx.locks_rows() { concat!($text, " FOR NO KEY UPDATE") } else { $text })
    };
}

/// Locks one account.
pub(super) async fn one(tx: &mut Tx<'_>, account: AccountId) -> Result<(), Fault> {
    let row = locking!(tx, "SELECT id FROM accounts WHERE id = $1").bind(account.0);
    row.fetch_optional(tx).await?.map(drop).ok_or_else(|| Refusal::UnknownAccount.into())
}

/// Locks an account, the accounts on its lists, and those that have it on theirs.
pub(super) async fn circle(tx: &mut Tx<'_>, account: AccountId) -> Result<(), Fault> {
    if !tx.locks_rows() {
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
        let rows = query.bind(account.0).fetch_all(tx).await?;
        let mut found = false;
        for row in &rows {
            found |= row.try_get::<i64>(0)? == account.0;
        }
        if !found {
            return Err(Refusal::UnknownAccount.into());
        }
    }
    Ok(())
}

/// Raises an account's list version by one.
pub(super) async fn raise(tx: &mut Tx<'_>, account: AccountId) -> Result<ListVersion, Fault> {
    let row =
        statement("UPDATE accounts SET list_version = list_version + 1 WHERE id = $1 RETURNING list_version")
            .bind(account.0)
            .fetch_optional(tx)
            .await?;
    let version = packed::version(row.ok_or(Refusal::UnknownAccount)?.try_get(0)?)?;
    tx.raises(account, version)?;
    Ok(version)
}

/// A locked account, as a list change names it.
pub(super) async fn person(tx: &mut Tx<'_>, account: AccountId) -> Result<Person, Fault> {
    let query = statement("SELECT handle FROM accounts WHERE id = $1").bind(account.0);
    let row = query.fetch_optional(tx).await?.ok_or(Refusal::UnknownAccount)?;
    Ok(Person { account, handle: packed::handle(row.try_get(0)?)? })
}
