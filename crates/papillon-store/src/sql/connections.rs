//! The connections to a database. They are lent one by one, and one that has failed is never used again.

#[cfg(test)]
mod tests;

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, ConnectOptions, Connection, Executor};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::Fault;
use super::reach::Reach;
use super::statement::{At, Runs};
use crate::sqlite::DatabaseFiles;

/// The longest time unused after which a connection to a server is still lent: a router in between may have forgotten
/// an older one.
const FRESH: Duration = Duration::from_secs(300);
/// The time limit for closing a connection.
const GOODBYE: Duration = Duration::from_secs(1);

/// The options of new connections.
pub(crate) struct Source {
    pub(crate) options: AnyConnectOptions,
    /// The first statements on each connection, several at once.
    pub(crate) settings: &'static str,
    /// The time limit of an answer of the database; `None` for a file, which depends on no other process.
    pub(crate) patience: Option<Duration>,
    /// The files in which the database has to be, where it is in files.
    pub(crate) files: Option<Arc<DatabaseFiles>>,
}

impl Source {
    /// Makes a connection.
    pub(crate) async fn connect(&self) -> Result<AnyConnection, Fault> {
        self.see_files()?;
        let connection = in_time(self.deadline(), async {
            let mut connection = self.options.connect().await?;
            connection.execute(sqlx::raw_sql(self.settings)).await?;
            Ok(connection)
        });
        let connection = connection.await?;
        // Once more: the file that was opened now can be another one than that of the other connections.
        self.see_files()?;
        Ok(connection)
    }

    /// Fails when a file of the database is no longer the one that was opened.
    pub(super) fn see_files(&self) -> Result<(), Fault> {
        self.files.as_ref().map_or(Ok(()), |files| files.see())
    }

    fn deadline(&self) -> Option<Instant> {
        self.patience.map(|patience| Instant::now() + patience)
    }
}

/// A number of connections, made when they are needed.
pub(crate) struct Connections {
    pub(super) source: Source,
    pub(super) reach: Reach,
    room: Arc<Semaphore>,
    free: Mutex<Free>,
}

/// Idle connections, the last one used at the end: its cache is the warmest.
#[derive(Default)]
struct Free {
    connections: Vec<(AnyConnection, Instant)>,
    /// Raised when all connections made before are to be thrown away.
    generation: u64,
}

impl Connections {
    pub(crate) fn new(source: Source, most: usize) -> Arc<Self> {
        Arc::new(Self {
            source,
            reach: Reach::default(),
            room: Arc::new(Semaphore::new(most)),
            free: Mutex::default(),
        })
    }

    /// Makes so many connections in advance.
    pub(crate) async fn fill(&self, count: usize) -> Result<(), Fault> {
        for _ in 0..count {
            let connection = self.source.connect().await?;
            self.free.lock().connections.push((connection, Instant::now()));
        }
        Ok(())
    }

    /// Lends a connection, after earlier requests.
    pub(super) async fn lend(self: &Arc<Self>) -> Result<Lent, Fault> {
        // One limit for two waits: a request that waits for a connection up to half of the patience still has all of it
        // for the database, and one that waits longer has the rest.
        let last = self.source.patience.map(|patience| Instant::now() + patience * 3 / 2);
        let lending = in_time(last, async {
            // The semaphore is fair: earlier requests come first. It is never closed.
            let room = Arc::clone(&self.room).acquire_owned().await.map_err(|_| Fault::busy())?;
            // After the wait for room: the server may have fallen silent meanwhile.
            self.reach.see().await?;
            let (kept, generation) = self.take_free();
            let is_new = kept.is_none();
            let connection = match kept {
                Some(connection) => connection,
                None => self.connect().await?,
            };
            let deadline = self.source.deadline();
            let home = Arc::clone(self);
            // Only a request with all of its time proves the server silent; one that was late proves nothing.
            let patient = deadline <= last;
            let deadline = deadline.min(last);
            Ok(Lent { connection, home, generation, is_new, deadline, patient, _room: room })
        });
        match lending.await {
            // A server that did not answer was told apart in `connect`: this one has waited for others only.
            Err(Fault::TimedOut) => Err(Fault::busy()),
            outcome => outcome,
        }
    }

