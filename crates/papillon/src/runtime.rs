//! The threads that every subcommand runs on.

use anyhow::Context;
use tokio::runtime::{Builder, Runtime};

/// So many tasks go on before a busy thread looks for what else has come. Each look is a system call: with tokio's 61, a third
/// of those of a busy switchboard were for nothing. A message is a task of 10 µs, so such a look may come 2 ms later.
const TASKS_BETWEEN_LOOKS: u32 = 256;

/// Starts them.
pub(crate) fn start() -> anyhow::Result<Runtime> {
    let mut threads = Builder::new_multi_thread();
    threads.event_interval(TASKS_BETWEEN_LOOKS).enable_all();
    threads.build().context("the program's threads cannot be started")
}
