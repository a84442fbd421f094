//! The transactions of the writer, each with several changes.

use std::sync::Arc;
use std::thread;

use super::job::{Done, Job, now};
use crate::sql::{ATTEMPTS, Doubts, Fault, Raised, Tx, pause, stored_version};
use crate::sqlite::{DatabaseFiles, File, WRITER};

/// The checkpoint after a failure. A commit that failed has left its pages in the log. No open connection reads them,
/// but one that opens the database after a crash would: so the log is emptied.
const MEND: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// The connection that writes.
pub(super) struct Groups {
    files: Arc<DatabaseFiles>,
    doubts: Arc<Doubts>,
    /// None after a failure, until the next transaction: closing it is the rollback.
    file: Option<File>,
}

/// The step at which a transaction was lost.
enum Lost {
    Begin(Fault),
    Change(Fault),
    Commit(Fault),
}

impl Groups {
    pub(super) fn new(files: Arc<DatabaseFiles>, doubts: Arc<Doubts>) -> Result<Self, Fault> {
        let file = Some(files.open(WRITER)?);
        Ok(Self { files, doubts, file })
    }

    /// Makes these changes in one transaction, and answers each after its commit.
    pub(super) fn carry_out(&mut self, mut jobs: Vec<Box<dyn Job>>) {
        jobs.retain(|job| job.is_wanted());
        if jobs.is_empty() {
            return;
        }
        match self.transact(&mut jobs) {
            Ok(()) => jobs.into_iter().for_each(|job| job.answer()),
            // Nothing was stored, and it is one change's failure: the others are made without it.
            Err(Lost::Change(_)) if jobs.len() > 1 => {
                jobs.into_iter().for_each(|job| self.carry_out(vec![job]));
            }
            Err(Lost::Begin(fault) | Lost::Change(fault)) => fail(jobs, &fault),
            Err(Lost::Commit(fault)) => {
                let raised: Raised = jobs.iter().flat_map(|job| job.raised()).copied().collect();
                // Before the answers: the next change of these accounts must find them in doubt.
                self.doubt(&raised);
                fail(jobs, &fault);
            }
        }
    }

    fn transact(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<(), Lost> {
        let mut file = self.begin().map_err(Lost::Begin)?;
        let changed = change(&mut file, &self.doubts, jobs).map_err(Lost::Change)?;
        let end = if changed { "COMMIT" } else { "ROLLBACK" };
        file.execute(end, &[]).map_err(Lost::Commit)?;
        self.file = Some(file);
        Ok(())
    }

    /// Begins a transaction, and takes the connection out until its end.
    fn begin(&mut self) -> Result<File, Fault> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => self.reopen()?,
        };
        for attempt in 1.. {
            // IMMEDIATE takes the write lock first: a transaction that reads first and then wants to write can find its
            // snapshot overtaken, and would have to begin again.
            let Err(fault) = file.execute("BEGIN IMMEDIATE", &[]) else { break };
            if fault.is_conflict() && attempt < ATTEMPTS {
                thread::sleep(pause(attempt, std::process::id()));
                continue;
            }
            if fault.is_busy() {
                // Another process writes. The connection is as good as before.
                self.file = Some(file);
            }
            return Err(fault);
        }
        Ok(file)
    }

    /// Makes the connection again after a failure.
    fn reopen(&self) -> Result<File, Fault> {
        // On a connection of its own, which reads the log anew.
        let mended = self.files.open(WRITER).and_then(|mut file| file.rows(MEND, &[]).map(drop));
        if let Err(fault) = mended {
            tracing::debug!(error = %crate::StoreError::from(fault), "nothing could be mended");
        }
        self.files.open(WRITER)
    }

    /// Looks whether a commit that failed was stored all the same, as [`SqlStore::doubt`](crate::sql::SqlStore::doubt).
    fn doubt(&mut self, raised: &Raised) {
        let Some((account, _)) = raised.first() else { return };
        let stored = self.begin().and_then(|mut file| {
            let found = now(stored_version(&mut Tx::on_file(&mut file, &self.doubts), *account));
            file.execute("ROLLBACK", &[])?;
            self.file = Some(file);
            found
        });
        self.doubts.note(raised, stored);
    }
}

/// Makes the changes, and tells whether there were any.
fn change(file: &mut File, doubts: &Doubts, jobs: &mut [Box<dyn Job>]) -> Result<bool, Fault> {
    let mut changed = false;
    for job in jobs {
        file.execute("SAVEPOINT one", &[])?;
        match job.run(Tx::on_file(file, doubts))? {
            Done::Changed => changed = true,
            Done::Refused => {
                file.execute("ROLLBACK TO one", &[])?;
            }
        }
        file.execute("RELEASE one", &[])?;
    }
    Ok(changed)
}

fn fail(jobs: Vec<Box<dyn Job>>, fault: &Fault) {
    for job in jobs {
        job.fail(fault.shared());
    }
}
