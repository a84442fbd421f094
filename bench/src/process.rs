//! The processes under measurement, and the kernel's figures of their cost.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

/// The core of the service, and the one of the load.
pub const SERVICE_CORE: &str = "0";
const LOAD_CORE: &str = "1";
const ANY_CORE: &str = "0-1";

/// A process started from this program; it ends when this is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    output: BufReader<ChildStdout>,
    port: u16,
    passport: u16,
    tickets: HashMap<String, String>,
    /// The folder that it works in; removed after its end.
    _folder: TempDir,
}

/// Puts the process that makes the load on its core, where there are two and `taskset`.
pub fn step_aside() {
    move_to(LOAD_CORE);
}

/// Lets it run on any core again.
pub fn spread_out() {
    move_to(ANY_CORE);
}

fn move_to(cores: &str) {
    if two_cores() {
        let own = std::process::id().to_string();
        let moved = Command::new("taskset").args(["-a", "-p", "-c", cores, &own]).output();
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
        Self::start_on(ANY_CORE, words)
    }

    fn start_on(cores: &str, words: &[&str]) -> Result<Self> {
        let program = std::env::current_exe()?;
        // In memory where there is a place for that: the disk is not measured.
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
        // Without `taskset` it runs on any core.
        let mut child = child.or_else(|_| spawn(Command::new(&program))).context("the child cannot start")?;
        let output = BufReader::new(child.stdout.take().context("the child has no output")?);
        let tickets = HashMap::new();
        let mut process = Self { child, output, port: 0, passport: 0, tickets, _folder: folder };
        process.read_greeting()?;
        Ok(process)
    }

    fn read_greeting(&mut self) -> Result<()> {
        loop {
            let line = self.hear()?;
            let words: Vec<&str> = line.split(' ').collect();
            match words.as_slice() {
                ["port", port] => self.port = port.parse()?,
                ["passport", port] => self.passport = port.parse()?,
                ["ticket", handle, ticket] => {
                    self.tickets.insert((*handle).into(), (*ticket).into());
                }
                ["ready"] => return Ok(()),
                _ => bail!("the child says {line:?}"),
            }
        }
    }

    /// Gives it a line to read.
    pub fn say(&mut self, line: &str) -> Result<()> {
        let input = self.child.stdin.as_mut().context("the child has no input")?;
        Ok(writeln!(input, "{line}")?)
    }

    /// Waits for the next line that it writes.
    pub fn hear(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            bail!("the child has ended");
        }
        Ok(line.trim_end().to_owned())
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The port that its Passport listens on; 0 when it has none.
    pub fn passport(&self) -> u16 {
        self.passport
    }

    /// The ticket of one of its accounts.
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
        // Threads that have ended are not in it. Those of the service last as long as the service.
        for task in fs::read_dir(format!("/proc/{}/task", self.id()))? {
            let text = fs::read_to_string(task?.path().join("schedstat"))?;
            // The first number is the time on a CPU; the second is the time in the queue, which other work lengthens.
            let used = text.split(' ').next().context("an empty schedstat")?;
            nanoseconds += used.parse::<u64>()?;
        }
        Ok(nanoseconds as f64 / 1000.0)
    }

    /// The anonymous memory it occupies, in KiB: heap and stacks, and no part of the program's file.
    pub fn memory(&self) -> Result<f64> {
        self.field("smaps_rollup", "Anonymous:")
    }

    /// The most memory it ever occupied, in KiB.
    pub fn peak(&self) -> Result<f64> {
        self.field("status", "VmHWM:")
    }

    fn field(&self, file: &str, name: &str) -> Result<f64> {
        let text = fs::read_to_string(format!("/proc/{}/{file}", self.id()))?;
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|line| line.split_whitespace().next());
        Ok(number.with_context(|| format!("no {name} line"))?.parse()?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has nothing to save.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
