//! The writer of the file: one thread, which stores changes that come together in one transaction.
//!
//! SQLite has one writer at a time, and a commit waits for the disk. So the changes that have come while the disk was
//! waited for share the next transaction: each has a savepoint of its own, so that one that is refused undoes nothing
//! of the others. A change is acknowledged after the commit, and a commit that fails is the failure of all of them.

mod group;
mod job;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::thread;

use tokio::sync::{mpsc, oneshot};

use self::group::Groups;
use self::job::{Change, Job};
use super::DatabaseFiles;
use crate::sql::{Doubts, Fault, Raised, Tx};

/// The most changes that wait for the thread; further ones wait for their place among them.
const WAITING: usize = 1024;
/// The most changes in one transaction: so the first of them waits for some ten milliseconds at most.
const TOGETHER: usize = 256;

/// The way to the thread. The thread ends, once nothing waits, when this is dropped.
pub(crate) struct Writer {
    queue: mpsc::Sender<Box<dyn Job>>,
    files: Arc<DatabaseFiles>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(files: Arc<DatabaseFiles>, doubts: Arc<Doubts>) -> Result<Self, Fault> {
        let (queue, jobs) = mpsc::channel(WAITING);
        let groups = Groups::new(Arc::clone(&files), doubts)?;
        let thread = thread::Builder::new().name("store".into());
        thread
            .spawn(move || write_all(jobs, groups))
            .map_err(|error| Fault::Outage(format!("no thread can be started: {error}")))?;
        Ok(Self { queue, files })
    }

    /// Makes a change. It is on the disk when this returns, with the versions that it has raised.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl AsyncFn(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<(T, Raised), Fault> {
        self.see_files()?;
        let (answer, answered) = oneshot::channel();
        let job = Box::new(Change::new(work, answer));
        let gone = || {
            Fault::Outage("it takes no change: the thread that writes has ended; restart the service".into())
        };
        self.queue.send(job).await.map_err(|_| gone())?;
        answered.await.unwrap_or_else(|_| Err(Fault::Outage("the change could not be carried out".into())))
    }

    /// Fails when a file of the database is no longer the one that was opened.
    pub(crate) fn see_files(&self) -> Result<(), Fault> {
        self.files.see()
    }
}

/// Carries out what comes until nothing can come any more.
fn write_all(mut jobs: mpsc::Receiver<Box<dyn Job>>, mut groups: Groups) {
    while let Some(first) = jobs.blocking_recv() {
        let mut group = vec![first];
        while group.len() < TOGETHER
            && let Ok(next) = jobs.try_recv()
        {
            group.push(next);
        }
        groups.carry_out(group);
    }
}
