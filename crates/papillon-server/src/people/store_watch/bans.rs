//! Bans that are made and lifted while the service runs, and the counts of refusals on their way to the store.

use std::sync::Arc;
use std::time::Duration;

use papillon_store::{Store, StoreError};
use tokio::time::Instant;

use crate::bans::{Bans, now};
use crate::delivery::Deliveries;
use crate::people::account_changes::close;
use crate::people::change::Change;
use crate::people::{AccountLocks, Directory};

/// Between two writes of counts: a flood from banned addresses costs the store one for each.
pub(super) const PAUSE: Duration = Duration::from_secs(5);
/// The most bans whose counts go into one transaction, which stays short.
const BATCH: usize = 500;

/// See the module.
pub(super) struct Follower {
    bans: Arc<Bans>,
    version: Option<i64>,
    counted: Option<Instant>,
}

impl Follower {
    pub(super) fn new(bans: Arc<Bans>) -> Self {
        Self { bans, version: None, counted: None }
    }

    /// Looks once: what is banned now is disconnected, and what was refused is told to the store.
    pub(super) async fn look(
        &mut self,
        store: &dyn Store,
        locks: &AccountLocks,
        directory: &Directory,
    ) -> Result<(), StoreError> {
        // Read before the bans: one that comes in between is read twice, and none is missed.
        let version = store.ban_version().await?;
        if self.version != Some(version) {
            let newly = self.bans.replace(&store.bans(now()).await?);
            self.version = Some(version);
            for person in newly.accounts {
                close(locks, directory, &person.handle, person.account, ": it is banned").await;
            }
            if newly.addresses {
                self.close_addresses(locks, directory).await;
            }
        }
        if self.counted.is_none_or(|counted| counted.elapsed() >= PAUSE)
            && keep_some(store, &self.bans).await? > 0
        {
            self.counted = Some(Instant::now());
        }
        Ok(())
    }

    /// Signs out the people at banned addresses, so that their clients do not try again, and closes all other
    /// connections from there.
    async fn close_addresses(&self, locks: &AccountLocks, directory: &Directory) {
        for person in directory.signed_in_at(|address| self.bans.has_address(address)) {
            let _turn = locks.one(&person.handle).await;
            // By now they can have signed in from elsewhere.
            let now = directory.signed_in(person.account);
            if now.is_some_and(|now| self.bans.has_address(now.origin.client.ip())) {
                directory.tell(person.account, &Change::AccountClosed, &mut Deliveries::new());
                tracing::info!(account = %person.handle, "signed out: its address is banned");
            }
        }
        directory.close_addresses(|address| self.bans.has_address(address));
    }
}

/// Tells the store of all refusals that it does not know of, at the end of the service.
pub(crate) async fn keep_refusals(store: &dyn Store, bans: &Bans) {
    loop {
        match keep_some(store, bans).await {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "the last refusals of bans could not be counted");
                return;
            }
        }
    }
}

/// The same for some bans. Returns their number.
async fn keep_some(store: &dyn Store, bans: &Bans) -> Result<usize, StoreError> {
    let refusals = bans.take_refusals(BATCH);
    if refusals.is_empty() {
        return Ok(0);
    }
    match store.count_ban_refusals(&refusals).await {
        Ok(()) => Ok(refusals.len()),
        Err(error) => {
            bans.put_back(&refusals);
            Err(error)
        }
    }
}
