//! Bans in memory: the addresses and accounts that are turned away, and how often each was.
//!
//! The store has the bans. `people/store_watch/bans.rs` brings them here, and the counts back.

mod end;
mod protection;
mod table;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use msnp::Handle;
use papillon_store::{AccountId, Ban, BanRefusals, Person};
use parking_lot::RwLock;

pub use self::end::{duration, until};
pub use self::protection::{Protection, protection};
use self::table::Table;
use crate::refusals::{Refusal, Refusals};

/// The bans in force. Without any, a look at them costs an uncontended lock.
#[derive(Debug, Default)]
pub(crate) struct Bans {
    table: RwLock<Table>,
    refusals: Arc<Refusals>,
}

/// The targets on which no ban was in force before.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Newly {
    pub(crate) accounts: Vec<Person>,
    /// Whether there are addresses.
    pub(crate) addresses: bool,
}

impl Bans {
    /// No bans yet.
    pub(crate) fn new(refusals: Arc<Refusals>) -> Self {
        Self { table: RwLock::default(), refusals }
    }

    /// Takes the bans of now in place of those before. Refusals that were not told to the store stay counted.
    pub(crate) fn replace(&self, bans: &[Ban]) -> Newly {
        let new = Table::new(bans);
        self.table.write().replace(new, bans, now())
    }

    /// Whether clients from this address are turned away.
    pub(crate) fn has_address(&self, address: IpAddr) -> bool {
        self.table.read().of_address(address, now()).is_some()
    }

    /// Whether a client from this address is to be turned away now; it is counted then.
    pub(crate) fn refuses_address(&self, address: IpAddr) -> bool {
        let now = now();
        let is_banned = self.table.read().of_address(address, now).map(|ban| ban.count(now)).is_some();
        if is_banned {
            self.refusals.note(Refusal::BannedAddress, Some(address), None);
        }
        is_banned
    }

    /// Whether an account is to be turned away now, at a client from this address; it is counted then.
    pub(crate) fn refuses_account(
        &self,
        account: AccountId,
        from: IpAddr,
        handle: &Handle,
    ) -> Option<Banned> {
        let now = now();
        let banned = self.table.read().of_account(account, now).map(|ban| {
            ban.count(now);
            Banned { until: ban.ends_at }
        });
        if banned.is_some() {
            self.refusals.note(Refusal::BannedAccount, Some(from), Some(handle));
        }
        banned
    }

    /// Takes at most `most` bans with refusals that the store has not been told of, in the order of their numbers.
    pub(crate) fn take_refusals(&self, most: usize) -> Vec<BanRefusals> {
        self.table.read().take_refusals(most)
    }

    /// Puts back what the store could not be told.
    pub(crate) fn put_back(&self, refusals: &[BanRefusals]) {
        self.table.read().put_back(refusals);
    }
}

/// The ban of an account, as its owner may know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Banned {
    /// When it ends, in seconds since 1970; `None` for never.
    pub(crate) until: Option<i64>,
}

/// In seconds since 1970.
pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed())
}
