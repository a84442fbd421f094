//! The threads that every subcommand runs on.

use anyhow::Context;
use tokio::runtime::{Builder, Runtime};

/// Starts them.
pub(crate) fn start() -> anyhow::Result<Runtime> {
    Builder::new_multi_thread().enable_all().build().context("the program's threads cannot be started")
}
