//! The memory that a connection keeps for the requests on it until it ends, whatever becomes of their answers.

use std::net::IpAddr;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::STREAMS;
use crate::delivery::Charge;
use crate::http::charged::AnswerMemory;

/// A request, in bytes: the state of its stream, and the head of its answer. hyper tells nobody when that is written.
const SLOT: usize = 3 * 1024;
/// So many are charged at once.
const STEP: usize = 10;

/// See the module. As many requests are charged as there may be at once.
pub(super) struct Slots {
    memory: AnswerMemory,
    /// `None` for a proxy, which is trusted.
    client: Option<IpAddr>,
    used: Mutex<Used>,
    none_left: Notify,
}

#[derive(Default)]
struct Used {
    count: usize,
    charges: Vec<Charge>,
}

impl Slots {
    pub(super) fn new(memory: &AnswerMemory, client: Option<IpAddr>) -> Self {
        Self { memory: memory.clone(), client, used: Mutex::default(), none_left: Notify::new() }
    }

    /// Notes that a request has come.
    pub(super) fn one_more(&self) {
        let Some(client) = self.client else { return };
        let mut used = self.used.lock();
        if used.count < used.charges.len() * STEP {
            used.count += 1;
        } else if used.count < STREAMS as usize {
            match self.memory.charge_connection(client, SLOT * STEP) {
                Some(charge) => {
                    used.charges.push(charge);
                    used.count += 1;
                }
                None => self.none_left.notify_one(),
            }
        }
    }

    /// Waits until a request has come for which there is no memory left.
    pub(super) async fn none_left(&self) {
        self.none_left.notified().await;
    }
}
