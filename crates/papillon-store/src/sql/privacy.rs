//! The allow list and the block list.

use msnp::{FriendlyName, Handle, List, ListFlags};

use super::lock::Party;
use super::transaction::Tx;
use super::{Fault, contact_rows, lock};
use crate::{AccountId, PrivacyChanged, PrivacyList, Refusal};

pub(super) async fn add(
    tx: &mut Tx,
    owner: AccountId,
    list: PrivacyList,
    contact: &Handle,
    name: &FriendlyName,
    limit: usize,
) -> Result<PrivacyChanged, Fault> {
    let (owner, contact) = lock::pair(tx, owner, contact).await?;
    let mut entry = contact_rows::read(tx, owner.id, contact.id).await?;
    if entry.lists.contains(list.list()) {
        return Err(Refusal::AlreadyThere.into());
    }
    if contact_rows::count(tx, owner.id, list.list()).await? >= limit {
        return Err(Refusal::ListFull.into());
    }
    if entry.lists.contains(list.opposite().list()) {
        return Err(Refusal::OnOppositeList.into());
    }
    let before = entry.lists;
    entry.lists = before.with(list.list());
    // Clients send the handle in the name's place here: a contact that is on a list already keeps its name.
    if before.is_empty() {
        contact_rows::put(tx, owner.id, contact.id, name.as_wire(), entry).await?;
    } else {
        contact_rows::update(tx, owner.id, contact.id, entry).await?;
    }
    changed(tx, &owner, &contact, before, entry.lists).await
}

pub(super) async fn remove(
    tx: &mut Tx,
    owner: AccountId,
    list: PrivacyList,
    contact: &Handle,
) -> Result<PrivacyChanged, Fault> {
    let (owner, contact) = lock::pair(tx, owner, contact).await?;
    let mut entry = contact_rows::read(tx, owner.id, contact.id).await?;
    if !entry.lists.contains(list.list()) {
        return Err(Refusal::NotOnList.into());
    }
    let before = entry.lists;
    entry.lists = before.without(list.list());
    contact_rows::update(tx, owner.id, contact.id, entry).await?;
    changed(tx, &owner, &contact, before, entry.lists).await
}

/// Raises the owner's version, and the contact's where it sees the owner's properties now and did
/// not before, or the other way round: they are part of its lists.
async fn changed(
    tx: &mut Tx,
    owner: &Party,
    contact: &Party,
    before: ListFlags,
    after: ListFlags,
) -> Result<PrivacyChanged, Fault> {
    let version = lock::raise(tx, owner.id).await?;
    let sees = |lists| sees_properties(owner, lists);
    let crossed = sees(before) != sees(after) && owner.id != contact.id;
    let contact_version = if crossed { Some(lock::raise(tx, contact.id).await?) } else { None };
    Ok(PrivacyChanged { contact: contact.id, version, contact_version })
}

fn sees_properties(owner: &Party, lists: ListFlags) -> bool {
    !owner.properties.is_empty() && lists.contains(List::Reverse) && contact_rows::shows_properties(lists)
}
