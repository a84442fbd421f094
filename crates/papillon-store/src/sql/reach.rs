//! The reachability of a database server.
//!
//! A server that has stopped answering would cost every request its whole time limit, one after the other where they
//! wait for their turn. So the first request that has waited in vain raises a doubt: one task asks the server, and
//! until the server answers all other requests are refused at once.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::Fault;
use super::connections::{Connections, in_time};

/// The time limit of the first question: requests wait for its answer.
const FIRST: Duration = Duration::from_secs(1);
/// The time between two questions.
const INTERVAL: Duration = Duration::from_millis(500);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Answers,
    Doubted,
    Silent,
}

/// The knowledge about the server.
pub(super) struct Reach(watch::Sender<State>);

impl Default for Reach {
    fn default() -> Self {
        Self(watch::Sender::new(State::Answers))
    }
}

impl Reach {
    /// Refuses a request at once while the server is silent; while it is only doubted, waits for the first question.
    pub(super) async fn see(&self) -> Result<(), Fault> {
        if *self.0.borrow() == State::Answers {
            return Ok(());
        }
        let mut changes = self.0.subscribe();
        // `wait_for` looks at the present state first, so no change is missed. The sender is `self`: it cannot be gone.
        let decided = changes.wait_for(|state| *state != State::Doubted).await;
        if decided.is_ok_and(|state| *state == State::Answers) { Ok(()) } else { Err(Fault::silent()) }
    }

    /// Notes that a request has waited in vain.
    pub(super) fn doubt(&self, connections: &Arc<Connections>) {
        // Under the channel's own lock: of many requests that fail together, one starts the task.
        let newly = self.0.send_if_modified(|state| {
            let newly = *state == State::Answers;
            if newly {
                *state = State::Doubted;
            }
            newly
        });
        if newly {
            tokio::spawn(ask(Arc::downgrade(connections)));
        }
    }
}

/// Asks until there is an answer. Weakly, so that a store that is dropped is not kept alive by a silent server.
async fn ask(connections: Weak<Connections>) {
    let since = Instant::now();
    let mut silent = false;
    while let Some(connections) = connections.upgrade() {
        // Kept connections would hang like the one that failed.
        connections.forget_all();
        // Later questions have the limit of `connect` only: no request waits for them.
        let first = (!silent).then(|| Instant::now() + FIRST);
        match in_time(first, connections.source.connect()).await {
            Ok(_) => {
                if silent {
                    tracing::info!(seconds = since.elapsed().as_secs(), "the database answers again");
                }
                connections.reach.0.send_replace(State::Answers);
                return;
            }
            Err(fault) if !silent => {
                silent = true;
                tracing::error!(error = %crate::StoreError::from(fault), "the database does not answer; it is asked until it does");
                connections.reach.0.send_replace(State::Silent);
            }
            Err(_) => {}
        }
        drop(connections);
        tokio::time::sleep(INTERVAL).await;
    }
}
