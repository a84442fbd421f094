//! The seats at the listeners, one for each connection: where none is free, a newcomer gets the seat of a connection for
//! which the service waits. Long bodies have seats of their own.

use std::collections::{BTreeMap, HashMap};
use std::future::pending;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use papillon_limits::Network;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::delivery::{Capacity, Crowd, Stage};

/// See the module.
pub(crate) struct Seats {
    capacity: Capacity,
    /// The time for which the service may wait for the only connection of a network until it is less than a newcomer.
    patience: Duration,
    taken: Mutex<Taken>,
    /// Told when a seat is free, or could be given to another connection.
    changed: Notify,
}

#[derive(Default)]
struct Taken {
    next: u64,
    crowd: Crowd,
    sitters: HashMap<u64, Sitter>,
    /// Those for which the service waits, and since when. Numbers grow, so the first has waited longest.
    waiting: BTreeMap<u64, Instant>,
}

struct Sitter {
    network: Option<Network>,
    address: Option<IpAddr>,
    /// The number of answers that the service is making. It keeps its seat meanwhile.
    works: usize,
    /// Told when the seat is given to another connection.
    evicted: Arc<Notify>,
}

/// The seat of a connection, for as long as this lives.
pub(crate) struct Seat {
    seats: Arc<Seats>,
    /// The number under which it is counted: the longer the service waits for it, the lower. It changes under the lock
    /// of all seats only.
    number: AtomicU64,
    evicted: Arc<Notify>,
}

/// The making of an answer. The connection keeps its seat for as long as this lives.
pub(crate) struct Work(Arc<Seat>);

/// A seat, and the address of the connection that had to give it up.
pub(crate) type Seated = (Arc<Seat>, Option<IpAddr>);

impl Seats {
    /// So many seats, at least one. A network keeps its only one for `patience` while the service waits for it.
    pub(crate) fn new(most: usize, patience: Duration) -> Arc<Self> {
        let (any, most) = (usize::MAX, most.max(1));
        let capacity = Capacity { all: most, of_network: any, pending: any, pending_of_network: any };
        Arc::new(Self { capacity, patience, taken: Mutex::default(), changed: Notify::new() })
    }

    /// A seat for a connection from this address; without one it is a proxy's, which keeps its seat until it has named
    /// its client. Where none is free, one is taken away: of the network for most of whose connections the service
    /// waits, from the one for which it has waited longest. Where each network has one at most, a network without any
    /// gets the seat of the connection for which the service has lost its patience.
    ///
    /// `None` when no connection has to give its seat to this one.
    pub(crate) fn take(self: &Arc<Self>, address: Option<IpAddr>) -> Option<Seated> {
        let network = address.map(Network::of);
        let evicted = Arc::<Notify>::default();
        let mut taken = self.taken.lock();
        let gone = taken.make_room(network, self)?;
        let works = usize::from(address.is_none());
        let number = taken.sit(Sitter { network, address, works, evicted: Arc::clone(&evicted) });
        drop(taken);
        if let Some(gone) = &gone {
            gone.evicted.notify_one();
        }
        let seat = Seat { seats: Arc::clone(self), number: AtomicU64::new(number), evicted };
        Some((Arc::new(seat), gone.and_then(|gone| gone.address)))
    }

    /// The same, as soon as there is one.
    pub(crate) async fn wait(self: &Arc<Self>, address: Option<IpAddr>) -> Seated {
        loop {
            // Before the look: `notify_waiters` wakes it from here on.
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            if let Some(seated) = self.take(address) {
                return seated;
            }
            tokio::select! {
                () = changed => {}
                () = self.patience_lost(address.map(Network::of)) => {}
            }
        }
    }

    /// Waits until the patience with a connection is lost, for a newcomer of this network.
    async fn patience_lost(&self, network: Option<Network>) {
        let first = {
            let taken = self.taken.lock();
            // A network that has a seat gets none for it.
            let is_without = taken.crowd.pending_of(network) == 0;
            is_without.then(|| taken.waiting.values().next().copied()).flatten()
        };
        match first {
            Some(since) => sleep_until(since + self.patience).await,
            None => pending().await,
        }
    }
}

impl Taken {
    /// `None` when there is no room; the inner one when no connection has to go for it.
    fn make_room(&mut self, network: Option<Network>, seats: &Seats) -> Option<Option<Sitter>> {
        let own = self.crowd.pending_of(network);
        let found = match self.crowd.make_room(network, &seats.capacity) {
            Ok(found) => found,
            Err(_) if own == 0 => return self.lose_patience(seats.patience).map(Some),
            Err(_) => return None,
        };
        let Some(number) = found else { return Some(None) };
        let gone = self.sitters.remove(&number)?;
        if gone.network == network && own <= 1 {
            self.crowd.enter(number, network, gone.stage());
            self.sitters.insert(number, gone);
            return None;
        }
        self.waiting.remove(&number);
        Some(Some(gone))
    }

    /// The connection for which the service has waited longest, if that is too long.
    fn lose_patience(&mut self, patience: Duration) -> Option<Sitter> {
        let (number, since) = self.waiting.first_key_value()?;
        if since.elapsed() < patience {
            return None;
        }
        self.rise(*number)
    }

    fn sit(&mut self, sitter: Sitter) -> u64 {
        let number = self.next;
        self.next += 1;
        self.crowd.enter(number, sitter.network, sitter.stage());
        if sitter.works == 0 {
            self.waiting.insert(number, Instant::now());
        }
        self.sitters.insert(number, sitter);
        number
    }

    /// `None` when the seat has been given to another connection, which has been counted then.
    fn rise(&mut self, number: u64) -> Option<Sitter> {
        let sitter = self.sitters.remove(&number)?;
        self.crowd.leave(number, sitter.network, sitter.stage());
        self.waiting.remove(&number);
        Some(sitter)
    }
}

impl Sitter {
    fn stage(&self) -> Stage {
        if self.works == 0 { Stage::Silent } else { Stage::SignedIn }
    }
}

impl Seat {
    /// The only seat there is.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn alone() -> Arc<Self> {
        let seats = Seats::new(1, Duration::ZERO);
        let evicted = Arc::<Notify>::default();
        let sitter = Sitter { network: None, address: None, works: 0, evicted: Arc::clone(&evicted) };
        let number = AtomicU64::new(seats.taken.lock().sit(sitter));
        Arc::new(Self { seats, number, evicted })
    }

    /// Notes the client for which a proxy has made the connection.
    pub(crate) fn settle(&self, client: IpAddr) {
        self.change(|sitter| {
            (sitter.network, sitter.address) = (Some(Network::of(client)), Some(client));
            sitter.works = sitter.works.saturating_sub(1);
        });
    }

    /// Notes that the service makes an answer: it is not the client that it waits for.
    pub(crate) fn work(self: &Arc<Self>) -> Work {
        self.change(|sitter| sitter.works += 1);
        Work(Arc::clone(self))
    }

    /// Waits until the seat is given to another connection.
    pub(crate) async fn evicted(&self) {
        self.evicted.notified().await;
    }

    fn change(&self, change: impl FnOnce(&mut Sitter)) {
        let mut taken = self.seats.taken.lock();
        // Relaxed: the lock orders it.
        let Some(mut sitter) = taken.rise(self.number.load(Ordering::Relaxed)) else { return };
        change(&mut sitter);
        self.number.store(taken.sit(sitter), Ordering::Relaxed);
        drop(taken);
        self.seats.changed.notify_waiters();
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.0.change(|sitter| sitter.works = sitter.works.saturating_sub(1));
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let _ = self.seats.taken.lock().rise(*self.number.get_mut());
        self.seats.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests;
