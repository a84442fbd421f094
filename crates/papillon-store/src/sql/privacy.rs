//! The allow list and the block list.

use msnp::{FriendlyName, Handle, List, ListFlags};

use super::lock::Party;
use super::transaction::Tx;
use super::{Fault, contact_rows, lock, packed};
use crate::{AccountId, Committed, ListEvent, PrivacyList, Refusal};

pub(super) async fn add(
    tx: &mut Tx,
    owner: AccountId,
    list: PrivacyList,
    contact: &Handle,
    name: &FriendlyName,
    limit: usize,
) -> Result<Committed, Fault> {
    let (owner, contact) = lock::pair(tx, owner, contact).await?;
    let mut entry = contact_rows::read(tx, owner.id, contact.id).await?;
    if entry.lists.contains(list.list()) {
        return Err(Refusal::AlreadyThere.into());
    }
    // Before the opposite list: the order of refusals decides which error code the client gets.
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
    let (name, is_new) = (name.clone(), before.is_empty());
    let added = ListEvent::PrivacyAdded { list, contact: contact.person(), name, is_new };
    changed(tx, &owner, &contact, added, before, entry.lists).await
}

pub(super) async fn remove(
    tx: &mut Tx,
    owner: AccountId,
    list: PrivacyList,
    contact: &Handle,
) -> Result<Committed, Fault> {
    let (owner, contact) = lock::pair(tx, owner, contact).await?;
    let mut entry = contact_rows::read(tx, owner.id, contact.id).await?;
    if !entry.lists.contains(list.list()) {
        return Err(Refusal::NotOnList.into());
    }
    let before = entry.lists;
    entry.lists = before.without(list.list());
    contact_rows::update(tx, owner.id, contact.id, entry).await?;
    let removed = ListEvent::PrivacyRemoved { list, contact: contact.person() };
    changed(tx, &owner, &contact, removed, before, entry.lists).await
}

/// Raises the owner's version, and the contact's where the change shows it the owner's properties or hides them: these
/// are part of its lists.
async fn changed(
    tx: &mut Tx,
    owner: &Party,
    contact: &Party,
    event: ListEvent,
    before: ListFlags,
    after: ListFlags,
) -> Result<Committed, Fault> {
    let version = lock::raise(tx, owner.id).await?;
    let committed = Committed::alone(owner.id, version, event);
    let sees = |lists| sees_properties(owner, lists);
    if sees(before) == sees(after) {
        return Ok(committed);
    }
    // An account on its own list has one version, and it is raised already.
    let contact_version = if owner.id == contact.id { version } else { lock::raise(tx, contact.id).await? };
    let properties = if sees(after) { packed::shared(&owner.properties)? } else { Vec::new() };
    let shown = ListEvent::PropertiesShown { contact: owner.person(), properties: properties.into() };
    Ok(committed.with_others(&[(contact.id, contact_version)], shown))
}

/// Whether a contact on these lists of the owner sees properties. The reverse list tells that it has the owner on its
/// forward list, where properties are kept.
fn sees_properties(owner: &Party, lists: ListFlags) -> bool {
    !owner.properties.is_empty() && lists.contains(List::Reverse) && contact_rows::shows_properties(lists)
}
