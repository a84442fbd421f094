//! The things that a case needs and not every machine has.

use std::fmt;
use std::process::Command;

use anyhow::Result;

/// The variable that makes a case that cannot run a failure; `.ci/run` sets it.
const REQUIRED: &str = "PAPILLON_REQUIRE_FAULTS";

/// The reason for which a case did not run.
#[derive(Debug)]
pub struct Skipped(pub String);

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Skipped {}

/// The error of a case that cannot run on this machine.
pub fn skip<T>(reason: impl Into<String>) -> Result<T> {
    Err(Skipped(reason.into()).into())
}

/// Whether such a case has failed.
pub fn required() -> bool {
    std::env::var_os(REQUIRED).is_some_and(|value| value == "1")
}

/// Root, for mounts, network namespaces and injected errors.
pub fn root() -> Result<()> {
    let id = Command::new("id").arg("-u").output();
    if id.is_ok_and(|output| output.stdout.trim_ascii() == b"0") { Ok(()) } else { skip("needs root") }
}

/// A program, and the Debian package that has it.
pub fn tool(name: &str, package: &str) -> Result<()> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if std::env::split_paths(&path).any(|folder| folder.join(name).is_file()) {
        return Ok(());
    }
    skip(format!("needs {name} (Debian: apt-get install {package})"))
}
