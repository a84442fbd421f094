//! The log of account changes.

use std::time::Duration;

use async_trait::async_trait;

use crate::{AccountChange, Result};

/// The log of account changes, one part of [`Store`](crate::Store).
#[async_trait]
pub trait AccountLog: Send + Sync + 'static {
    /// The number of the latest account change; 0 before the first.
    async fn last_change(&self) -> Result<i64>;

    /// Waits until accounts or bans may have changed since the last call, or an account came to be in doubt, and no
    /// longer than `longest`. The first call returns at once. A change of another process is noticed within a quarter of
    /// a second. It may return early, as it does when the database cannot be asked: a look at it tells.
    async fn wait_for_change(&self, longest: Duration);

    /// The account changes after that number, in order. Those of more than a day ago may be gone.
    async fn changes_after(&self, sequence: i64) -> Result<Vec<AccountChange>>;
}
