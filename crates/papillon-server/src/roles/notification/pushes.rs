//! Pushes: changes as lines, in the dialect of the client that gets them. No other code makes bytes of a change.

mod alert;
#[cfg(test)]
mod tests;

use bytes::{Bytes, BytesMut};
use msnp::command::{bpr, fln, iln, msg, nln, not, out, rem, rng};
use msnp::message::SystemMessage;
use msnp::wire::{Encode, EncodeFor};
use msnp::{Dialect, List, TransactionId};
use papillon_store::{ListChange, ListEvent};

use super::list_lines;
use crate::people::change::{Change, Presence, Ring};

/// The lines that tell a client of a change. `None` if the dialect has none, or the client knows by a reply.
pub(crate) fn encode(change: &Change, dialect: Dialect) -> Option<Bytes> {
    Some(match change {
        Change::Online(presence) => online(presence, dialect),
        Change::Introduced { transaction, presence } => introduced(*transaction, presence, dialect),
        Change::Offline(handle) => fln::Push { handle: handle.clone() }.to_bytes(),
        Change::Lists(change) => return lists(change, dialect),
        Change::ContactGone { contact, lists, version } => {
            let mut lines = BytesMut::new();
            let (transaction, version) = (TransactionId::SERVER, *version);
            // A line for each list: clients know of no command that takes an account off all.
            for list in List::ALL.into_iter().filter(|list| lists.contains(*list)) {
                let handle = contact.handle.clone();
                rem::Reply { transaction, list, version, handle, group: None }
                    .encode_for(dialect, &mut lines);
            }
            lines.freeze()
        }
        Change::Called(ring) => called(ring),
        Change::SignedInElsewhere | Change::AccountClosed => {
            // After this one reason a client does not come back by itself.
            out::Notice { reason: out::Reason::OtherSignIn }.to_bytes()
        }
        Change::ShuttingDown => out::Notice { reason: out::Reason::ServerShuttingDown }.to_bytes(),
        Change::Maintenance { minutes } => {
            let payload = SystemMessage::shutting_down(*minutes).to_message().to_bytes();
            msg::FromService { payload }.to_bytes()
        }
        Change::Alert(alert) => not::Push { xml: alert::document(alert).into() }.to_bytes(),
    })
}

fn online(presence: &Presence, dialect: Dialect) -> Bytes {
    let Presence { handle, status, name, capabilities, object } = presence.clone();
    nln::Push { status, handle, name, capabilities, object }.to_bytes_for(dialect)
}

fn introduced(transaction: TransactionId, presence: &Presence, dialect: Dialect) -> Bytes {
    let Presence { handle, status, name, capabilities, object } = presence.clone();
    iln::Push { transaction, handle, name, status, capabilities, object }.to_bytes_for(dialect)
}

fn called(ring: &Ring) -> Bytes {
    let Ring { session, address, cookie, caller, name } = ring.clone();
    rng::Push { session, address, cookie, caller, name }.to_bytes()
}

/// The lines about others' changes. A client learns of its own changes by replies.
fn lists(change: &ListChange, dialect: Dialect) -> Option<Bytes> {
    let mut lines = BytesMut::new();
    for event in change.events() {
        match event {
            ListEvent::ListedBy { .. } | ListEvent::UnlistedBy { .. } => {
                list_lines::write(TransactionId::SERVER, change.version, event, dialect, &mut lines);
            }
            ListEvent::PropertiesShown { contact, properties } => {
                for (key, value) in properties.iter().filter(|(key, _)| key.is_in(dialect)) {
                    let (handle, key, value) = (contact.handle.clone(), *key, value.clone());
                    bpr::Push { version: change.version, handle, key, value }.encode(&mut lines);
                }
            }
            ListEvent::ContactPropertySet { contact, key, value } if key.is_in(dialect) => {
                let (handle, key, value) = (contact.handle.clone(), *key, value.clone());
                bpr::Push { version: change.version, handle, key, value }.encode(&mut lines);
            }
            // A reply has told it, or presence does.
            _ => {}
        }
    }
    (!lines.is_empty()).then(|| lines.freeze())
}
