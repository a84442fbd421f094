//! The command line of the service, and its start.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::Doors;
use crate::contestant::Program;
use crate::cores::Cores;
use crate::meters::instructions;
use crate::population::Population;
use crate::process::Process;

/// The special wishes of a row.
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
    /// Whether its instructions are counted: it runs under callgrind then.
    pub is_counted: bool,
}

impl Setup {
    /// On one core, in memory.
    pub fn new(population: Population) -> Self {
        Self { population, cores: Cores::One, disk: None, database: None, words: &[], is_counted: false }
    }

    /// The same on other cores.
    pub fn on(self, cores: Cores) -> Self {
        Self { cores, ..self }
    }
}

/// What it takes to start the service again and again.
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

    /// Starts the program and waits until it is ready; `plainly` means without the meter.
    pub(super) fn start(&self, plainly: bool) -> Result<(Process, Doors)> {
        let is_counted = self.setup.is_counted && !plainly;
        let mut words = if is_counted { instructions::wrapper(&self.folder)? } else { Vec::new() };
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
