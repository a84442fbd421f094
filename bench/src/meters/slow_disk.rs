//! A disk that is slow on every machine: `strace` lets each `fsync` of a process take some milliseconds more.
//!
//! On a fast disk a change costs more in the service than on the disk: its rate next to the disk's own does not show how
//! many changes share a write. On this disk it does.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::disk::fsync_rate;
use crate::bench::{is_installed, missing};

/// The word with which this program measures a disk, followed by a folder and a number of milliseconds.
pub const WORD: &str = "--fsync-rate";
const MISSING: &str =
    "needs strace, and the right to trace its own processes (Debian: apt-get install strace)";
/// No call but these two is stopped, and the traced program keeps its process number.
const STRACE: [&str; 11] = [
    "strace",
    "-D",
    "-f",
    "--seccomp-bpf",
    "-qqq",
    "-o",
    "/dev/null",
    "-e",
    "trace=fsync,fdatasync",
    "-e",
    // In microseconds.
    "inject=fsync,fdatasync:delay_exit=5000",
];

/// The words before a program that let each of its `fsync` and `fdatasync` take 5 ms more.
///
/// # Errors
/// When there is no `strace`, or it may not trace.
pub fn wrapper() -> Result<Vec<String>> {
    if !is_installed(STRACE[0]) || !command().arg("true").status()?.success() {
        return missing(MISSING);
    }
    Ok(STRACE.map(str::to_owned).to_vec())
}

/// The number of `fsync` a second on that disk, measured by a process that is slowed in the same way.
///
/// # Errors
/// When that process fails.
pub fn slow_fsync_rate(folder: &Path, time: Duration) -> Result<f64> {
    let mut command = command();
    command.arg(std::env::current_exe()?).arg(WORD).arg(folder).arg(time.as_millis().to_string());
    let output = command.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "the slow disk cannot be measured");
    String::from_utf8_lossy(&output.stdout).trim().parse().context("the slow disk has no rate")
}

/// Measures for that process, and prints the rate.
///
/// # Errors
/// When the folder cannot be written to.
pub fn print_rate(folder: &str, milliseconds: &str) -> Result<()> {
    println!("{}", fsync_rate(Path::new(folder), Duration::from_millis(milliseconds.parse()?))?);
    Ok(())
}

fn command() -> Command {
    let mut command = Command::new(STRACE[0]);
    command.args(&STRACE[1..]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}
