//! Transactions that write, and their retries after a conflict.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use msnp::ListVersion;
use sqlx::{AnyConnection, Executor};
use tokio::time::Instant;

use super::connections::{Lent, in_time};
use super::doubts::Doubts;
use super::{Dialect, Fault, SqlStore};
use crate::AccountId;

/// The number of tries of a transaction before its failure is reported. The waits between them (`step_aside`) are a
/// third of a second in all.
pub(super) const ATTEMPTS: u32 = 10;

/// A transaction that writes. Dropped, it ends with its connection.
pub(super) struct Tx {
    lent: Lent,
    pub(super) dialect: Dialect,
    doubts: Arc<Doubts>,
    /// The versions that its commit makes true, for the case that the commit's outcome is not known.
    raised: Vec<(AccountId, ListVersion)>,
}

impl Tx {
    /// When it has to be over.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.lent.deadline()
    }

    /// The connection it is on.
    pub(super) fn lent(&mut self) -> &mut Lent {
        &mut self.lent
    }

    /// Notes that it raises the version of an account's lists.
    pub(super) fn raises(&mut self, account: AccountId, version: ListVersion) -> Result<(), Fault> {
        // Every change of lists comes here, so none is made on top of one in doubt.
        self.doubts.see(account)?;
        self.raised.push((account, version));
        Ok(())
    }

    /// Commits; rolls back where a step was refused or has failed. After a failure the
    /// connection is closed: only so is it certain that the next transaction begins at the beginning.
    pub(super) async fn end<T>(mut self, done: Result<T, Fault>, store: &SqlStore) -> Result<T, Fault> {
        let value = match done {
            Ok(value) => value,
            fault => return self.roll_back(fault).await,
        };
        let deadline = self.deadline();
        let committed =
            in_time(deadline, async { Ok(self.execute(sqlx::raw_sql("COMMIT")).await.map(drop)?) });
        if let Err(fault) = committed.await {
            // Closed first: the question needs a connection, and SQLite has one for writers.
            self.lent.close(&fault).await;
            store.doubt(&self.raised).await;
            return Err(fault);
        }
        // After the commit: it may have gone into a file that was deleted in the meantime, and then is not stored.
        let seen = self.lent.see_files();
        self.lent.give_back();
        if seen.is_err() {
            store.doubt(&self.raised).await;
        }
        seen.map(|()| value)
    }

    /// Undoes everything. A refusal leaves a good connection, which is kept; after a fault of the connection, closing
    /// it is the rollback.
    pub(super) async fn roll_back<T>(mut self, done: Result<T, Fault>) -> Result<T, Fault> {
        if let Err(fault) = &done
            && fault.is_of_connection()
        {
            self.lent.close(fault).await;
            return done;
        }
        let deadline = self.deadline();
        let undone =
            in_time(deadline, async { Ok(self.execute(sqlx::raw_sql("ROLLBACK")).await.map(drop)?) });
        match undone.await {
            Ok(()) => self.lent.give_back(),
            Err(fault) => self.lent.close(&fault).await,
        }
        done
    }
}

impl Deref for Tx {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.lent
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.lent
    }
}

impl SqlStore {
    /// Begins a transaction; on a new connection, where the one that was kept had been lost unnoticed.
    pub(super) async fn begin(&self) -> Result<Tx, Fault> {
        loop {
            self.writers.see_files()?;
            let mut lent = self.writers.lend().await?;
            let begin = self.dialect.begin;
            let deadline = lent.deadline();
            let begun = in_time(deadline, async { Ok(lent.execute(sqlx::raw_sql(begin)).await.map(drop)?) });
            let Err(fault) = begun.await else {
                let (dialect, doubts) = (self.dialect, Arc::clone(&self.doubts));
                return Ok(Tx { lent, dialect, doubts, raised: Vec::new() });
            };
            let again = lent.was_stale(&fault);
            lent.close(&fault).await;
            if !again {
                return Err(fault);
            }
        }
    }
}

/// Waits a little longer each time, so that two transactions in conflict do not meet again.
pub(super) async fn step_aside(attempt: u32) {
    tracing::debug!(attempt, "a transaction met another and is tried again");
    tokio::time::sleep(pause(attempt, std::process::id())).await;
}

/// The wait after this attempt in this process.
fn pause(attempt: u32, process: u32) -> Duration {
    // Nodes differ in it, so that theirs do not meet at the same moments again.
    let spread = u64::from(process) % 7;
    Duration::from_millis((1 << attempt.min(6)) + spread)
}

/// Runs `$work` in a transaction and commits it. A macro, because the type of a closure cannot say yet that its future
/// is `Send` and borrows the transaction.
macro_rules! in_transaction {
    ($store:ident, $tx:ident => $work:expr) => {{
        let operation = async {
            let mut attempt = 0;
            loop {
                attempt += 1;
                let outcome: Result<_, $crate::sql::Fault> = async {
                    let mut transaction = $store.begin().await?;
                    let deadline = transaction.deadline();
                    // The deadline is of the work; `end` has the same for its commit, so all of it is over by then.
                    let done = {
                        let $tx = &mut transaction;
                        $crate::sql::connections::in_time(deadline, $work).await
                    };
                    transaction.end(done, $store).await
                }
                .await;
                match outcome {
                    Err(fault) if fault.is_conflict() && attempt < $crate::sql::transaction::ATTEMPTS => {
                        $crate::sql::transaction::step_aside(attempt).await;
                    }
                    outcome => break Ok(outcome?),
                }
            }
        };
        $crate::measures::measured(&$store.measures.writes, operation).await
    }};
}
pub(super) use in_transaction;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_transaction_steps_aside_for_longer_each_time_and_a_third_of_a_second_in_all() {
        let pauses = [1, 2, 3, 4, 5, 6, 7, 9].map(|attempt| pause(attempt, 700).as_millis());
        assert_eq!(pauses, [2, 4, 8, 16, 32, 64, 64, 64]);
        assert_eq!([701, 702, 706, 707].map(|process| pause(1, process).as_millis()), [3, 4, 8, 2]);
        let begun = Instant::now();
        for attempt in 1..ATTEMPTS {
            step_aside(attempt).await;
        }
        let waited = begun.elapsed().as_millis();
        assert!((318..400).contains(&waited), "{waited} ms");
    }
}
