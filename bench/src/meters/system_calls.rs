//! The count of another process's system calls.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::bench::missing;

/// The advice for a machine without a counter.
const MISSING: &str = "needs perf with access to tracepoints (Debian: apt-get install linux-perf, run \
                           as root) or strace with the right to attach (apt-get install strace)";
/// All of them, whatever their names.
const EVENT: &str = "raw_syscalls:sys_enter";
/// Until the counter has taken hold of the process.
const ATTACH: Duration = Duration::from_millis(700);

/// A running count.
#[derive(Debug)]
pub struct Counter {
    child: Child,
    tool: Tool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tool {
    Perf,
    Strace,
}

impl Counter {
    /// Starts to count the calls of `process`. An error when no tool can.
    pub fn start(process: u32) -> Result<Self> {
        let process = process.to_string();
        let tool = if works("perf", &["stat", "-e", EVENT, "true"]) {
            Tool::Perf
        } else if works("strace", &["-V"]) {
            Tool::Strace
        } else {
            return missing(MISSING);
        };
        let mut command = match tool {
            Tool::Perf => {
                let mut command = Command::new("perf");
                command.args(["stat", "-x", ",", "-e", EVENT, "-p", &process]);
                command
            }
            Tool::Strace => {
                let mut command = Command::new("strace");
                command.args(["-f", "-c", "-U", "calls,name", "-p", &process]);
                command
            }
        };
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        std::thread::sleep(ATTACH);
        if child.try_wait()?.is_some() {
            // It may not look into the processes of its own user (`kernel.yama.ptrace_scope`).
            return missing(MISSING);
        }
        Ok(Self { child, tool })
    }

    /// Stops, and returns the number of calls.
    ///
    /// # Errors
    /// When the tool says nothing that can be read.
    pub fn stop(mut self) -> Result<f64> {
        // Both tools print their figures when they are interrupted.
        Command::new("kill").args(["-INT", &self.child.id().to_string()]).status()?;
        let mut text = String::new();
        self.child.stderr.take().context("no output")?.read_to_string(&mut text)?;
        self.child.wait()?;
        let line = text.lines().find(|line| match self.tool {
            Tool::Perf => line.contains(EVENT),
            Tool::Strace => line.trim_end().ends_with(" total"),
        });
        // Either begins with the number.
        let number = line.and_then(|line| line.split([',', ' ']).find(|field| !field.is_empty()));
        Ok(number.context("the counter counted nothing")?.parse()?)
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        // It has ended, unless the work that was counted has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn works(tool: &str, words: &[&str]) -> bool {
    let mut command = Command::new(tool);
    command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
