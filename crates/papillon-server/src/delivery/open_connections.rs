//! Every connection that is open: its place, for counting and bounding them, and its outbox, for closing it.

mod crowd;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use papillon_limits::Network;
use papillon_store::AccountId;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::sleep;

use self::crowd::Key;
pub(crate) use self::crowd::{Capacity, Crowd, Full, Stage};
use super::memory::Memory;
use crate::delivery::{Deliveries, Outbox};

/// A client for which no more than this waits is not dropped for the memory of others, in bytes.
const LITTLE: usize = 128 * 1024;
/// Between two searches for such clients: each looks at every connection.
const PAUSE: Duration = Duration::from_millis(50);

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
    crowd: Crowd,
    places: HashMap<u64, Entry>,
    /// The outboxes of those whose account is known.
    owned: HashMap<AccountId, Vec<Weak<Outbox>>>,
}

struct Entry {
    key: Key,
    address: Option<IpAddr>,
    stage: Stage,
    outbox: Weak<Outbox>,
    account: Option<AccountId>,
    /// Told when the place is given to another connection.
    evicted: Arc<Notify>,
}

/// The place of a connection; dropped when the connection has ended.
pub(crate) struct Place {
    connections: Arc<OpenConnections>,
    number: u64,
    evicted: Arc<Notify>,
}

/// Whether another connection had to give its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    /// There was room.
    Found,
    /// A connection that had not signed in was ended, from this address, if it is known.
    Made { from: Option<IpAddr> },
}

impl OpenConnections {
    /// A place for one more connection from this address; without one it is that of a proxy which has not named its
    /// client yet. Where places are scarce, a connection that has not signed in is ended for it.
    ///
    /// # Errors
    /// When there is no place.
    pub(crate) fn enter(
        self: &Arc<Self>,
        address: Option<IpAddr>,
        capacity: &Capacity,
    ) -> Result<(Place, Room), Full> {
        let key = address.map(Network::of);
        let evicted = Arc::new(Notify::new());
        let mut open = self.open.lock();
        let gone = open.make_room(key, capacity)?;
        let number = open.next;
        open.next += 1;
        open.crowd.enter(number, key, Stage::Silent);
        let entry = Entry {
            key,
            address,
            stage: Stage::Silent,
            outbox: Weak::new(),
            account: None,
            evicted: Arc::clone(&evicted),
        };
        open.places.insert(number, entry);
        drop(open);
        let room = evict(gone);
        Ok((Place { connections: Arc::clone(self), number, evicted }, room))
    }

    /// Notes the account of a connection, once that is known: it has signed in. A connection never changes hands.
    pub(crate) fn belongs_to(&self, account: AccountId, outbox: &Arc<Outbox>) {
        let mut open = self.open.lock();
        if !outbox.belongs_to(account) {
            return;
        }
        if let Some(number) = outbox.place() {
            // One that had to give its place has been ended, and is not entered again.
            let Some(entry) = open.places.get_mut(&number) else { return };
            entry.account = Some(account);
            open.advance(number, Stage::SignedIn);
        }
        open.owned.entry(account).or_default().push(Arc::downgrade(outbox));
    }

    /// The number of open connections.
    pub(crate) fn count(&self) -> usize {
        self.open.lock().places.len()
    }

    /// The bytes that wait for all of them.
    pub(crate) fn waiting(&self) -> usize {
        // Connections come and go while the queues are looked at.
        let outboxes = self.open.lock().outboxes();
        outboxes.iter().map(|outbox| outbox.waiting()).sum()
    }

    /// Ends all of them, and all that come later, after the lines that have been sent to them are written.
    pub(crate) fn close_all(&self) {
        let mut open = self.open.lock();
        open.closing = true;
        let outboxes = open.outboxes();
        drop(open);
        close(&outboxes);
    }

    /// Ends those that belong to one account. Lines that their clients have not taken are dropped.
    pub(crate) fn close_account(&self, account: AccountId) {
        let owned = self.open.lock().owned.get(&account).cloned().unwrap_or_default();
        cut(owned.iter().filter_map(Weak::upgrade));
    }

