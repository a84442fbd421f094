//! Transactions that write, and trying again when two of them got in each other's way.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use sqlx::{Any, AnyConnection, Transaction};

use super::{Dialect, Fault, SqlStore};

/// How often a transaction is tried before its failure is reported.
pub(super) const ATTEMPTS: u32 = 10;

/// A transaction that writes.
pub(super) struct Tx {
    inner: Transaction<'static, Any>,
    pub(super) dialect: Dialect,
}

impl Tx {
    pub(super) async fn commit(self) -> Result<(), Fault> {
        Ok(self.inner.commit().await?)
    }
}

impl Deref for Tx {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.inner
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }
}

impl SqlStore {
    pub(super) async fn begin(&self) -> Result<Tx, Fault> {
        let inner = self.writers.begin_with(self.dialect.begin).await?;
        Ok(Tx { inner, dialect: self.dialect })
    }
}

/// Waits a little longer each time, so that those who collided do not meet again.
pub(super) async fn step_aside(attempt: u32) {
    tracing::debug!(attempt, "a transaction met another and is tried again");
    let spread = u64::from(std::process::id()) % 7;
    tokio::time::sleep(Duration::from_millis((1 << attempt.min(6)) + spread)).await;
}

/// Runs `$work` in a transaction and commits it. A macro, because a closure cannot say yet that
/// the future it returns is `Send` and borrows the transaction.
macro_rules! in_transaction {
    ($store:ident, $tx:ident => $work:expr) => {{
        let mut attempt = 0;
        loop {
            attempt += 1;
            let outcome: Result<_, $crate::sql::Fault> = async {
                let mut transaction = $store.begin().await?;
                let $tx = &mut transaction;
                let value = $work.await?;
                transaction.commit().await?;
                Ok(value)
            }
            .await;
            match outcome {
                Err(fault) if fault.is_conflict() && attempt < $crate::sql::transaction::ATTEMPTS => {
                    $crate::sql::transaction::step_aside(attempt).await;
                }
                outcome => break Ok(outcome?),
            }
        }
    }};
}
pub(super) use in_transaction;
