//! The memory budget: the bytes that wait for clients, and those of clients that wait to be processed, by account, by
//! address and in all.
//!
//! Each connection has a [`Share`]. A charge goes to three pots, which are numbers without a lock; lines that a socket
//! takes at once are not charged at all.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use papillon_limits::Network;
use papillon_store::AccountId;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::counts::Loss;

/// The memory of a connection by itself, in bytes: its task, its state, the beginning of a line. It counts for its
/// account and its address, and not in all, where the number of connections has a limit of its own.
pub(crate) const CONNECTION: usize = 8 * 1024;
/// Waiting bytes are charged in steps of this. The rest of a step is part of the connection's own.
const STEP: usize = 1024;

/// The most memory, in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MemoryLimits {
    pub(crate) all: usize,
    pub(crate) address: usize,
    pub(crate) account: usize,
}

/// The limit that a client has exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Excess {
    /// The memory of its account.
    Account,
    /// The memory of its address.
    Address,
    /// The memory of all.
    All,
}

/// The budget of the service.
#[derive(Debug)]
pub(crate) struct Memory {
    all: Pot,
    addresses: Pots<Network>,
    accounts: Pots<AccountId>,
    /// Told when a pot is nearly full.
    crowded: Notify,
}

/// One sum, and its limit.
#[derive(Debug)]
struct Pot {
    bytes: AtomicUsize,
    most: usize,
}

/// The sums of those that have a connection.
#[derive(Debug)]
struct Pots<K> {
    pots: Mutex<HashMap<K, Arc<Pot>>>,
    most: usize,
}

/// The share of one connection. All that was charged is given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    memory: Arc<Memory>,
    network: Network,
    address: Arc<Pot>,
    charged: Mutex<Charged>,
}

#[derive(Debug)]
struct Charged {
    /// With the connection's own.
    bytes: usize,
    account: Option<(AccountId, Arc<Pot>)>,
}

/// A charge to an address and to all, for as long as this lives.
#[derive(Debug)]
pub(crate) struct Charge {
    memory: Arc<Memory>,
    network: Network,
    address: Arc<Pot>,
    bytes: usize,
    in_all: bool,
}

impl Memory {
    pub(crate) fn new(limits: MemoryLimits) -> Arc<Self> {
        Arc::new(Self {
            all: Pot { bytes: AtomicUsize::new(0), most: limits.all },
            addresses: Pots::new(limits.address),
            accounts: Pots::new(limits.account),
            crowded: Notify::new(),
        })
    }

    /// The share of a connection from this address.
    pub(crate) fn share(self: &Arc<Self>, address: IpAddr) -> Share {
        let network = Network::of(address);
        let address = self.addresses.get(network);
        // Not refused here: the number of connections has a limit, and what waits for them finds less room.
        address.add(CONNECTION);
        let charged = Mutex::new(Charged { bytes: CONNECTION, account: None });
        Share { memory: Arc::clone(self), network, address, charged }
    }

    /// Charges what a connection of HTTP costs by itself to its address.
    ///
    /// # Errors
    /// When the address has no memory left.
    pub(crate) fn charge_connection(
        self: &Arc<Self>,
        address: IpAddr,
        bytes: usize,
    ) -> Result<Charge, Excess> {
        self.charge_for(address, bytes, false)
    }

    /// Charges bytes to an address and to all.
    ///
    /// # Errors
    /// When one of them has no memory left.
    pub(crate) fn charge(self: &Arc<Self>, address: IpAddr, bytes: usize) -> Result<Charge, Excess> {
        self.charge_for(address, bytes, true)
    }

    fn charge_for(self: &Arc<Self>, address: IpAddr, bytes: usize, in_all: bool) -> Result<Charge, Excess> {
        let network = Network::of(address);
        let pot = self.addresses.get(network);
        let fits = pot.add(bytes);
        // From here on the drop of the charge gives back what was added.
        let charge = Charge { memory: Arc::clone(self), network, address: pot, bytes, in_all };
        let fits_all = !in_all || self.all.add(bytes);
        match (fits, fits_all) {
            (true, true) => Ok(charge),
            (false, _) => Err(Excess::Address),
            (true, false) => Err(Excess::All),
        }
    }

    /// Waits until a pot is nearly full.
    pub(super) async fn crowded(&self) {
        self.crowded.notified().await;
    }

    /// The bytes that are charged in all.
    pub(crate) fn charged(&self) -> usize {
        self.all.bytes.load(Ordering::Relaxed)
    }

    /// Whether nothing is charged, and nobody is remembered.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.charged() == 0 && self.addresses.pots.lock().is_empty() && self.accounts.pots.lock().is_empty()
    }
}

impl From<Excess> for Loss {
    fn from(excess: Excess) -> Self {
        match excess {
            Excess::Account => Self::MemoryOfAccount,
            Excess::Address => Self::MemoryOfAddress,
            Excess::All => Self::Memory,
        }
    }
}

