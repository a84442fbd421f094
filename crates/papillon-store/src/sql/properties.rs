//! Personal properties, and the contacts that learn of them.

use msnp::{ListVersion, PropertyKey, PropertyValue};

use super::statement::statement;
use super::transaction::Tx;
use super::{Fault, lock, packed};
use crate::{AccountId, Committed, ListEvent, Person, Refusal};

pub(super) async fn set(
    tx: &mut Tx<'_>,
    owner: AccountId,
    key: PropertyKey,
    value: &PropertyValue,
) -> Result<Committed, Fault> {
    // A shared property raises the versions of its watchers, which have to be locked before the first look.
    if key.is_shared() {
        lock::circle(tx, owner).await?;
    } else {
        lock::one(tx, owner).await?;
    }
    let query = statement("SELECT properties, handle FROM accounts WHERE id = $1").bind(owner.0);
    let row = query.fetch_optional(tx).await?.ok_or(Refusal::UnknownAccount)?;
    let mut properties = packed::properties(row.try_get::<&str>(0)?.split_ascii_whitespace())?;
    properties.retain(|(other, _)| *other != key);
    if !value.is_empty() {
        properties.push((key, value.clone()));
    }
    statement("UPDATE accounts SET properties = $2 WHERE id = $1")
        .bind(owner.0)
        .bind(packed::pack(&properties))
        .execute(tx)
        .await?;
    let version = lock::raise(tx, owner).await?;
    let set = ListEvent::PropertySet { key, value: value.clone() };
    let committed = Committed::alone(owner, version, set);
    if !key.is_shared() {
        return Ok(committed);
    }
    let watchers = raise_watchers(tx, owner, version).await?;
    let contact = Person { account: owner, handle: packed::handle(row.try_get(1)?)? };
    Ok(committed.with_others(&watchers, ListEvent::ContactPropertySet { contact, key, value: value.clone() }))
}

/// The accounts on both the owner's reverse and allow list: phone numbers are for accounts that the owner
/// has allowed, with either value of `BLP`. The owner can be one of them, and has been raised
/// already.
async fn raise_watchers(
    tx: &mut Tx<'_>,
    owner: AccountId,
    version: ListVersion,
) -> Result<Vec<(AccountId, ListVersion)>, Fault> {
    // The bits: AL 2 and RL 8. The owner's row is in the result although its version stays, so that it is told, too.
    let text = "UPDATE accounts SET list_version = list_version + CASE id WHEN $1 THEN 0 ELSE 1 END \
         WHERE id IN (SELECT contact FROM contacts WHERE owner = $1 AND (lists & 10) = 10) \
         RETURNING id, list_version";
    let watchers = raised(tx, text, owner).await?;
    debug_assert!(watchers.iter().all(|(id, raised)| *id != owner || *raised == version));
    Ok(watchers)
}

/// Runs a statement about `owner` that raises versions; returns the account and its new version, by account
/// number.
async fn raised(
    tx: &mut Tx<'_>,
    text: &'static str,
    owner: AccountId,
) -> Result<Vec<(AccountId, ListVersion)>, Fault> {
    let rows = statement(text).bind(owner.0).fetch_all(tx).await?;
    let mut raised = Vec::with_capacity(rows.len());
    for row in &rows {
        let (account, version) = (AccountId(row.try_get(0)?), packed::version(row.try_get(1)?)?);
        tx.raises(account, version)?;
        raised.push((account, version));
    }
    raised.sort_unstable();
    Ok(raised)
}
