//! The link from one switchboard to its line and to the subscriber.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock, Weak};

use bytes::Bytes;
use msnp::message::Message;
use msnp::{FriendlyName, Handle, Invalid};

use super::{Line, Subscriber, Switchboards};
use crate::switchboard::{Listener, PacketCarrier, Switchboard};

/// Listens to one switchboard and passes its happenings on. Its line is known
/// from the beginning, or, for a session that this account was called to, once it has joined and knows the members.
pub(super) struct Forwarder {
    pool: Weak<Switchboards>,
    line: OnceLock<Arc<Line>>,
}

impl Forwarder {
    /// For a switchboard that this account opens.
    pub(super) fn of(pool: &Arc<Switchboards>, line: Arc<Line>) -> Self {
        Self { pool: Arc::downgrade(pool), line: OnceLock::from(line) }
    }

    /// For a switchboard that this account was called to.
    pub(super) fn called(pool: Weak<Switchboards>) -> Self {
        Self { pool, line: OnceLock::new() }
    }

    fn subscriber(&self) -> Option<Arc<dyn Subscriber>> {
        self.pool.upgrade()?.subscriber.upgrade()
    }

    /// Updates the members of the line.
    fn refresh(&self) {
        let Some(line) = self.line.get() else { return };
        line.refresh();
        if let Some(subscriber) = self.subscriber() {
            subscriber.people_changed(line);
        }
    }
}

impl Listener for Forwarder {
    fn entered(&self, board: &Arc<Switchboard>) {
        let Some(pool) = self.pool.upgrade() else { return board.leave() };
        let people: BTreeSet<Handle> = board.people().into_iter().map(|(who, _)| who).collect();
        if self.line.get().is_none() && people.is_empty() {
            // The caller has left.
            return board.leave();
        }
        // The members decide which conversation it is: a call of a contact goes on with the one that is open with that
        // contact.
        self.line.get_or_init(|| pool.line_to(&people)).attach(board);
        self.refresh();
    }

    fn people_changed(&self, _board: &Arc<Switchboard>) {
        self.refresh();
    }

    fn peer_gone(&self, board: &Arc<Switchboard>, who: &Handle) {
        if let Some(subscriber) = self.subscriber() {
            subscriber.carrier_gone(who, board.id());
        }
    }

    fn message(&self, board: &Arc<Switchboard>, from: &Handle, name: &FriendlyName, message: Message) {
        if let (Some(subscriber), Some(line)) = (self.subscriber(), self.line.get()) {
            subscriber.message(line, board, from, name, message);
        }
    }

    fn unreadable(&self, _board: &Arc<Switchboard>, from: Option<&Handle>, fault: Invalid) {
        if let Some(subscriber) = self.subscriber() {
            subscriber.unreadable(self.line.get(), from, fault);
        }
    }

    async fn packets(&self, board: &Arc<Switchboard>, from: &Handle, packets: Vec<Bytes>) {
        if let Some(subscriber) = self.subscriber() {
            let carrier = PacketCarrier::new(Arc::clone(board), from);
            subscriber.packets(from, carrier, packets).await;
        }
    }

    fn undelivered(&self, board: &Arc<Switchboard>, peer: &Handle) {
        if let Some(subscriber) = self.subscriber() {
            subscriber.carrier_gone(peer, board.id());
        }
    }

    fn gone(&self, _board: &Arc<Switchboard>) {
        self.refresh();
    }
}
