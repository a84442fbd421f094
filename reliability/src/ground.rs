//! The ground of a case: a folder, a database with accounts, and the way to start the service on them.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::people::{People, Population};
use crate::program::Launch;
use crate::turn::Turn;

/// The settings of a run.
#[derive(Debug, Clone)]
pub struct Arena {
    /// The program.
    pub program: PathBuf,
    /// The address at which it shows metrics, if it has that.
    pub metrics: Option<SocketAddr>,
    /// Whether cases are shortened.
    pub short: bool,
    /// The turn of the case.
    pub turn: Turn,
}

impl Arena {
    /// The first when the run is short, else the second.
    pub fn pick<T>(&self, short: T, long: T) -> T {
        if self.short { short } else { long }
    }

    /// The number of pairs of bystanders.
    pub fn pairs(&self) -> usize {
        self.pick(10, 50)
    }
}

/// The special wishes of a case.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// The accounts besides the bystanders'.
    pub population: Population,
    /// Settings by their names in variables without the prefix, such as `TIMEOUTS_SIGN_IN`.
    pub settings: Vec<(String, String)>,
    /// Other variables.
    pub variables: Vec<(String, String)>,
    /// Further words of the command line.
    pub words: Vec<String>,
    /// The words before the program.
    pub wrapper: Vec<String>,
    /// The address to listen on; that of the loopback when it is empty.
    pub host: String,
    /// The data folder; one in memory when it is not given.
    pub data: Option<PathBuf>,
    /// The database; one in the data folder when it is not given.
    pub database: Option<String>,
}

impl Setup {
    /// With a setting.
    pub fn set(mut self, name: &str, value: impl ToString) -> Self {
        self.settings.push((name.to_owned(), value.to_string()));
        self
    }
}

/// A folder with a database; the service is not started yet.
pub struct Ground {
    /// The accounts.
    pub people: Arc<People>,
    /// How to start the service.
    pub launch: Launch,
    /// Removed at the end.
    pub folder: TempDir,
}

impl Ground {
    /// Makes the accounts.
    pub async fn lay(arena: &Arena, setup: &Setup) -> Result<Self> {
        // In memory where there is a place for that: a case that is about the disk brings its own.
        let memory = PathBuf::from("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory)? } else { tempfile::tempdir()? };
        let data = setup.data.clone().unwrap_or_else(|| folder.path().join("data"));
        std::fs::create_dir_all(&data)?;
        let file = data.join("papillon.db").to_string_lossy().into_owned();
        let url = setup.database.as_ref().unwrap_or(&file);
        let people = People::make(url, &setup.population).await.context("the accounts cannot be made")?;
        let launch = launch(arena, setup, data, folder.path().join("log"));
        Ok(Self { people: Arc::new(people), launch, folder })
    }
}

fn launch(arena: &Arena, setup: &Setup, data: PathBuf, log: PathBuf) -> Launch {
    let mut variables = setup.variables.clone();
    variables.extend(setup.settings.iter().map(|(name, value)| (format!("PAPILLON_{name}"), value.clone())));
    let mut words = setup.words.clone();
    if let Some(url) = &setup.database {
        words.extend(["--database".to_owned(), url.clone()]);
    }
    if let Some(address) = arena.metrics {
        words.extend(["--metrics".to_owned(), address.to_string()]);
    }
    let host = if setup.host.is_empty() { "127.0.0.1".to_owned() } else { setup.host.clone() };
    Launch {
        program: arena.program.clone(),
        data,
        log,
        host,
        words,
        variables,
        wrapper: setup.wrapper.clone(),
    }
}
