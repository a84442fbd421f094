//! The forward list and its mirror, the reverse list.

use msnp::{FriendlyName, GroupArgument, GroupId, Handle, List};

use super::contact_rows::{self, Entry};
use super::transaction::Tx;
use super::{Fault, groups, lock, packed};
use crate::{AccountId, ForwardAdded, ForwardRemoved, GroupSet, Refusal};

pub(super) async fn add(
    tx: &mut Tx,
    owner: AccountId,
    contact: &Handle,
    name: &FriendlyName,
    group: GroupArgument,
    limit: usize,
) -> Result<ForwardAdded, Fault> {
    let (owner, contact) = lock::pair(tx, owner, contact).await?;
    let group = match group {
        GroupArgument::Absent => GroupId::ZERO,
        GroupArgument::Named(group) => groups::known(tx, owner.id, group).await?,
        GroupArgument::Unreadable(_) => return Err(Refusal::UnknownGroup.into()),
    };
    let mut entry = contact_rows::read(tx, owner.id, contact.id).await?;
    let newly_on_list = !entry.lists.contains(List::Forward);
    if entry.groups.contains(group) {
        return Err(Refusal::AlreadyThere.into());
    }
    entry.groups.insert(group);

    let alone = owner.id == contact.id;
    let mut theirs = contact_rows::read(tx, contact.id, owner.id).await?;
    let contact_properties = if contact_rows::shows_properties(theirs.lists) {
        packed::shared(&contact.properties)?
    } else {
        Vec::new()
    };

    if newly_on_list {
        if contact_rows::count(tx, owner.id, List::Forward).await? >= limit {
            return Err(Refusal::ListFull.into());
        }
        entry.lists = entry.lists.with(List::Forward);
        if alone {
            entry.lists = entry.lists.with(List::Reverse);
        }
        contact_rows::put(tx, owner.id, contact.id, name.as_wire(), entry).await?;
        if !alone {
            let known = !theirs.lists.is_empty();
            theirs.lists = theirs.lists.with(List::Reverse);
            if known {
                contact_rows::update(tx, contact.id, owner.id, theirs).await?;
            } else {
                contact_rows::put(tx, contact.id, owner.id, &owner.name, theirs).await?;
            }
        }
    } else {
        contact_rows::update(tx, owner.id, contact.id, entry).await?;
    }

    let version = lock::raise(tx, owner.id).await?;
    let reverse_version = match (newly_on_list, alone) {
        (false, _) => None,
        (true, true) => Some(version),
        (true, false) => Some(lock::raise(tx, contact.id).await?),
    };
    Ok(ForwardAdded {
        contact: contact.id,
        version,
        group,
        newly_on_list,
        reverse_version,
        contact_properties: contact_properties.into_boxed_slice(),
    })
}

pub(super) async fn remove(
    tx: &mut Tx,
    owner: AccountId,
    contact: &Handle,
    group: GroupArgument,
) -> Result<ForwardRemoved, Fault> {
    let (owner, contact) = lock::pair(tx, owner, contact).await?;
    let (owner, contact) = (owner.id, contact.id);
    let entry = contact_rows::read(tx, owner, contact).await?;
    if !entry.lists.contains(List::Forward) {
        return Err(Refusal::NotOnList.into());
    }
    match group {
        GroupArgument::Absent => leave_list(tx, owner, contact, entry, None).await,
        GroupArgument::Named(group) => leave_group(tx, owner, contact, entry, group).await,
        GroupArgument::Unreadable(_) => Err(Refusal::UnknownGroup.into()),
    }
}

/// Out of the last group means off the list: Pidgin, Gaim and aMSN have no other way to remove a contact.
async fn leave_group(
    tx: &mut Tx,
    owner: AccountId,
    contact: AccountId,
    mut entry: Entry,
    group: GroupId,
) -> Result<ForwardRemoved, Fault> {
    let group = groups::known(tx, owner, group).await?;
    if !entry.groups.contains(group) {
        return Err(Refusal::NotInGroup.into());
    }
    entry.groups.remove(group);
    if entry.groups.is_empty() {
        return leave_list(tx, owner, contact, entry, Some(group)).await;
    }
    contact_rows::update(tx, owner, contact, entry).await?;
    let version = lock::raise(tx, owner).await?;
    Ok(ForwardRemoved { contact, version, group: Some(group), reverse_version: None })
}

async fn leave_list(
    tx: &mut Tx,
    owner: AccountId,
    contact: AccountId,
    mut entry: Entry,
    group: Option<GroupId>,
) -> Result<ForwardRemoved, Fault> {
    let alone = owner == contact;
    entry.lists = entry.lists.without(List::Forward);
    entry.groups = GroupSet::EMPTY;
    if alone {
        entry.lists = entry.lists.without(List::Reverse);
    }
    contact_rows::update(tx, owner, contact, entry).await?;
    let version = lock::raise(tx, owner).await?;
    let reverse_version = if alone {
        version
    } else {
        let mut theirs = contact_rows::read(tx, contact, owner).await?;
        theirs.lists = theirs.lists.without(List::Reverse);
        contact_rows::update(tx, contact, owner, theirs).await?;
        lock::raise(tx, contact).await?
    };
    Ok(ForwardRemoved { contact, version, group, reverse_version: Some(reverse_version) })
}
