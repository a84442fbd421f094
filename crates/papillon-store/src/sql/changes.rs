//! The log of account changes, in SQL.

use std::time::{SystemTime, UNIX_EPOCH};

use msnp::Handle;

use super::connections::Lent;
use super::statement::{Row, statement};
use super::transaction::Tx;
use super::{Fault, packed};
use crate::{AccountChange, AccountChangeKind, AccountId};

/// The time for which an entry is kept, in seconds: far longer than a node takes to look.
const KEPT: i64 = 24 * 60 * 60;

/// Adds an entry. It is a transaction's last step, because it locks the counter until the commit. That lock makes
/// entries visible in the order of their numbers: a reader that has seen one has seen all before it.
pub(super) async fn record(
    tx: &mut Tx<'_>,
    account: AccountId,
    handle: &Handle,
    kind: AccountChangeKind,
) -> Result<(), Fault> {
    let query = statement("UPDATE account_change_counter SET last = last + 1 WHERE id = 1 RETURNING last");
    let row = query.fetch_optional(tx).await?;
    let sequence: i64 = row.ok_or_else(|| Fault::corrupt("the counter of changes"))?.try_get(0)?;
    let now = now();
    statement("DELETE FROM account_changes WHERE at < $1").bind(now - KEPT).execute(tx).await?;
    statement(
        "INSERT INTO account_changes (sequence, account, handle, kind, at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(sequence)
    .bind(account.0)
    .bind(handle.as_str())
    .bind(kind.code())
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

pub(super) async fn last(reader: &mut Lent) -> Result<i64, Fault> {
    let query = statement("SELECT last FROM account_change_counter WHERE id = $1").bind(1_i64);
    let row = query.fetch_optional(reader).await?;
    row.ok_or_else(|| Fault::corrupt("the counter of changes"))?.try_get(0)
}

pub(super) async fn after(reader: &mut Lent, sequence: i64) -> Result<Vec<AccountChange>, Fault> {
    let rows = statement(
        "SELECT sequence, account, handle, kind FROM account_changes WHERE sequence > $1 ORDER BY sequence",
    )
    .bind(sequence)
    .fetch_all(reader)
    .await?;
    rows.iter().map(change).collect()
}

fn change(row: &Row) -> Result<AccountChange, Fault> {
    Ok(AccountChange {
        sequence: row.try_get(0)?,
        account: AccountId(row.try_get(1)?),
        handle: packed::handle(row.try_get(2)?)?,
        kind: AccountChangeKind::parse(row.try_get(3)?)
            .ok_or_else(|| Fault::corrupt("the kind of an account change"))?,
    })
}

fn now() -> i64 {
    // Seconds since 1970 are far from the sign's bit.
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed())
}
