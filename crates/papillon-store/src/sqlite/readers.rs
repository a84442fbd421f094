//! The readers of lists: threads that each have a connection with prepared statements.
//!
//! A list is read row by row. The driver of the other statements would pass each row from one thread to another, which
//! costs more than the query; here the reading goes to the rows.

#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};

use super::{DatabaseFiles, File, READER};
use crate::sql::Fault;

/// The threads. A list takes a tenth of a millisecond, so a second one is for the time in which one waits for the disk.
const THREADS: usize = 2;
/// The most requests that wait for a thread; further ones wait for their place among them.
const WAITING: usize = 256;

/// A request, made of a connection or of the reason why there is none. It tells whether the connection is still good.
type Job = Box<dyn FnOnce(Result<&File, Fault>) -> bool + Send>;

/// The way to the threads. They end, once nothing waits, when this is dropped.
pub(crate) struct Readers(mpsc::Sender<Job>);

impl Readers {
    /// Starts the threads.
    pub(super) fn start(files: &Arc<DatabaseFiles>) -> Result<Self, Fault> {
        let (queue, jobs) = mpsc::channel(WAITING);
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..THREADS {
            // All of them now: when the file is deleted they read on, and one made later would find nothing.
            let file = files.open(READER)?;
            let (files, jobs) = (Arc::clone(files), Arc::clone(&jobs));
            let thread = thread::Builder::new().name("store-reader".into());
            thread
                .spawn(move || read_all(&files, &jobs, file))
                .map_err(|error| Fault::Outage(format!("no thread can be started: {error}")))?;
        }
        Ok(Self(queue))
    }

    /// Reads.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&File) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |file| {
            if answer.is_closed() {
                return file.is_ok();
            }
            let found = file.and_then(work);
            let is_good = found.as_ref().err().is_none_or(|fault| !fault.is_of_connection());
            // Its caller is gone if it does not hear.
            let _ = answer.send(found);
            is_good
        });
        let gone = || Fault::Outage("the threads that read have ended; restart the service".into());
        self.0.send(job).await.map_err(|_| gone())?;
        answered.await.unwrap_or_else(|_| Err(Fault::Outage("the lists could not be read".into())))
    }
}

/// Reads what comes until nothing can come any more.
fn read_all(files: &DatabaseFiles, jobs: &Mutex<mpsc::Receiver<Job>>, first: File) {
    let mut file = Ok(first);
    // The lock is held while one of the threads waits for a request, and not while it reads.
    while let Some(job) = next(jobs) {
        file = file.or_else(|_| files.open(READER));
        // One request that panics must not end the thread.
        let done = catch_unwind(AssertUnwindSafe(|| job(file.as_ref().map_err(Fault::shared))));
        if !done.unwrap_or(false) {
            file = Err(Fault::Outage("it was closed after a failure".into()));
        }
    }
}

fn next(jobs: &Mutex<mpsc::Receiver<Job>>) -> Option<Job> {
    jobs.lock().blocking_recv()
}
