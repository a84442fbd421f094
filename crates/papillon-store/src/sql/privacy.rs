//! The allow list and the block list.

use msnp::{FriendlyName, Handle};

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
    entry.lists = entry.lists.with(list.list());
    contact_rows::put(tx, owner.id, contact.id, name.as_wire(), entry).await?;
    Ok(PrivacyChanged { contact: contact.id, version: lock::raise(tx, owner.id).await? })
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
    entry.lists = entry.lists.without(list.list());
    contact_rows::update(tx, owner.id, contact.id, entry).await?;
    Ok(PrivacyChanged { contact: contact.id, version: lock::raise(tx, owner.id).await? })
}
