//! Looks at the store a few times a second: for what others did to accounts, and for changes of which
//! nobody knows whether they were stored.

mod doubts;
mod outage;

use std::sync::Arc;
use std::time::Duration;

use papillon_store::StoreError;

use self::outage::Outage;
use crate::people::account_changes;
use crate::service::Service;

/// How soon a change is seen.
const INTERVAL: Duration = Duration::from_millis(250);

/// Looks until the task is ended.
pub(crate) async fn watch(service: Arc<Service>) {
    let mut seen = None;
    let mut outage = Outage::default();
    loop {
        outage.note(look(&service, &mut seen).await);
        tokio::time::sleep(INTERVAL).await;
    }
}

async fn look(service: &Service, seen: &mut Option<i64>) -> Result<(), StoreError> {
    *seen = Some(account_changes::catch_up(service, *seen).await?);
    doubts::settle(service).await
}
