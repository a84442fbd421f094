//! The service under measurement: the program that operators run, with its log and its database.

pub mod doors;
mod launch;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use tempfile::TempDir;

pub use self::doors::Doors;
pub use self::launch::{Setup, Under};
use crate::contestant::Program;
use crate::population::People;
use crate::process::Process;

/// The service, which runs. It is killed with this value.
#[derive(Debug)]
pub struct Service {
    process: Option<Process>,
    doors: Doors,
    /// Its accounts.
    pub people: People,
    launch: launch::Launch,
    /// The folder with everything; removed at the end.
    folder: TempDir,
}

impl Service {
    /// Lets the program make its tables, puts the accounts into them, and starts it.
    ///
    /// # Errors
    /// When the program does not start, or its tables take no accounts.
    pub fn start(program: &Program, setup: &Setup) -> Result<Self> {
        let folder = match &setup.disk {
            Some(disk) => tempfile::tempdir_in(disk)?,
            None => folder_in_memory()?,
        };
        let launch = launch::Launch::new(program, setup, folder.path());
        fs::create_dir_all(&launch.data)?;
        // The tables, the keys, and the certificates where there is TLS.
        launch.start(true)?.0.end()?;
        let file = launch.data.join("papillon.db");
        let url = setup.database.clone().unwrap_or_else(|| format!("sqlite://{}", file.display()));
        let people = People::settle(&url, setup.population)?;
        let (process, doors) = launch.start(false)?;
        Ok(Self { process: Some(process), doors, people, launch, folder })
    }

    /// Its process.
    ///
    /// # Panics
    /// Never: it is away within [`Service::restart`] only.
    pub fn process(&self) -> &Process {
        self.process.as_ref().expect("the service runs")
    }

    /// Its addresses.
    pub fn doors(&self) -> &Doors {
        &self.doors
    }

    /// The folder in which it works.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Kills it at once (`kill -9`) and starts it again.
    ///
    /// # Errors
    /// When it does not start.
    pub fn restart(&mut self) -> Result<()> {
        drop(self.process.take());
        let (process, doors) = self.launch.start(false)?;
        (self.process, self.doors) = (Some(process), doors);
        Ok(())
    }
}

/// A folder in memory where there is a place for that: the disk is not measured.
pub fn folder_in_memory() -> Result<TempDir> {
    let memory = Path::new("/dev/shm");
    Ok(if memory.is_dir() { tempfile::tempdir_in(memory)? } else { tempfile::tempdir()? })
}

/// A folder on a disk: `/var/tmp` keeps its files when the machine starts anew, so it is in no memory.
pub fn disk() -> PathBuf {
    let kept = PathBuf::from("/var/tmp");
    if kept.is_dir() { kept } else { std::env::temp_dir() }
}
