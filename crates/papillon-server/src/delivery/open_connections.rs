//! Every connection that is open, for counting them and for closing them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Weak};

use papillon_store::AccountId;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::delivery::{Deliveries, Outbox};

/// The open connections of the MSNP listeners and of the HTTP gateway.
#[derive(Default)]
pub(crate) struct OpenConnections {
    open: Mutex<Open>,
    emptied: Notify,
}

#[derive(Default)]
struct Open {
    next: u64,
    /// All are being closed, and a new one with them.
    closing: bool,
    /// With the addresses of their clients.
    outboxes: HashMap<u64, (IpAddr, Weak<Outbox>)>,
    /// Those whose account is known.
    owned: HashMap<AccountId, Vec<Weak<Outbox>>>,
}

/// Keeps a connection in the count; dropped when the connection has ended.
pub(crate) struct Registration<'a> {
    connections: &'a OpenConnections,
    number: u64,
    outbox: Arc<Outbox>,
}

impl Registration<'_> {
    /// The number of the connection, which no other has.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }
}

impl OpenConnections {
    /// Counts a connection of a client at this address.
    pub(crate) fn register(&self, outbox: &Arc<Outbox>, client: IpAddr) -> Registration<'_> {
        let mut open = self.open.lock();
        let number = open.next;
        open.next += 1;
        open.outboxes.insert(number, (client, Arc::downgrade(outbox)));
        let closing = open.closing;
        // Closing writes to the socket: not under the lock that every connection takes as it comes and goes.
        drop(open);
        if closing {
            Deliveries::new().close(outbox);
        }
        Registration { connections: self, number, outbox: Arc::clone(outbox) }
    }

    /// Notes the account of a connection, once that is known. A connection never changes hands.
    pub(crate) fn belongs_to(&self, account: AccountId, outbox: &Arc<Outbox>) {
        let mut open = self.open.lock();
        if outbox.belongs_to(account) {
            open.owned.entry(account).or_default().push(Arc::downgrade(outbox));
        }
    }

    /// The number of open connections.
    pub(crate) fn count(&self) -> usize {
        self.open.lock().outboxes.len()
    }

    /// The bytes that wait for all of them.
    pub(crate) fn waiting(&self) -> usize {
        let open = self.open.lock();
        let outboxes: Vec<_> = open.outboxes.values().filter_map(|(_, outbox)| outbox.upgrade()).collect();
        // Connections come and go while the queues are looked at.
        drop(open);
        outboxes.iter().map(|outbox| outbox.waiting()).sum()
    }

    /// Ends all of them, and all that come later, after the lines that have been sent to them are written.
    pub(crate) fn close_all(&self) {
        let mut open = self.open.lock();
        open.closing = true;
        let outboxes: Vec<_> = open.outboxes.values().filter_map(|(_, outbox)| outbox.upgrade()).collect();
        drop(open);
        close(&outboxes);
    }

    /// Ends those that belong to one account.
    pub(crate) fn close_account(&self, account: AccountId) {
        let owned = self.open.lock().owned.get(&account).cloned().unwrap_or_default();
        close(&owned.iter().filter_map(Weak::upgrade).collect::<Vec<_>>());
    }

    /// Ends those whose clients are at such addresses.
    pub(crate) fn close_addresses(&self, is_one: impl Fn(IpAddr) -> bool) {
        // The look at so many addresses is not taken under the lock, for which new connections wait.
        let all: Vec<_> = self.open.lock().outboxes.values().cloned().collect();
        let outboxes = all.iter().filter(|(client, _)| is_one(*client));
        close(&outboxes.filter_map(|(_, outbox)| outbox.upgrade()).collect::<Vec<_>>());
    }

    /// Waits until there are none.
    pub(crate) async fn emptied(&self) {
        loop {
            // Before the count: `notify_waiters` wakes it from here on, although nothing has polled it.
            let emptied = self.emptied.notified();
            if self.count() == 0 {
                return;
            }
            emptied.await;
        }
    }
}

fn close(outboxes: &[Arc<Outbox>]) {
    let mut out = Deliveries::new();
    for outbox in outboxes {
        out.close(outbox);
    }
}

impl Open {
    fn disown(&mut self, outbox: &Arc<Outbox>) {
        let Some(account) = outbox.owner() else { return };
        let Some(owned) = self.owned.get_mut(&account) else { return };
        owned.retain(|other| other.as_ptr() != Arc::as_ptr(outbox));
        if owned.is_empty() {
            self.owned.remove(&account);
        }
    }
}

impl Drop for Registration<'_> {
    fn drop(&mut self) {
        let mut open = self.connections.open.lock();
        open.outboxes.remove(&self.number);
        open.disown(&self.outbox);
        if open.outboxes.is_empty() {
            self.connections.emptied.notify_waiters();
        }
    }
}
