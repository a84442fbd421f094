//! The tasks of an attack: each goes on until it is stopped.

use std::convert::Infallible;

use anyhow::{Result, bail};
use tokio::task::JoinSet;

use crate::bystanders::panic_message;

/// Attackers at work.
#[derive(Debug, Default)]
pub struct Attackers(JoinSet<Infallible>);

impl Attackers {
    /// Adds one.
    pub fn add(&mut self, task: impl Future<Output = Infallible> + Send + 'static) {
        self.0.spawn(task);
    }

    /// Stops them.
    ///
    /// # Errors
    /// When one had ended by itself: the attack was weaker than the case claims.
    pub async fn stop(mut self) -> Result<()> {
        self.0.abort_all();
        while let Some(ended) = self.0.join_next().await {
            match ended {
                Ok(never) => match never {},
                Err(error) if error.is_cancelled() => {}
                Err(error) => bail!("an attacker has given up: {}", panic_message(error)),
            }
        }
        Ok(())
    }
}
