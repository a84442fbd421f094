//! The kernel's figures of a process.

use std::fs;

use anyhow::{Context, Result};

/// The figures of one moment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Figures {
    /// Resident memory, in KiB, without the pages of the program's file: those come and go with the page cache.
    pub memory: u64,
    /// The most resident memory so far, in KiB, with the pages of the program's file.
    pub peak: u64,
    /// Open files and sockets.
    pub files: usize,
    /// Threads.
    pub threads: u64,
}

impl Figures {
    /// Reads the figures of a process.
    ///
    /// # Errors
    /// When the process has ended.
    pub fn of(process: u32) -> Result<Self> {
        let status = fs::read_to_string(format!("/proc/{process}/status"))?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_whitespace().next());
            Ok::<u64, anyhow::Error>(number.with_context(|| format!("no {name} line"))?.parse()?)
        };
        let files = fs::read_dir(format!("/proc/{process}/fd"))?.count();
        let memory = field("RssAnon:")? + field("RssShmem:")?;
        Ok(Self { memory, peak: field("VmHWM:")?, files, threads: field("Threads:")? })
    }

    /// Whether the memory is back where it was: within a tenth and 5 MiB.
    pub fn is_back(&self, before: &Self) -> bool {
        self.memory <= before.memory + before.memory / 10 + 5 * 1024
    }
}

/// KiB as MiB, to a tenth.
pub fn mebibytes(kibibytes: u64) -> String {
    format!("{:.1}", kibibytes as f64 / 1024.0)
}
