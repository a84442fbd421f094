//! Every connection that is open, for counting them and for closing them.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use papillon_store::AccountId;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::connection::{Deliveries, Outbox};

/// The open connections of the MSNP listeners and of the HTTP gateway.
#[derive(Default)]
pub(crate) struct OpenConnections {
    open: Mutex<Open>,
    emptied: Notify,
}

#[derive(Default)]
struct Open {
    next: u64,
    /// All are being closed, and whoever comes now with them.
    closing: bool,
    outboxes: HashMap<u64, Weak<Outbox>>,
}

/// Keeps a connection in the count; dropped when the connection has ended.
pub(crate) struct Registration<'a> {
    connections: &'a OpenConnections,
    number: u64,
}

impl OpenConnections {
    /// Counts a connection.
    pub(crate) fn register(&self, outbox: &Arc<Outbox>) -> Registration<'_> {
        let mut open = self.open.lock();
        let number = open.next;
        open.next += 1;
        open.outboxes.insert(number, Arc::downgrade(outbox));
        let closing = open.closing;
        drop(open);
        if closing {
            Deliveries::new().close(outbox);
        }
        Registration { connections: self, number }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.open.lock().outboxes.len()
    }

    /// Ends all of them, and all that come later, after what has been sent to them is written.
    pub(crate) fn close_all(&self) {
        self.open.lock().closing = true;
        self.close_those(|_| true);
    }

    /// Ends those that belong to one account.
    pub(crate) fn close_account(&self, account: AccountId) {
        self.close_those(|outbox| outbox.owner() == Some(account));
    }

    fn close_those(&self, chosen: impl Fn(&Outbox) -> bool) {
        let outboxes: Vec<_> = self.open.lock().outboxes.values().filter_map(Weak::upgrade).collect();
        let mut out = Deliveries::new();
        for outbox in outboxes.iter().filter(|outbox| chosen(outbox)) {
            out.close(outbox);
        }
    }

    /// Waits until there are none.
    pub(crate) async fn emptied(&self) {
        loop {
            let emptied = self.emptied.notified();
            if self.count() == 0 {
                return;
            }
            emptied.await;
        }
    }
}

impl Drop for Registration<'_> {
    fn drop(&mut self) {
        let mut open = self.connections.open.lock();
        open.outboxes.remove(&self.number);
        if open.outboxes.is_empty() {
            self.connections.emptied.notify_waiters();
        }
    }
}
