//! The processes under measurement, and what the kernel says they cost.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

/// The core of the service, and the one of the load.
const SERVICE_CORE: &str = "0";
const LOAD_CORE: &str = "1";

/// A process started from this program; it ends when this is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    port: u16,
    tickets: HashMap<String, String>,
    /// Where it works; removed after its end.
    _folder: TempDir,
}

/// Puts the process that makes the load on its core, where there are two and `taskset`.
pub fn step_aside() {
    if two_cores() {
        let own = std::process::id().to_string();
        let moved = Command::new("taskset").args(["-a", "-p", "-c", LOAD_CORE, &own]).output();
        if !moved.is_ok_and(|output| output.status.success()) {
            eprintln!("taskset is missing (Debian: apt-get install util-linux): nothing is bound to a core");
        }
    } else {
        eprintln!("there is one core only: service and load share it");
    }
}

fn two_cores() -> bool {
    fs::read_to_string("/sys/devices/system/cpu/online").is_ok_and(|cores| cores.trim() != "0")
}

impl Process {
    /// Starts this program with `words`, on the service's core, and waits until it is ready.
    pub fn start(words: &[&str]) -> Result<Self> {
        Self::start_on(SERVICE_CORE, words)
    }

    /// The same on any core.
    pub fn start_unbound(words: &[&str]) -> Result<Self> {
        Self::start_on("0-1", words)
    }

    fn start_on(cores: &str, words: &[&str]) -> Result<Self> {
        let program = std::env::current_exe()?;
        // In memory where there is a place for that: the disk is not what is measured.
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory)? } else { tempfile::tempdir()? };
        let spawn = |mut command: Command| {
            command
                .args(words)
                .current_dir(folder.path())
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
        };
        let mut bound = Command::new("taskset");
        bound.args(["-c", cores]).arg(&program);
        let child = if two_cores() { spawn(bound) } else { spawn(Command::new(&program)) };
        let child = child.or_else(|_| spawn(Command::new(&program))).context("the child cannot start")?;
        let mut process = Self { child, port: 0, tickets: HashMap::new(), _folder: folder };
        process.read_greeting()?;
        Ok(process)
    }

    fn read_greeting(&mut self) -> Result<()> {
        let output = self.child.stdout.take().context("the child has no output")?;
        for line in BufReader::new(output).lines() {
            let line = line?;
            let words: Vec<&str> = line.split(' ').collect();
            match words.as_slice() {
                ["port", port] => self.port = port.parse()?,
                ["ticket", handle, ticket] => {
                    self.tickets.insert((*handle).into(), (*ticket).into());
                }
                ["ready"] => return Ok(()),
                _ => bail!("the child says {line:?}"),
            }
        }
        bail!("the child has ended")
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The ticket of an account of its.
    pub fn ticket(&self, handle: &str) -> Result<&str> {
        self.tickets.get(handle).map(String::as_str).with_context(|| format!("no ticket for {handle}"))
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The CPU time all its threads have used, in microseconds.
    pub fn cpu(&self) -> Result<f64> {
        let mut nanoseconds = 0_u64;
        for task in fs::read_dir(format!("/proc/{}/task", self.id()))? {
            let text = fs::read_to_string(task?.path().join("schedstat"))?;
            let used = text.split(' ').next().context("an empty schedstat")?;
            nanoseconds += used.parse::<u64>()?;
        }
        Ok(nanoseconds as f64 / 1000.0)
    }

    /// The anonymous memory it occupies, in KiB: heap and stacks, and no part of the program's file.
    pub fn memory(&self) -> Result<f64> {
        let text = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.id()))?;
        let line = text.lines().find_map(|line| line.strip_prefix("Anonymous:"));
        let number = line.and_then(|line| line.split_whitespace().next()).context("no Anonymous line")?;
        Ok(number.parse()?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has nothing to save.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
