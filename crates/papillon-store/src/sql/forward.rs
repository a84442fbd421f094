//! The forward list and its mirror, the reverse list.

use msnp::{FriendlyName, GroupArgument, GroupId, Handle, List};

use super::contact_rows::{self, Entry};
use super::lock::Party;
use super::transaction::Tx;
use super::{Fault, groups, lock, packed};
use crate::{AccountId, Committed, GroupSet, ListEvent, Refusal};

pub(super) async fn add(
    tx: &mut Tx,
    owner: AccountId,
    contact: &Handle,
    name: &FriendlyName,
    group: GroupArgument,
    limit: usize,
) -> Result<Committed, Fault> {
    let (owner, contact) = lock::pair(tx, owner, contact).await?;
    let group = match group {
        GroupArgument::Absent => GroupId::ZERO,
        GroupArgument::Named(group) => groups::known(tx, owner.id, group).await?,
        GroupArgument::Unreadable(_) => return Err(Refusal::UnknownGroup.into()),
    };
    let mut entry = contact_rows::read(tx, owner.id, contact.id).await?;
    let is_new = !entry.lists.contains(List::Forward);
    // By the group, not by the list: `ADD FL` of a contact on the list puts it into one more group.
    if entry.groups.contains(group) {
        return Err(Refusal::AlreadyThere.into());
    }
    entry.groups.insert(group);

    // An account may list itself. Then both directions are one row, with one version.
    let alone = owner.id == contact.id;
    let mut theirs = contact_rows::read(tx, contact.id, owner.id).await?;
    let properties = if contact_rows::shows_properties(theirs.lists) {
        packed::shared(&contact.properties)?
    } else {
        Vec::new()
    };
    let is_known = alone || !theirs.lists.is_empty();

    if is_new {
        if contact_rows::count(tx, owner.id, List::Forward).await? >= limit {
            return Err(Refusal::ListFull.into());
        }
        entry.lists = entry.lists.with(List::Forward);
        if alone {
            entry.lists = entry.lists.with(List::Reverse);
        }
        contact_rows::put(tx, owner.id, contact.id, name.as_wire(), entry).await?;
        if !alone {
            theirs.lists = theirs.lists.with(List::Reverse);
            // A contact that has the owner on a list already keeps its own name for the owner.
            if is_known {
                contact_rows::update(tx, contact.id, owner.id, theirs).await?;
            } else {
                contact_rows::put(tx, contact.id, owner.id, &owner.name, theirs).await?;
            }
        }
    } else {
        contact_rows::update(tx, owner.id, contact.id, entry).await?;
    }

    let added = ListEvent::ForwardAdded {
        contact: contact.person(),
        name: name.clone(),
        group,
        is_new,
        properties: properties.into_boxed_slice(),
    };
    let version = lock::raise(tx, owner.id).await?;
    let committed = Committed::alone(owner.id, version, added);
    // One more group concerns the owner only: the contact's reverse list has no groups.
    if !is_new {
        return Ok(committed);
    }
    let reverse_version = if alone { version } else { lock::raise(tx, contact.id).await? };
    let listed = ListEvent::ListedBy {
        person: owner.person(),
        name: packed::shown_name(&owner.handle, &owner.name)?,
        is_new: !is_known,
    };
    Ok(committed.with_others(&[(contact.id, reverse_version)], listed))
}

pub(super) async fn remove(
    tx: &mut Tx,
    owner: AccountId,
    contact: &Handle,
    group: GroupArgument,
) -> Result<Committed, Fault> {
    let (owner, contact) = lock::pair(tx, owner, contact).await?;
    let entry = contact_rows::read(tx, owner.id, contact.id).await?;
    if !entry.lists.contains(List::Forward) {
        return Err(Refusal::NotOnList.into());
    }
    match group {
        GroupArgument::Absent => leave_list(tx, &owner, &contact, entry, None).await,
        GroupArgument::Named(group) => leave_group(tx, &owner, &contact, entry, group).await,
        GroupArgument::Unreadable(_) => Err(Refusal::UnknownGroup.into()),
    }
}

/// Out of the last group means off the list: Pidgin, Gaim and aMSN have no other way to remove a contact.
async fn leave_group(
    tx: &mut Tx,
    owner: &Party,
    contact: &Party,
    mut entry: Entry,
    group: GroupId,
) -> Result<Committed, Fault> {
    let group = groups::known(tx, owner.id, group).await?;
    if !entry.groups.contains(group) {
        return Err(Refusal::NotInGroup.into());
    }
    entry.groups.remove(group);
    if entry.groups.is_empty() {
        return leave_list(tx, owner, contact, entry, Some(group)).await;
    }
    contact_rows::update(tx, owner.id, contact.id, entry).await?;
    let version = lock::raise(tx, owner.id).await?;
    let removed =
        ListEvent::ForwardRemoved { contact: contact.person(), group: Some(group), leaves_list: false };
    Ok(Committed::alone(owner.id, version, removed))
}

async fn leave_list(
    tx: &mut Tx,
    owner: &Party,
    contact: &Party,
    mut entry: Entry,
    group: Option<GroupId>,
) -> Result<Committed, Fault> {
    let alone = owner.id == contact.id;
    entry.lists = entry.lists.without(List::Forward);
    entry.groups = GroupSet::EMPTY;
    if alone {
        entry.lists = entry.lists.without(List::Reverse);
    }
    contact_rows::update(tx, owner.id, contact.id, entry).await?;
    let version = lock::raise(tx, owner.id).await?;
    let reverse_version = if alone {
        version
    } else {
        let mut theirs = contact_rows::read(tx, contact.id, owner.id).await?;
        theirs.lists = theirs.lists.without(List::Reverse);
        contact_rows::update(tx, contact.id, owner.id, theirs).await?;
        lock::raise(tx, contact.id).await?
    };
    let removed = ListEvent::ForwardRemoved { contact: contact.person(), group, leaves_list: true };
    let unlisted = ListEvent::UnlistedBy { person: owner.person() };
    let committed = Committed::alone(owner.id, version, removed);
    Ok(committed.with_others(&[(contact.id, reverse_version)], unlisted))
}
