//! List changes as lines: the reply to the request, and the push to the other side.

use bytes::{Bytes, BytesMut};
use msnp::command::{add, adg, blp, bpr, gtc, prp, rea, reg, rem, rmg};
use msnp::wire::EncodeFor;
use msnp::{Dialect, Handle, List, ListVersion, TransactionId};
use papillon_store::{ListChange, ListEvent};

/// The reply to a request that has changed lists. `owner` is the requesting person's handle. A `synchronised` client,
/// which has its lists, also gets the properties of a new contact that are set. The original sent blanks for unset ones
/// too; Twisted knows a new contact only later, and breaks off at a `MOB N` for an unknown one.
pub(super) fn reply(
    transaction: TransactionId,
    change: &ListChange,
    owner: &Handle,
    synchronised: bool,
    dialect: Dialect,
) -> Bytes {
    let mut lines = BytesMut::new();
    match &*change.event {
        // Only the reply has this form: others see a new name by presence, so `write` does not know it.
        ListEvent::Renamed { name } => {
            let (version, handle, name) = (change.version, owner.clone(), name.clone());
            rea::Reply { transaction, version, handle, name }.encode_for(dialect, &mut lines);
        }
        event => write(transaction, change.version, event, dialect, &mut lines),
    }
    if let ListEvent::ForwardAdded { contact, properties, is_new: true, .. } = &*change.event
        && synchronised
    {
        for (key, value) in properties.iter().filter(|(key, _)| key.is_in(dialect)) {
            let (handle, key, value) = (contact.handle.clone(), *key, value.clone());
            bpr::Push { version: change.version, handle, key, value }.encode_for(dialect, &mut lines);
        }
    }
    lines.freeze()
}

/// Writes the line of an event that has the same form in a reply and in a push.
pub(super) fn write(
    transaction: TransactionId,
    version: ListVersion,
    event: &ListEvent,
    dialect: Dialect,
    lines: &mut BytesMut,
) {
    match event.clone() {
        ListEvent::ForwardAdded { contact, name, group, .. } => {
            let (list, handle, group) = (List::Forward, contact.handle, Some(group));
            add::Reply { transaction, list, version, handle, name, group }.encode_for(dialect, lines);
        }
        ListEvent::PrivacyAdded { list, contact, name, .. } => {
            let (list, handle) = (list.list(), contact.handle);
            add::Reply { transaction, list, version, handle, name, group: None }.encode_for(dialect, lines);
        }
        ListEvent::ListedBy { person, name, .. } => {
            let (list, handle) = (List::Reverse, person.handle);
            add::Reply { transaction, list, version, handle, name, group: None }.encode_for(dialect, lines);
        }
        ListEvent::ForwardRemoved { contact, group, .. } => {
            let (list, handle) = (List::Forward, contact.handle);
            rem::Reply { transaction, list, version, handle, group }.encode_for(dialect, lines);
        }
        ListEvent::PrivacyRemoved { list, contact } => {
            let (list, handle) = (list.list(), contact.handle);
            rem::Reply { transaction, list, version, handle, group: None }.encode_for(dialect, lines);
        }
        ListEvent::UnlistedBy { person } => {
            let (list, handle) = (List::Reverse, person.handle);
            rem::Reply { transaction, list, version, handle, group: None }.encode_for(dialect, lines);
        }
        ListEvent::ContactRenamed { contact, name } => {
            rea::Reply { transaction, version, handle: contact.handle, name }.encode_for(dialect, lines);
        }
        ListEvent::PromptSet(prompt) => {
            gtc::Reply { transaction, version, prompt }.encode_for(dialect, lines)
        }
        ListEvent::PrivacySet(privacy) => {
            blp::Reply { transaction, version, privacy }.encode_for(dialect, lines)
        }
        ListEvent::GroupAdded { group, name } => {
            adg::Reply { transaction, version, name, group }.encode_for(dialect, lines);
        }
        ListEvent::GroupRenamed { group, name } => {
            reg::Reply { transaction, version, group, name }.encode_for(dialect, lines);
        }
        ListEvent::GroupRemoved { group, .. } => {
            rmg::Reply { transaction, version, group }.encode_for(dialect, lines)
        }
        ListEvent::PropertySet { key, value } => {
            prp::Reply { transaction, version, key, value }.encode_for(dialect, lines);
        }
        // The others have no line of this form: they concern the properties of contacts.
        _ => {}
    }
}
