//! Groups of the forward list.

use msnp::{GroupId, GroupName, ListVersion};

use super::statement::statement;
use super::transaction::Tx;
use super::{Fault, lock, packed};
use crate::{AccountId, Committed, GroupSet, ListEvent, Refusal};

pub(super) async fn add(tx: &mut Tx<'_>, owner: AccountId, name: &GroupName) -> Result<Committed, Fault> {
    lock::one(tx, owner).await?;
    let query = statement("SELECT id FROM contact_groups WHERE account = $1").bind(owner.0);
    let mut taken = GroupSet::ZERO;
    for row in query.fetch_all(tx).await? {
        taken.insert(packed::group_id(row.try_get(0)?)?);
    }
    let mut numbers = (1..GroupId::COUNT).filter_map(GroupId::new);
    let group = numbers.find(|group| !taken.contains(*group)).ok_or(Refusal::TooManyGroups)?;
    statement("INSERT INTO contact_groups (account, id, name) VALUES ($1, $2, $3)")
        .bind(owner.0)
        .bind(i64::from(group.number()))
        .bind(name.as_wire())
        .execute(tx)
        .await?;
    let added = ListEvent::GroupAdded { group, name: name.clone() };
    Ok(Committed::alone(owner, lock::raise(tx, owner).await?, added))
}

pub(super) async fn rename(
    tx: &mut Tx<'_>,
    owner: AccountId,
    group: GroupId,
    name: &GroupName,
) -> Result<Committed, Fault> {
    lock::one(tx, owner).await?;
    let changed = statement("UPDATE contact_groups SET name = $3 WHERE account = $1 AND id = $2")
        .bind(owner.0)
        .bind(i64::from(group.number()))
        .bind(name.as_wire())
        .execute(tx)
        .await?;
    if changed == 0 {
        return Err(Refusal::UnknownGroup.into());
    }
    let renamed = ListEvent::GroupRenamed { group, name: name.clone() };
    Ok(Committed::alone(owner, lock::raise(tx, owner).await?, renamed))
}

pub(super) async fn remove(tx: &mut Tx<'_>, owner: AccountId, group: GroupId) -> Result<Committed, Fault> {
    // Every contact that is only in this group leaves the forward list, and its reverse list changes with it.
    lock::circle(tx, owner).await?;
    if group == GroupId::ZERO {
        return Err(Refusal::GroupZero.into());
    }
    let gone = statement("DELETE FROM contact_groups WHERE account = $1 AND id = $2")
        .bind(owner.0)
        .bind(i64::from(group.number()))
        .execute(tx)
        .await?;
    if gone == 0 {
        return Err(Refusal::UnknownGroup.into());
    }
    let bit = i64::from(GroupSet::from_iter([group]).bits());
    let version = lock::raise(tx, owner).await?;
    let dropped = drop_members(tx, owner, bit, version).await?;
    // The rest are in other groups as well. The bit is set in each of these rows, so the difference only clears it.
    statement("UPDATE contacts SET group_bits = group_bits - $2 WHERE owner = $1 AND (group_bits & $2) <> 0")
        .bind(owner.0)
        .bind(bit)
        .execute(tx)
        .await?;
    let others = dropped.clone();
    let dropped = dropped.into_iter().map(|(contact, _)| contact).collect();
    let committed = Committed::alone(owner, version, ListEvent::GroupRemoved { group, dropped });
    if others.is_empty() {
        return Ok(committed);
    }
    let person = lock::person(tx, owner).await?;
    Ok(committed.with_others(&others, ListEvent::UnlistedBy { person }))
}

/// Takes contacts that are only in the group with this bit off the forward list. Returns them with their new
/// versions, by account number. The owner can be one of them, and has been raised already.
async fn drop_members(
    tx: &mut Tx<'_>,
    owner: AccountId,
    bit: i64,
    version: ListVersion,
) -> Result<Vec<(AccountId, ListVersion)>, Fault> {
    let members =
        statement("SELECT contact FROM contacts WHERE owner = $1 AND group_bits = $2 ORDER BY contact")
            .bind(owner.0)
            .bind(bit)
            .fetch_all(tx)
            .await?;
    if members.is_empty() {
        return Ok(Vec::new());
    }
    let raised = statement(
        "UPDATE accounts SET list_version = list_version + 1 WHERE id <> $1 \
         AND id IN (SELECT contact FROM contacts WHERE owner = $1 AND group_bits = $2) \
         RETURNING id, list_version",
    )
    .bind(owner.0)
    .bind(bit)
    .fetch_all(tx)
    .await?;
    // First the mirror, which is found by the rows it mirrors. Rows that would be on no list any more are deleted
    // before the others are changed, since a row has to be on one. The bits: FL 1, AL 2, BL 4, RL 8.
    for text in [
        "DELETE FROM contacts WHERE contact = $1 AND lists = 8 \
         AND owner IN (SELECT contact FROM contacts WHERE owner = $1 AND group_bits = $2)",
        "UPDATE contacts SET lists = lists & 7 WHERE contact = $1 \
         AND owner IN (SELECT contact FROM contacts WHERE owner = $1 AND group_bits = $2)",
        "DELETE FROM contacts WHERE owner = $1 AND group_bits = $2 AND lists = 1",
        "UPDATE contacts SET lists = lists & 14, group_bits = 0 WHERE owner = $1 AND group_bits = $2",
    ] {
        statement(text).bind(owner.0).bind(bit).execute(tx).await?;
    }

    let mut dropped = Vec::with_capacity(members.len());
    for row in &raised {
        let (account, version) = (AccountId(row.try_get(0)?), packed::version(row.try_get(1)?)?);
        tx.raises(account, version)?;
        dropped.push((account, version));
    }
    for row in &members {
        if row.try_get::<i64>(0)? == owner.0 {
            dropped.push((owner, version));
        }
    }
    dropped.sort_unstable();
    Ok(dropped)
}
