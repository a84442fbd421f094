//! The settings of a run.

use std::fmt;

/// The settings that the rows need.
#[derive(Debug, Clone, Copy)]
pub struct Bench {
    /// Whether everything is small: the figures mean nothing then, but every row has run.
    pub is_short: bool,
}

impl Bench {
    /// The first in a short run, else the second.
    pub fn pick<T>(&self, short: T, full: T) -> T {
        if self.is_short { short } else { full }
    }
}

/// The reason for which a row could not be measured on this machine.
#[derive(Debug)]
pub struct Missing(pub String);

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Missing {}

/// The error of a row that needs something which this machine does not have.
pub fn missing<T>(reason: impl Into<String>) -> anyhow::Result<T> {
    Err(Missing(reason.into()).into())
}

/// Whether a program is in the path.
pub fn is_installed(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}