impl Pot {
    /// Adds bytes, also above the limit. `false` when it is exceeded.
    // Relaxed, here and below: each sum stands by itself, and what was added by a charge is taken out by the same.
    fn add(&self, bytes: usize) -> bool {
        self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes <= self.most
    }

    fn sub(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Whether less than an eighth is left.
    fn is_crowded(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) > self.most - self.most / 8
    }
}

impl<K: Hash + Eq + Copy> Pots<K> {
    fn new(most: usize) -> Self {
        Self { pots: Mutex::default(), most }
    }

    fn get(&self, key: K) -> Arc<Pot> {
        let mut pots = self.pots.lock();
        let pot =
            pots.entry(key).or_insert_with(|| Arc::new(Pot { bytes: AtomicUsize::new(0), most: self.most }));
        Arc::clone(pot)
    }

    /// Forgets a pot, if the caller is the last to have it.
    fn leave(&self, key: K, pot: &Arc<Pot>) {
        let mut pots = self.pots.lock();
        // The caller's and the map's own. Pots are handed out under this lock, so no other task gets it meanwhile.
        if Arc::strong_count(pot) == 2 {
            pots.remove(&key);
        }
    }
}

impl Share {
    /// Charges what is charged already to this account, too, and all that follows. `false` when there is an account
    /// already: it stays.
    ///
    /// # Errors
    /// When the account has no memory left. The charge stays until the share is dropped.
    pub(super) fn belongs_to(&self, account: AccountId) -> Result<bool, Excess> {
        let mut charged = self.charged.lock();
        if charged.account.is_some() {
            return Ok(false);
        }
        let pot = self.memory.accounts.get(account);
        let fits = pot.add(charged.bytes);
        charged.account = Some((account, pot));
        if fits { Ok(true) } else { Err(Excess::Account) }
    }

    /// A share of a budget without end.
    #[cfg(test)]
    pub(crate) fn boundless() -> Self {
        let most = usize::MAX;
        let memory = Memory::new(MemoryLimits { all: most, address: most, account: most });
        memory.share(std::net::Ipv4Addr::LOCALHOST.into())
    }

    /// Changes a charge of this share from `charged` to what `bytes` are in whole steps.
    ///
    /// # Errors
    /// When it grows, and a limit would be exceeded. Then it stays as it was.
    pub(super) fn change(&self, charged: &mut usize, bytes: usize) -> Result<(), Excess> {
        let (before, after) = (*charged, bytes / STEP * STEP);
        if after > before {
            self.add(after - before)?;
        } else if after < before {
            self.sub(before - after);
        }
        *charged = after;
        Ok(())
    }

    fn add(&self, bytes: usize) -> Result<(), Excess> {
        let mut charged = self.charged.lock();
        charged.bytes += bytes;
        let account = charged.account.as_ref().map(|(_, pot)| pot);
        let fits =
            [account.is_none_or(|pot| pot.add(bytes)), self.address.add(bytes), self.memory.all.add(bytes)];
        let excess = match fits {
            [false, ..] => Excess::Account,
            [_, false, _] => Excess::Address,
            [.., false] => Excess::All,
            [true, true, true] => {
                drop(charged);
                if self.crowding().is_some() {
                    self.memory.crowded.notify_one();
                }
                return Ok(());
            }
        };
        drop(charged);
        self.sub(bytes);
        Err(excess)
    }

    fn sub(&self, bytes: usize) {
        let mut charged = self.charged.lock();
        charged.bytes -= bytes;
        if let Some((_, account)) = &charged.account {
            account.sub(bytes);
        }
        self.address.sub(bytes);
        self.memory.all.sub(bytes);
    }

    /// The limit that is nearly reached, if there is one.
    pub(super) fn crowding(&self) -> Option<Excess> {
        let account = self.charged.lock().account.as_ref().is_some_and(|(_, pot)| pot.is_crowded());
        match (account, self.address.is_crowded(), self.memory.all.is_crowded()) {
            (true, ..) => Some(Excess::Account),
            (_, true, _) => Some(Excess::Address),
            (.., true) => Some(Excess::All),
            (false, false, false) => None,
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let charged = self.charged.get_mut();
        self.memory.all.sub(charged.bytes - CONNECTION);
        self.address.sub(charged.bytes);
        self.memory.addresses.leave(self.network, &self.address);
        if let Some((account, pot)) = &charged.account {
            pot.sub(charged.bytes);
            self.memory.accounts.leave(*account, pot);
        }
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        if self.in_all {
            self.memory.all.sub(self.bytes);
        }
        self.address.sub(self.bytes);
        self.memory.addresses.leave(self.network, &self.address);
    }
}

#[cfg(test)]
mod tests;
