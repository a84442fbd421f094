//! The watch over the store, a few times a second: account changes by others, and list changes with an unknown
//! outcome.

mod doubts;
mod outage;

use std::sync::Arc;
use std::time::Duration;

use papillon_store::{Store, StoreError};

use self::outage::Outage;
use super::{AccountLocks, Directory, account_changes};

/// The time until a change is noticed, at most.
const INTERVAL: Duration = Duration::from_millis(250);

/// Looks until the task is ended.
pub(crate) async fn watch(store: Arc<dyn Store>, locks: Arc<AccountLocks>, directory: Arc<Directory>) {
    let mut seen = None;
    let mut outage = Outage::default();
    loop {
        // A failure ends nothing: `seen` stays, so the next look catches up.
        outage.note(look(&*store, &locks, &directory, &mut seen).await);
        tokio::time::sleep(INTERVAL).await;
    }
}

async fn look(
    store: &dyn Store,
    locks: &AccountLocks,
    directory: &Directory,
    seen: &mut Option<i64>,
) -> Result<(), StoreError> {
    *seen = Some(account_changes::catch_up(store, locks, directory, *seen).await?);
    doubts::settle(store, locks, directory).await
}
