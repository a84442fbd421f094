//! The log of account changes.

use async_trait::async_trait;

use crate::{AccountChange, Result};

/// The log of account changes, one part of [`Store`](crate::Store).
#[async_trait]
pub trait AccountLog: Send + Sync + 'static {
    /// The number of the latest account change; 0 before the first.
    async fn last_change(&self) -> Result<i64>;

    /// The account changes after that number, in order. Those of more than a day ago may be gone.
    async fn changes_after(&self, sequence: i64) -> Result<Vec<AccountChange>>;
}