    /// Ends those whose clients are at such addresses. Lines that the clients have not taken are dropped.
    pub(crate) fn close_addresses(&self, is_one: impl Fn(IpAddr) -> bool) {
        // The look at so many addresses is not taken under the lock, for which new connections wait.
        let all: Vec<_> = {
            let open = self.open.lock();
            open.places.values().map(|entry| (entry.address, entry.outbox.clone())).collect()
        };
        let outboxes = all.iter().filter(|(client, _)| client.is_some_and(&is_one));
        cut(outboxes.filter_map(|(_, outbox)| outbox.upgrade()));
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

    /// Drops the clients for which most waits whenever an account, an address or the service nearly has no memory left.
    /// It never ends.
    pub(crate) async fn relieve(&self, memory: &Memory) {
        loop {
            memory.crowded().await;
            self.relieve_once();
            sleep(PAUSE).await;
        }
    }

    fn relieve_once(&self) {
        let outboxes = self.open.lock().outboxes();
        let mut waiting: Vec<_> = outboxes.iter().map(|outbox| (outbox.charged(), outbox)).collect();
        // Those with little would gain little, and are other people behind one address, mostly.
        waiting.retain(|(bytes, _)| *bytes > LITTLE);
        waiting.sort_unstable_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
        for (_, outbox) in waiting {
            // Asked anew for each: the drop of a larger one may have been enough.
            if let Some(excess) = outbox.crowding() {
                outbox.end(excess.into());
            }
        }
    }
}

fn close(outboxes: &[Arc<Outbox>]) {
    let mut out = Deliveries::new();
    for outbox in outboxes {
        out.close(outbox);
    }
}

/// Unlike [`close`] not after the lines that wait: a client that does not read would stay for as long as it likes.
fn cut(outboxes: impl Iterator<Item = Arc<Outbox>>) {
    let mut out = Deliveries::new();
    for outbox in outboxes {
        out.close_with(&outbox, None);
    }
}

/// Ends the connection that had to go. Not under the lock of all connections.
fn evict(gone: Option<Entry>) -> Room {
    let Some(gone) = gone else { return Room::Found };
    gone.evicted.notify_one();
    if let Some(outbox) = gone.outbox.upgrade() {
        Deliveries::new().abandon(&outbox);
    }
    Room::Made { from: gone.address }
}

impl Place {
    /// The number of the connection, which no other has.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Gives the connection at this place its outbox. At a shutdown, it is closed at once.
    pub(crate) fn attach(&self, outbox: &Arc<Outbox>) {
        outbox.takes_place(self.number);
        let mut open = self.connections.open.lock();
        let closing = open.closing;
        let evicted = match open.places.get_mut(&self.number) {
            Some(entry) => {
                entry.outbox = Arc::downgrade(outbox);
                false
            }
            None => true,
        };
        // Closing writes to the socket: not under the lock that every connection takes as it comes and goes.
        drop(open);
        if evicted {
            Deliveries::new().abandon(outbox);
        } else if closing {
            Deliveries::new().close(outbox);
        }
    }

    /// Notes the address of the client for which a proxy has made the connection.
    ///
    /// # Errors
    /// When there is no place for it.
    pub(crate) fn settle(&self, address: IpAddr, capacity: &Capacity) -> Result<Room, Full> {
        let key = Some(Network::of(address));
        let mut open = self.connections.open.lock();
        let Some(Entry { key: before, stage, .. }) = open.places.get(&self.number) else {
            return Err(Full::All);
        };
        let (before, stage) = (*before, *stage);
        // Taken out first: it does not compete with itself.
        open.crowd.leave(self.number, before, stage);
        let made = open.make_room(key, capacity);
        // Also without room: its drop takes it out again.
        open.crowd.enter(self.number, key, stage);
        if let Some(entry) = open.places.get_mut(&self.number) {
            (entry.key, entry.address) = (key, Some(address));
        }
        drop(open);
        made.map(evict)
    }

    /// Notes that the client has sent a command: others are ended before it.
    pub(crate) fn is_known(&self) {
        self.connections.open.lock().advance(self.number, Stage::Known);
    }

    /// Waits until the place is given to another connection.
    pub(crate) async fn evicted(&self) {
        self.evicted.notified().await;
    }

    /// Whether it still has its place.
    pub(crate) fn is_kept(&self) -> bool {
        self.connections.open.lock().places.contains_key(&self.number)
    }
}

impl Open {
    fn make_room(&mut self, key: Key, capacity: &Capacity) -> Result<Option<Entry>, Full> {
        let gone = self.crowd.make_room(key, capacity)?;
        Ok(gone.and_then(|number| self.places.remove(&number)))
    }

    fn advance(&mut self, number: u64, stage: Stage) {
        let Some(entry) = self.places.get_mut(&number) else { return };
        self.crowd.leave(number, entry.key, entry.stage);
        entry.stage = stage;
        self.crowd.enter(number, entry.key, entry.stage);
    }

    fn outboxes(&self) -> Vec<Arc<Outbox>> {
        self.places.values().filter_map(|entry| entry.outbox.upgrade()).collect()
    }

    fn disown(&mut self, outbox: &Weak<Outbox>, account: AccountId) {
        let Some(owned) = self.owned.get_mut(&account) else { return };
        owned.retain(|other| !other.ptr_eq(outbox));
        if owned.is_empty() {
            self.owned.remove(&account);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.connections.open.lock();
        // None when the place was given to another connection, which has been counted then.
        let Some(entry) = open.places.remove(&self.number) else { return };
        open.crowd.leave(self.number, entry.key, entry.stage);
        if let Some(account) = entry.account {
            open.disown(&entry.outbox, account);
        }
        if open.places.is_empty() {
            self.connections.emptied.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests;
