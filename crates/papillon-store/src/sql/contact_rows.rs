//! Rows of `contacts`: one for a person and another on any of the person's lists.

use msnp::{FriendlyName, Handle, List, ListFlags};

use super::statement::statement;
use super::transaction::Tx;
use super::{Fault, lock};
use crate::{AccountId, Committed, GroupSet, ListEvent, Person, Refusal};

/// A row without its name.
#[derive(Clone, Copy, Default)]
pub(super) struct Entry {
    pub(super) lists: ListFlags,
    pub(super) groups: GroupSet,
}

/// Makes or overwrites the row.
pub(super) async fn put(
    tx: &mut Tx<'_>,
    owner: AccountId,
    contact: AccountId,
    name: &str,
    entry: Entry,
) -> Result<(), Fault> {
    statement(
        "INSERT INTO contacts (owner, contact, name, lists, group_bits) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (owner, contact) DO UPDATE \
         SET name = excluded.name, lists = excluded.lists, group_bits = excluded.group_bits",
    )
    .bind(owner.0)
    .bind(contact.0)
    .bind(name)
    .bind(i64::from(entry.lists.bits()))
    .bind(i64::from(entry.groups.bits()))
    .execute(tx)
    .await?;
    Ok(())
}

/// Changes a row that exists and leaves its name; deletes it when it is on no list any more.
pub(super) async fn update(
    tx: &mut Tx<'_>,
    owner: AccountId,
    contact: AccountId,
    entry: Entry,
) -> Result<(), Fault> {
    let query = if entry.lists.is_empty() {
        statement("DELETE FROM contacts WHERE owner = $1 AND contact = $2").bind(owner.0).bind(contact.0)
    } else {
        statement("UPDATE contacts SET lists = $3, group_bits = $4 WHERE owner = $1 AND contact = $2")
            .bind(owner.0)
            .bind(contact.0)
            .bind(i64::from(entry.lists.bits()))
            .bind(i64::from(entry.groups.bits()))
    };
    query.execute(tx).await?;
    Ok(())
}

/// Whether a contact that is on these of a person's lists learns that person's phone numbers. No account is on
/// the allow and the block list at once.
pub(super) fn shows_properties(lists: ListFlags) -> bool {
    // Allowed is also not blocked.
    lists.contains(List::Allow)
}

pub(super) async fn rename(
    tx: &mut Tx<'_>,
    owner: AccountId,
    contact: &Handle,
    name: &FriendlyName,
) -> Result<Committed, Fault> {
    // The owner alone is enough: no other change writes the name without this lock, and the contact is not concerned.
    lock::one(tx, owner).await?;
    let row = statement(
        "UPDATE contacts SET name = $3 WHERE owner = $1 \
         AND contact = (SELECT id FROM accounts WHERE handle = $2) RETURNING contact",
    )
    .bind(owner.0)
    .bind(contact.as_str())
    .bind(name.as_wire())
    .fetch_optional(tx)
    .await?
    .ok_or(Refusal::NotOnList)?;
    let contact = Person { account: AccountId(row.try_get(0)?), handle: contact.clone() };
    let renamed = ListEvent::ContactRenamed { contact, name: name.clone() };
    Ok(Committed::alone(owner, lock::raise(tx, owner).await?, renamed))
}
