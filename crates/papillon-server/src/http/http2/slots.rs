//! The memory that hyper keeps for the requests of a connection until that ends. It grows with the number of requests at
//! once, and never shrinks.

use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::delivery::Charge;
use crate::http::charged::AnswerMemory;

/// A request, in bytes: its place in hyper's tables of streams, and of parts of answers.
const SLOT: usize = 6 * 1024;
/// So many are charged at once.
const STEP: usize = 5;

/// See the module.
pub(super) struct Slots {
    memory: AnswerMemory,
    /// `None` for a proxy, which is trusted.
    client: Option<IpAddr>,
    used: Mutex<Used>,
    none_left: Notify,
}

#[derive(Default)]
struct Used {
    now: usize,
    /// One for each step.
    charges: Vec<Charge>,
}

/// A request that hyper has, until the last byte of its answer is written.
pub(super) struct Slot {
    slots: Arc<Slots>,
    is_kept: bool,
}

impl Slots {
    pub(super) fn new(memory: &AnswerMemory, client: Option<IpAddr>) -> Self {
        Self { memory: memory.clone(), client, used: Mutex::default(), none_left: Notify::new() }
    }

    /// Counts a request.
    pub(super) fn take(self: &Arc<Self>) -> Slot {
        let mut used = self.used.lock();
        used.now += 1;
        if let Some(client) = self.client
            && used.now > used.charges.len() * STEP
            && used.charges.len() * STEP < super::STREAMS as usize
        {
            match self.memory.charge_connection(client, SLOT * STEP) {
                Some(charge) => used.charges.push(charge),
                None => self.none_left.notify_one(),
            }
        }
        Slot { slots: Arc::clone(self), is_kept: true }
    }

    /// Waits until a request has come for which there is no memory left.
    pub(super) async fn none_left(&self) {
        self.none_left.notified().await;
    }
}

impl Slot {
    /// Gives the slot back with this value. Without it the slot is in use until the connection ends: of an answer without
    /// a body, and of the end of a stream, nobody tells when they are written.
    pub(super) fn ends_with_this(&mut self) {
        self.is_kept = false;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if !self.is_kept {
            self.slots.used.lock().now -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{Memory, MemoryLimits};

    const CLIENT: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    /// Whether an address with so many bytes has none of them left.
    fn is_used_up(memory: &Arc<Memory>) -> bool {
        memory.charge_connection(CLIENT, 1).is_err()
    }

    #[test]
    fn the_most_requests_at_once_are_charged_until_the_connection_ends() {
        let limits = MemoryLimits { all: 0, address: 2 * STEP * SLOT, account: 0 };
        let memory = Memory::new(limits);
        let answers = AnswerMemory { memory: Arc::clone(&memory), refusals: Arc::default() };
        let slots = Arc::new(Slots::new(&answers, Some(CLIENT)));
        for _ in 0..100 {
            slots.take().ends_with_this();
        }
        assert!(!is_used_up(&memory));
        let mut requests: Vec<_> = (0..=STEP).map(|_| slots.take()).collect();
        assert!(is_used_up(&memory));
        requests.iter_mut().for_each(Slot::ends_with_this);
        drop(requests);
        assert!(is_used_up(&memory));
        drop(slots);
        assert!(!is_used_up(&memory));
    }

    #[tokio::test]
    async fn an_answer_of_which_nobody_tells_keeps_its_slot() {
        let memory = Memory::new(MemoryLimits { all: 0, address: STEP * SLOT, account: 0 });
        let answers = AnswerMemory { memory, refusals: Arc::default() };
        let slots = Arc::new(Slots::new(&answers, Some(CLIENT)));
        for _ in 0..=STEP {
            drop(slots.take());
        }
        slots.none_left().await;
    }
}
