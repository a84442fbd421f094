//! The watch over the store: account changes and bans by others, and list changes with an unknown outcome.

mod bans;
pub(super) mod doubts;
mod outage;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use papillon_store::{Store, StoreError};

use self::bans::Follower;
pub(crate) use self::bans::keep_refusals as keep_ban_refusals;
use self::outage::Outage;
use super::{AccountLocks, Directory, account_changes};
use crate::bans::Bans;
use crate::counts::Health;

/// The least time between two looks, and the time between two while they fail.
const INTERVAL: Duration = Duration::from_millis(250);
/// The most time between two looks, for what no change tells of: refusals of bans to count, and a database that has
/// fallen silent.
const LONGEST: Duration = Duration::from_secs(5);

/// Looks until the task is ended.
pub(crate) async fn watch(
    store: Arc<dyn Store>,
    locks: Arc<AccountLocks>,
    directory: Arc<Directory>,
    bans: Arc<Bans>,
    health: Arc<Health>,
) {
    let mut seen = None;
    let mut follower = Follower::new(bans);
    let mut outage = Outage::default();
    loop {
        // A failure ends nothing: `seen` stays, so the next look catches up.
        let outcome = look(&*store, &locks, &directory, &mut seen, &mut follower).await;
        let is_well = outcome.is_ok();
        health.looked(is_well);
        outage.note(outcome);
        let pause = tokio::time::sleep(INTERVAL);
        if is_well {
            tokio::join!(pause, store.wait_for_change(LONGEST));
        } else {
            pause.await;
        }
    }
}

async fn look(
    store: &dyn Store,
    locks: &AccountLocks,
    directory: &Directory,
    seen: &mut Option<i64>,
    follower: &mut Follower,
) -> Result<(), StoreError> {
    *seen = Some(account_changes::catch_up(store, locks, directory, *seen).await?);
    follower.look(store, locks, directory).await?;
    doubts::settle(store, locks, directory).await
}