    async fn connect(self: &Arc<Self>) -> Result<AnyConnection, Fault> {
        self.source.connect().await.map_err(|fault| {
            self.judge(&fault, true);
            if matches!(fault, Fault::TimedOut) { Fault::silent() } else { fault }
        })
    }

    /// A kept connection, and the generation to which it, or a new one, belongs. One that is made while all are thrown
    /// away counts as old: it may have been made before the failure.
    fn take_free(&self) -> (Option<AnyConnection>, u64) {
        let mut free = self.free.lock();
        if self.source.patience.is_some()
            && free.connections.last().is_some_and(|(_, at)| at.elapsed() > FRESH)
        {
            // The last one was used last: the others have been unused even longer.
            free.connections.clear();
        }
        (free.connections.pop().map(|(connection, _)| connection), free.generation)
    }

    /// Fails when a file of the database is no longer the one that was opened.
    pub(super) fn see_files(&self) -> Result<(), Fault> {
        self.source.see_files()
    }

    /// Throws all connections away that were made before.
    pub(super) fn forget_all(&self) {
        let mut free = self.free.lock();
        // Those on loan are not in the list: their generation keeps them from coming back to it.
        free.generation += 1;
        free.connections.clear();
    }

    /// Draws the conclusion of a failure for the other connections. With `patient`, the database had all the time that
    /// it may take.
    fn judge(self: &Arc<Self>, fault: &Fault, patient: bool) {
        match fault {
            Fault::TimedOut if patient => self.reach.doubt(self),
            fault if fault.is_disconnect() => self.forget_all(),
            _ => {}
        }
    }
}

/// A connection on loan. Dropped, it is closed: its state is not known.
pub(super) struct Lent {
    connection: AnyConnection,
    home: Arc<Connections>,
    generation: u64,
    is_new: bool,
    deadline: Option<Instant>,
    patient: bool,
    _room: OwnedSemaphorePermit,
}

impl Lent {
    /// When all that is done with it has to be over.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Whether a failure says only that the connection had been lost before it was lent.
    pub(super) fn was_stale(&self, fault: &Fault) -> bool {
        !self.is_new && fault.is_disconnect()
    }

    /// Gives it back, to be used again. The room is free after that, with the drop of `self`: a request that gets it
    /// finds this connection.
    pub(super) fn give_back(self) {
        let mut free = self.home.free.lock();
        if free.generation == self.generation {
            free.connections.push((self.connection, Instant::now()));
        }
    }

    /// Closes it after a failure, with the transaction that was under way on it.
    pub(super) async fn close(self, fault: &Fault) {
        self.home.judge(fault, self.patient);
        // Waited for, so that the locks of its transaction are free. After a second it is dropped.
        let _ = in_time(Some(Instant::now() + GOODBYE), async { Ok(self.connection.close().await?) }).await;
    }
}

impl Deref for Lent {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.connection
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.connection
    }
}

impl Runs for Lent {
    fn at(&mut self) -> At<'_> {
        At::Server(&mut self.connection)
    }
}

/// Does something before a deadline, or not at all.
pub(crate) async fn in_time<T>(
    deadline: Option<Instant>,
    work: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    match deadline {
        None => work.await,
        Some(deadline) => timeout_at(deadline, work).await.unwrap_or(Err(Fault::TimedOut)),
    }
}

/// Reads with a connection of `$store`; again with another one, where it had been lost unnoticed. A macro, because the
/// type of a closure cannot say yet that its future is `Send` and borrows the connection.
macro_rules! reading {
    ($store:ident, $reader:ident => $work:expr) => {{
        let operation = async {
            loop {
                let mut lent = $store.readers.lend().await?;
                let deadline = lent.deadline();
                let outcome = {
                    let $reader = &mut lent;
                    $crate::sql::connections::in_time(deadline, $work).await
                };
                match outcome {
                    Err(fault) if fault.is_of_connection() => {
                        let again = lent.was_stale(&fault);
                        lent.close(&fault).await;
                        // It ends: a lost connection has thrown away all kept ones, and a new one is never stale.
                        if !again {
                            break Err(fault.into());
                        }
                    }
                    outcome => {
                        lent.give_back();
                        break Ok(outcome?);
                    }
                }
            }
        };
        $crate::measures::measured(&$store.measures.reads, operation).await
    }};
}
pub(super) use reading;
