//! The allow list and the block list.

use msnp::{FriendlyName, GroupId, Handle, List, ListFlags};

use super::contact_rows;
use super::pair::{self, NewRow, Pair, Party};
use super::transaction::Tx;
use super::{Fault, packed};
use crate::{AccountId, Committed, ListEvent, PrivacyList, Refusal};

pub(super) async fn add(
    tx: &mut Tx<'_>,
    owner: AccountId,
    list: PrivacyList,
    contact: &Handle,
    name: &FriendlyName,
    limit: usize,
) -> Result<Committed, Fault> {
    let pair = pair::read(tx, owner, contact, Some(list.list()), GroupId::ZERO).await?;
    let before = pair.own.lists;
    if before.contains(list.list()) {
        return Err(Refusal::AlreadyThere.into());
    }
    // Before the opposite list: the order of refusals decides which error code the client gets.
    if pair.on_list >= limit {
        return Err(Refusal::ListFull.into());
    }
    if before.contains(list.opposite().list()) {
        return Err(Refusal::OnOppositeList.into());
    }
    let is_new = before.is_empty();
    // Clients send the handle in the name's place here: a contact that is on a list already keeps its name.
    let mut row = pair.own_row(is_new.then_some(name.as_wire()));
    row.entry.lists = before.with(list.list());
    let added = ListEvent::PrivacyAdded { list, contact: pair.contact.person(), name: name.clone(), is_new };
    change(tx, &pair, row, added).await
}

pub(super) async fn remove(
    tx: &mut Tx<'_>,
    owner: AccountId,
    list: PrivacyList,
    contact: &Handle,
) -> Result<Committed, Fault> {
    let pair = pair::read(tx, owner, contact, None, GroupId::ZERO).await?;
    if !pair.own.lists.contains(list.list()) {
        return Err(Refusal::NotOnList.into());
    }
    let mut row = pair.own_row(None);
    row.entry.lists = pair.own.lists.without(list.list());
    let removed = ListEvent::PrivacyRemoved { list, contact: pair.contact.person() };
    change(tx, &pair, row, removed).await
}

/// Writes the row and raises the owner's version, and the contact's where the change shows it the owner's properties or
/// hides them: these are part of its lists.
async fn change(tx: &mut Tx<'_>, pair: &Pair, row: NewRow<'_>, event: ListEvent) -> Result<Committed, Fault> {
    let (before, after) = (pair.own.lists, row.entry.lists);
    let sees = |lists| sees_properties(&pair.owner, lists);
    let concerns_both = sees(before) != sees(after);
    let (version, contact_version) = pair::write(tx, pair, row, None, concerns_both).await?;
    let committed = Committed::alone(pair.owner.id, version, event);
    if !concerns_both {
        return Ok(committed);
    }
    let properties = if sees(after) { packed::shared(&pair.owner.properties)? } else { Vec::new() };
    let shown = ListEvent::PropertiesShown { contact: pair.owner.person(), properties: properties.into() };
    Ok(committed.with_others(&[(pair.contact.id, contact_version)], shown))
}

/// Whether a contact on these lists of the owner sees properties. The reverse list tells that it has the owner on its
/// forward list, where properties are kept.
fn sees_properties(owner: &Party, lists: ListFlags) -> bool {
    !owner.properties.is_empty() && lists.contains(List::Reverse) && contact_rows::shows_properties(lists)
}
