//! The side that commands come from, and the things that they may use while they are carried out.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::{Semaphore, mpsc, watch};

use super::answer::{Fields, answer};
use super::{Context, Rejection};

/// The side from which the commands come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The program's own standard input: all events go to its output, and it may end the program.
    Owner,
    /// Another command. It gets the progress of its own files, and they end when it disconnects.
    Guest,
}

/// The things that a command may use while it is carried out.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) context: Context,
    pub(super) origin: Origin,
    /// For events besides the answer.
    pub(super) out: mpsc::Sender<Value>,
    /// Whether the asking side is gone.
    pub(super) hung_up: watch::Receiver<bool>,
    /// For changes of the account; those that wait are served in their order.
    pub(super) turn: Arc<Semaphore>,
}

impl Desk {
    pub(super) async fn answer(&self, id: &Value, outcome: Result<Fields, Rejection>) {
        self.tell(answer(id, outcome)).await;
    }

    pub(super) async fn tell(&self, line: Value) {
        // An error means that nobody is there to hear it.
        let _ = self.out.send(line).await;
    }
}
