//! A process under measurement, and the kernel's figures of its cost.

use std::fs;
use std::process::{Child, Command};
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};

use crate::cores::{Cores, Machine};

static MACHINE: OnceLock<Machine> = OnceLock::new();

/// The length of a tick of `/proc/PID/stat`, the same on every Linux of today.
const TICK: f64 = 10_000.0;
/// The time after which a process that does nothing is taken to be done.
const QUIET: Duration = Duration::from_millis(20);
/// The number of such times in a row.
const QUIET_TIMES: usize = 3;

/// A process that was started here. It is killed with this value.
#[derive(Debug)]
pub struct Process(Child);

/// Looks at the machine. The first call has to come before any other of this module.
///
/// # Errors
/// When the system does not tell.
pub fn machine() -> Result<&'static Machine> {
    if let Some(machine) = MACHINE.get() {
        return Ok(machine);
    }
    let machine = Machine::look()?;
    Ok(MACHINE.get_or_init(|| machine))
}

impl Process {
    /// Starts it on these cores.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(command: &mut Command, cores: Cores) -> Result<Self> {
        let machine = machine()?;
        let before = rustix::thread::sched_getaffinity(None)?;
        // A process starts where its parent is.
        machine.move_to(cores)?;
        let child = command.spawn();
        rustix::thread::sched_setaffinity(None, &before)?;
        Ok(Self(child.with_context(|| format!("{:?} cannot be started", command.get_program()))?))
    }

    /// The child itself, for its input and output.
    pub fn child(&mut self) -> &mut Child {
        &mut self.0
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// The CPU time of its threads, in microseconds. That of threads which have ended is not in it.
    ///
    /// # Errors
    /// When it has ended.
    pub fn cpu(&self) -> Result<f64> {
        let mut nanoseconds = 0_u64;
        for task in fs::read_dir(format!("/proc/{}/task", self.id()))? {
            // A thread may end in between.
            let Ok(text) = fs::read_to_string(task?.path().join("schedstat")) else { continue };
            // The first number is the time on a CPU; the second is the time in the queue, which other work lengthens.
            let used = text.split(' ').next().context("an empty schedstat")?;
            nanoseconds += used.parse::<u64>()?;
        }
        Ok(nanoseconds as f64 / 1000.0)
    }

    /// The CPU time of all its threads, also of those that have ended, in microseconds, to a hundredth of a second.
    ///
    /// # Errors
    /// When it has ended.
    pub fn cpu_of_all_threads(&self) -> Result<f64> {
        let text = fs::read_to_string(format!("/proc/{}/stat", self.id()))?;
        // The name of the program, in brackets, may have blanks.
        let (_, fields) = text.rsplit_once(')').context("an unknown form of stat")?;
        let mut fields = fields.split_whitespace().skip(11).map(str::parse::<f64>);
        let (user, system) = (fields.next().context("no utime")??, fields.next().context("no stime")??);
        Ok((user + system) * TICK)
    }

    /// Waits until it does nothing any more, apart from what it does by the clock.
    ///
    /// # Errors
    /// When it has ended.
    pub fn settle(&self) -> Result<()> {
        let mut quiet = 0;
        let mut before = self.cpu()?;
        while quiet < QUIET_TIMES {
            std::thread::sleep(QUIET);
            let now = self.cpu()?;
            // A look at the database and the timers take less than this share of the time.
            let is_quiet = now - before < QUIET.as_micros() as f64 / 20.0;
            quiet = if is_quiet { quiet + 1 } else { 0 };
            before = now;
        }
        Ok(())
    }

    /// The anonymous memory it occupies, in KiB: heap and stacks, and no part of the program's file.
    ///
    /// # Errors
    /// When it has ended.
    pub fn memory(&self) -> Result<f64> {
        self.field("smaps_rollup", "Anonymous:")
    }

    /// The most memory it ever occupied, in KiB.
    ///
    /// # Errors
    /// When it has ended.
    pub fn peak(&self) -> Result<f64> {
        self.field("status", "VmHWM:")
    }

    fn field(&self, file: &str, name: &str) -> Result<f64> {
        let text = fs::read_to_string(format!("/proc/{}/{file}", self.id()))?;
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|line| line.split_whitespace().next());
        Ok(number.with_context(|| format!("no {name} line"))?.parse()?)
    }

    /// Asks it to end in good order, and waits for that.
    ///
    /// # Errors
    /// When it does not exist any more.
    pub fn end(mut self) -> Result<()> {
        let id = i32::try_from(self.id()).ok().and_then(Pid::from_raw).context("a strange process number")?;
        kill_process(id, Signal::TERM)?;
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has nothing to save, or has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
