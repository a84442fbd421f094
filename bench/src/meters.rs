//! The meters: what a process costs that its CPU time does not tell.

pub mod disk;
pub mod instructions;
pub mod slow_disk;
pub mod system_calls;
