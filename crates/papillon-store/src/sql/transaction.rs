//! Transactions that write, and their retries after a conflict.
//!
//! On PostgreSQL each is a transaction of the server, on a connection that is lent for it. On SQLite changes that come
//! together share one, see [`Writer`].

use std::sync::Arc;
use std::time::Duration;

use msnp::ListVersion;
use sqlx::{AnyConnection, Executor};

use super::connections::{Connections, Lent, in_time};
use super::doubts::Doubts;
use super::statement::{At, Runs};
use super::{Fault, SqlStore};
use crate::AccountId;
use crate::sqlite::{File, Writer};

/// The number of tries of a transaction before its failure is reported. The waits between them ([`pause`]) are a
/// third of a second in all.
pub(crate) const ATTEMPTS: u32 = 10;

/// Where changes are written.
pub(crate) enum Writers {
    File(Writer),
    Server(Arc<Connections>),
}

/// The versions that a transaction raises.
pub(crate) type Raised = Vec<(AccountId, ListVersion)>;

/// A change of the database, in a transaction that is under way.
pub(crate) struct Tx<'c> {
    at: At<'c>,
    doubts: &'c Doubts,
    raised: Raised,
}

impl<'c> Tx<'c> {
    pub(crate) fn on_file(file: &'c mut File, doubts: &'c Doubts) -> Self {
        Self { at: At::File(file), doubts, raised: Raised::new() }
    }

    pub(super) fn on_server(connection: &'c mut AnyConnection, doubts: &'c Doubts) -> Self {
        Self { at: At::Server(connection), doubts, raised: Raised::new() }
    }

    /// Whether writers work side by side and have to lock the accounts they are about to change.
    pub(super) fn locks_rows(&self) -> bool {
        matches!(self.at, At::Server(_))
    }

    /// Notes that it raises the version of an account's lists.
    pub(crate) fn raises(&mut self, account: AccountId, version: ListVersion) -> Result<(), Fault> {
        // Every change of lists comes here, so none is made on top of one in doubt.
        self.doubts.see(account)?;
        self.raised.push((account, version));
        Ok(())
    }

    /// The versions that its commit makes true, for the case that the commit's outcome is not known.
    pub(crate) fn into_raised(self) -> Raised {
        self.raised
    }
}

impl Runs for Tx<'_> {
    fn at(&mut self) -> At<'_> {
        match &mut self.at {
            At::File(file) => At::File(file),
            At::Server(connection) => At::Server(connection),
        }
    }
}

impl SqlStore {
    /// Begins a transaction on a server; on a new connection, where the one that was kept had been lost unnoticed.
    pub(super) async fn begin(&self, connections: &Arc<Connections>) -> Result<Lent, Fault> {
        loop {
            let mut lent = connections.lend().await?;
            let deadline = lent.deadline();
            let begun =
                in_time(deadline, async { Ok(lent.execute(sqlx::raw_sql("BEGIN")).await.map(drop)?) });
            let Err(fault) = begun.await else { return Ok(lent) };
            let again = lent.was_stale(&fault);
            lent.close(&fault).await;
            if !again {
                return Err(fault);
            }
        }
    }

    /// Commits; rolls back where a step was refused or has failed. After a failure the connection is closed: only so is
    /// it certain that the next transaction begins at the beginning.
    pub(super) async fn end<T>(
        &self,
        mut lent: Lent,
        done: Result<T, Fault>,
        raised: Raised,
    ) -> Result<T, Fault> {
        let value = match done {
            Ok(value) => value,
            fault => return roll_back(lent, fault).await,
        };
        let deadline = lent.deadline();
        let committed =
            in_time(deadline, async { Ok(lent.execute(sqlx::raw_sql("COMMIT")).await.map(drop)?) });
        if let Err(fault) = committed.await {
            lent.close(&fault).await;
            self.doubt(&raised).await;
            return Err(fault);
        }
        lent.give_back();
        Ok(value)
    }

    /// Carries a change out on SQLite.
    pub(super) async fn write_to_file<T: Send + 'static>(
        &self,
        writer: &Writer,
        work: impl AsyncFn(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let (value, raised) = writer.write(work).await?;
        // After the commit: it may have gone into a file that was deleted in the meantime, and then is not stored.
        if let Err(fault) = writer.see_files() {
            self.doubt(&raised).await;
            return Err(fault);
        }
        Ok(value)
    }
}

/// Undoes everything. A refusal leaves a good connection, which is kept; after a fault of the connection, closing
/// it is the rollback.
pub(super) async fn roll_back<T>(mut lent: Lent, done: Result<T, Fault>) -> Result<T, Fault> {
    if let Err(fault) = &done
        && fault.is_of_connection()
    {
        lent.close(fault).await;
        return done;
    }
    let deadline = lent.deadline();
    let undone = in_time(deadline, async { Ok(lent.execute(sqlx::raw_sql("ROLLBACK")).await.map(drop)?) });
    match undone.await {
        Ok(()) => lent.give_back(),
        Err(fault) => lent.close(&fault).await,
    }
    done
}

/// Waits a little longer each time, so that two transactions in conflict do not meet again.
pub(super) async fn step_aside(attempt: u32) {
    tracing::debug!(attempt, "a transaction met another and is tried again");
    tokio::time::sleep(pause(attempt, std::process::id())).await;
}

/// The wait after this attempt in this process.
pub(crate) fn pause(attempt: u32, process: u32) -> Duration {
    // Nodes differ in it, so that theirs do not meet at the same moments again.
    let spread = u64::from(process) % 7;
    Duration::from_millis((1 << attempt.min(6)) + spread)
}

/// Carries out `$work` in a transaction and commits it. The values in brackets are those that it borrows: SQLite has a
/// thread for it, which gets copies of them. A macro, because the type of a closure cannot say yet that its future is
/// `Send` and borrows the transaction.
macro_rules! in_transaction {
    ($store:ident, $tx:ident, [$($kept:ident),*] => $work:expr) => {{
        let operation = async {
            let connections = match &$store.writers {
                $crate::sql::transaction::Writers::Server(connections) => connections,
                $crate::sql::transaction::Writers::File(writer) => {
                    $(let $kept = $kept.to_owned();)*
                    let work = async move |$tx: &mut $crate::sql::Tx<'_>| {
                        $(let $kept = &$kept;)*
                        $work.await
                    };
                    return Ok($store.write_to_file(writer, work).await?);
                }
            };
            $(let $kept = &$kept;)*
            let mut attempt = 0;
            loop {
                attempt += 1;
                let outcome: Result<_, $crate::sql::Fault> = async {
                    let mut lent = $store.begin(connections).await?;
                    let deadline = lent.deadline();
                    let mut transaction = $crate::sql::Tx::on_server(&mut lent, &$store.doubts);
                    // The deadline is of the work; `end` has the same for its commit, so all of it is over by then.
                    let done = {
                        let $tx = &mut transaction;
                        $crate::sql::connections::in_time(deadline, $work).await
                    };
                    let raised = transaction.into_raised();
                    $store.end(lent, done, raised).await
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
    use tokio::time::Instant;

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
