//! The cores of the machine: which process runs where.

use anyhow::Result;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The cores of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cores {
    /// The one of the program under measurement.
    One,
    /// Two, for two workers.
    Two,
    /// All.
    All,
    /// The one of the load.
    Load,
}

/// The cores that this process was given at its start.
#[derive(Debug)]
pub struct Machine(Vec<usize>);

impl Machine {
    /// Asks the system. It has to be asked before the process has been put on some core.
    pub fn look() -> Result<Self> {
        let set = sched_getaffinity(None)?;
        Ok(Self((0..CpuSet::MAX_CPU).filter(|core| set.is_set(*core)).collect()))
    }

    /// Puts the calling thread on these cores. The processes and threads that it starts afterwards are there, too.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn move_to(&self, cores: Cores) -> Result<()> {
        let all = self.0.as_slice();
        let chosen = match cores {
            Cores::One => &all[..1],
            Cores::Two => &all[..all.len().min(2)],
            Cores::All => all,
            // With one core only, program and load share it.
            Cores::Load => &all[all.len() - 1..],
        };
        let mut set = CpuSet::new();
        chosen.iter().for_each(|core| set.set(*core));
        Ok(sched_setaffinity(None, &set)?)
    }

    /// The number of cores.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}
