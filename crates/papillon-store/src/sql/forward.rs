//! The forward list and its mirror, the reverse list.

use msnp::{FriendlyName, GroupArgument, GroupId, Handle, List, ListVersion};

use super::contact_rows;
use super::pair::{self, Pair};
use super::transaction::Tx;
use super::{Fault, packed};
use crate::{AccountId, Committed, GroupSet, ListEvent, Refusal};

pub(super) async fn add(
    tx: &mut Tx<'_>,
    owner: AccountId,
    contact: &Handle,
    name: &FriendlyName,
    group: GroupArgument,
    limit: usize,
) -> Result<Committed, Fault> {
    let asked = asked_for(group).unwrap_or(GroupId::ZERO);
    let mut pair = pair::read(tx, owner, contact, Some(List::Forward), asked).await?;
    let group = match group {
        GroupArgument::Absent => GroupId::ZERO,
        GroupArgument::Named(group) if pair.has_group => group,
        GroupArgument::Named(_) | GroupArgument::Unreadable(_) => return Err(Refusal::UnknownGroup.into()),
    };
    let is_new = !pair.own.lists.contains(List::Forward);
    // By the group, not by the list: `ADD FL` of a contact on the list puts it into one more group.
    if pair.own.groups.contains(group) {
        return Err(Refusal::AlreadyThere.into());
    }
    if is_new && pair.on_list >= limit {
        return Err(Refusal::ListFull.into());
    }
    let is_known = pair.is_alone() || !pair.theirs.lists.is_empty();
    pair.own.groups.insert(group);
    let (version, reverse_version) = enter(tx, &pair, name, is_new).await?;

    let shown = contact_rows::shows_properties(pair.theirs.lists);
    let properties = if shown { packed::shared(&pair.contact.properties)? } else { Vec::new() };
    let added = ListEvent::ForwardAdded {
        contact: pair.contact.person(),
        name: name.clone(),
        group,
        is_new,
        properties: properties.into_boxed_slice(),
    };
    let committed = Committed::alone(pair.owner.id, version, added);
    // One more group concerns the owner only: the contact's reverse list has no groups.
    if !is_new {
        return Ok(committed);
    }
    let listed = ListEvent::ListedBy {
        person: pair.owner.person(),
        name: packed::shown_name(&pair.owner.handle, &pair.owner.name)?,
        is_new: !is_known,
    };
    Ok(committed.with_others(&[(pair.contact.id, reverse_version)], listed))
}

/// Writes the contact's entry, and for a new contact the mirror.
async fn enter(
    tx: &mut Tx<'_>,
    pair: &Pair,
    name: &FriendlyName,
    is_new: bool,
) -> Result<(ListVersion, ListVersion), Fault> {
    let mut own = pair.own_row(is_new.then_some(name.as_wire()));
    if !is_new {
        return pair::write(tx, pair, own, None, false).await;
    }
    own.entry.lists = own.entry.lists.with(List::Forward);
    if pair.is_alone() {
        // An account may list itself. Then both directions are one row, with one version.
        own.entry.lists = own.entry.lists.with(List::Reverse);
        return pair::write(tx, pair, own, None, false).await;
    }
    // A contact that has the owner on a list already keeps its own name for the owner.
    let mut theirs = pair.their_row(pair.theirs.lists.is_empty().then_some(&*pair.owner.name));
    theirs.entry.lists = theirs.entry.lists.with(List::Reverse);
    pair::write(tx, pair, own, Some(theirs), true).await
}

/// The group that has to exist.
fn asked_for(group: GroupArgument) -> Option<GroupId> {
    if let GroupArgument::Named(group) = group { Some(group) } else { None }
}

pub(super) async fn remove(
    tx: &mut Tx<'_>,
    owner: AccountId,
    contact: &Handle,
    group: GroupArgument,
) -> Result<Committed, Fault> {
    let asked = asked_for(group).unwrap_or(GroupId::ZERO);
    let mut pair = pair::read(tx, owner, contact, None, asked).await?;
    if !pair.own.lists.contains(List::Forward) {
        return Err(Refusal::NotOnList.into());
    }
    match group {
        GroupArgument::Absent => leave_list(tx, &pair, None).await,
        GroupArgument::Named(group) => leave_group(tx, &mut pair, group).await,
        GroupArgument::Unreadable(_) => Err(Refusal::UnknownGroup.into()),
    }
}

/// Out of the last group means off the list: Pidgin, Gaim and aMSN have no other way to remove a contact.
async fn leave_group(tx: &mut Tx<'_>, pair: &mut Pair, group: GroupId) -> Result<Committed, Fault> {
    if !pair.has_group {
        return Err(Refusal::UnknownGroup.into());
    }
    if !pair.own.groups.contains(group) {
        return Err(Refusal::NotInGroup.into());
    }
    pair.own.groups.remove(group);
    if pair.own.groups.is_empty() {
        return leave_list(tx, pair, Some(group)).await;
    }
    let (version, _) = pair::write(tx, pair, pair.own_row(None), None, false).await?;
    let removed =
        ListEvent::ForwardRemoved { contact: pair.contact.person(), group: Some(group), leaves_list: false };
    Ok(Committed::alone(pair.owner.id, version, removed))
}

async fn leave_list(tx: &mut Tx<'_>, pair: &Pair, group: Option<GroupId>) -> Result<Committed, Fault> {
    let mut own = pair.own_row(None);
    own.entry.lists = own.entry.lists.without(List::Forward);
    own.entry.groups = GroupSet::EMPTY;
    let theirs = if pair.is_alone() {
        own.entry.lists = own.entry.lists.without(List::Reverse);
        None
    } else {
        let mut theirs = pair.their_row(None);
        theirs.entry.lists = theirs.entry.lists.without(List::Reverse);
        Some(theirs)
    };
    let (version, reverse_version) = pair::write(tx, pair, own, theirs, true).await?;
    let removed = ListEvent::ForwardRemoved { contact: pair.contact.person(), group, leaves_list: true };
    let unlisted = ListEvent::UnlistedBy { person: pair.owner.person() };
    let committed = Committed::alone(pair.owner.id, version, removed);
    Ok(committed.with_others(&[(pair.contact.id, reverse_version)], unlisted))
}
