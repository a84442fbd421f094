//! The command line of the service, and its start.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::Doors;
use crate::contestant::Program;
use crate::cores::Cores;
use crate::meters::{instructions, slow_disk};
use crate::population::Population;
use crate::process::Process;

/// How the service of a row is set up.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The accounts.
    pub population: Population,
    /// The cores.
    pub cores: Cores,
    /// A folder on the disk for its files; without it they are in memory.
    pub disk: Option<PathBuf>,
    /// The database; an SQLite file when it is not given.
    pub database: Option<String>,
    /// Further words of the command line.
    pub words: &'static [&'static str],
    /// The tool under which it runs.
    pub under: Under,
}

/// A tool that runs the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Under {
    /// None: the service runs by itself.
    Nothing,
    /// A count of its instructions.
    Callgrind,
    /// A disk on which each `fsync` takes longer.
    SlowDisk,
}

impl Setup {
    /// On one core, in memory.
    pub fn new(population: Population) -> Self {
        let under = Under::Nothing;
        Self { population, cores: Cores::One, disk: None, database: None, words: &[], under }
    }

    /// The same on other cores.
    pub fn on(self, cores: Cores) -> Self {
        Self { cores, ..self }
    }
}

/// The means to start the service again and again.
#[derive(Debug)]
pub(super) struct Launch {
    program: Program,
    setup: Setup,
    /// The data folder.
    pub(super) data: PathBuf,
    log: PathBuf,
    folder: PathBuf,
}

impl Launch {
    pub(super) fn new(program: &Program, setup: &Setup, folder: &Path) -> Self {
        Self {
            program: program.clone(),
            setup: setup.clone(),
            data: folder.join("data"),
            log: folder.join("log"),
            folder: folder.to_owned(),
        }
    }

    /// Starts the program and waits until it is ready; `plainly` means without the tool.
    pub(super) fn start(&self, plainly: bool) -> Result<(Process, Doors)> {
        let mut words = match self.setup.under {
            Under::Callgrind if !plainly => instructions::wrapper(&self.folder)?,
            Under::SlowDisk if !plainly => slow_disk::wrapper()?,
            _ => Vec::new(),
        };
        words.push(self.program.path.to_string_lossy().into_owned());
        words.extend(["serve", "--msnp", "127.0.0.1:0", "--http", "127.0.0.1:0"].map(str::to_owned));
        if !self.setup.words.contains(&"--https") {
            words.extend(["--https", "none"].map(str::to_owned));
        }
        words.extend(self.setup.words.iter().map(|word| (*word).to_owned()));
        words.extend(["--data".to_owned(), self.data.to_string_lossy().into_owned()]);
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        for (name, _) in std::env::vars_os() {
            // Nothing of the caller's settings.
            if name.to_string_lossy().starts_with("PAPILLON_") {
                command.env_remove(name);
            }
        }
        if let Some(url) = &self.setup.database {
            command.env("PAPILLON_DATABASE", url);
        }
        if let Some(workers) = self.program.workers {
            command.env("TOKIO_WORKER_THREADS", workers.to_string());
        }
        let log = File::options().create(true).append(true).open(&self.log)?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut process = Process::start(&mut command, self.setup.cores)?;
        let mut output = BufReader::new(process.child().stdout.take().context("no output")?).lines();
        let mut said = Vec::new();
        loop {
            match output.next().transpose()? {
                Some(line) if line == "ready" => break,
                Some(line) => said.push(line),
                None => bail!("the service ended before it was ready: {}", self.tail()),
            }
        }
        // Its later output is read and thrown away: a full pipe would hold it up.
        std::thread::spawn(move || output.for_each(drop));
        Ok((process, Doors::read(&said)?))
    }

    /// The last lines of the log, for an error.
    fn tail(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(5)..].join("\n")
    }
}
