//! The count of another process's system calls.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// The advice for a machine without a counter.
pub const MISSING: &str = "needs perf with access to tracepoints (Debian: apt-get install linux-perf, run \
                           as root) or strace (apt-get install strace)";
/// The calls counted by name besides their sum.
const NAMED: [&str; 8] =
    ["epoll_wait", "recvfrom", "read", "sendto", "sendmsg", "writev", "futex", "epoll_ctl"];
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

/// The count.
#[derive(Debug)]
pub struct Count {
    /// All of them.
    pub total: f64,
    /// Those that happened most, by name.
    pub named: Vec<(String, f64)>,
    /// The tool.
    pub tool: &'static str,
}

impl Counter {
    /// Starts to count the calls of `process`. An error when no tool can.
    pub fn start(process: u32) -> Result<Self> {
        let process = process.to_string();
        let tool = if works("perf", &["stat", "-e", "raw_syscalls:sys_enter", "true"]) {
            Tool::Perf
        } else if works("strace", &["-V"]) {
            Tool::Strace
        } else {
            bail!(MISSING);
        };
        let mut command = match tool {
            Tool::Perf => {
                let mut events = String::from("raw_syscalls:sys_enter");
                NAMED.iter().for_each(|name| events.extend([",syscalls:sys_enter_", name]));
                let mut command = Command::new("perf");
                command.args(["stat", "-x", ",", "-e", &events, "-p", &process]);
                command
            }
            Tool::Strace => {
                let mut command = Command::new("strace");
                command.args(["-f", "-c", "-U", "calls,name", "-p", &process]);
                command
            }
        };
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        std::thread::sleep(ATTACH);
        Ok(Self { child, tool })
    }

    /// Stops and reads the count.
    pub fn stop(mut self) -> Result<Count> {
        // Both tools print their figures when they are interrupted.
        Command::new("kill").args(["-INT", &self.child.id().to_string()]).status()?;
        let mut text = String::new();
        self.child.stderr.take().context("no output")?.read_to_string(&mut text)?;
        self.child.wait()?;
        let mut counted = Vec::new();
        for line in text.lines() {
            let (count, name) = match self.tool {
                Tool::Perf => {
                    let mut fields = line.split(',');
                    // Count, unit, event.
                    (fields.next(), fields.nth(1))
                }
                Tool::Strace => {
                    let mut fields = line.split_whitespace();
                    (fields.next(), fields.next())
                }
            };
            if let (Some(Ok(count)), Some(name)) = (count.map(str::parse::<f64>), name) {
                counted.push((name.trim_start_matches("syscalls:sys_enter_").to_owned(), count));
            }
        }
        // Perf counts all calls as one more event; strace prints their sum.
        let is_total = |name: &str| name == "raw_syscalls:sys_enter" || name == "total";
        let total = counted.iter().find(|(name, _)| is_total(name)).context("the counter counted nothing")?.1;
        counted.retain(|(name, count)| !is_total(name) && *count > 0.0);
        counted.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        let tool = match self.tool {
            Tool::Perf => "perf stat",
            Tool::Strace => "strace -c",
        };
        Ok(Count { total, named: counted, tool })
    }
}

fn works(tool: &str, words: &[&str]) -> bool {
    let mut command = Command::new(tool);
    command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
