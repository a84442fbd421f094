//! The match of answers to requests.

use std::sync::Arc;

use msnp::{Handle, TransactionId};

use super::{Answer, Switchboard};

/// The kind of request that a number was for.
pub(super) enum Landing {
    Packet(Arc<Handle>),
    Other(u32),
}

impl Switchboard {
    /// Gives back the room of answered packets. Only numbers that are in flight count, so that a
    /// service that answers too often does not make the window larger.
    pub(super) fn landed(&self, numbers: &[u32]) -> Vec<Landing> {
        if numbers.is_empty() {
            return Vec::new();
        }
        let mut landings = Vec::with_capacity(numbers.len());
        let mut state = self.state.lock();
        for number in numbers {
            // Nearly always the oldest.
            let at = state.in_flight.iter().position(|(own, _)| own == number);
            let packet = at.and_then(|at| state.in_flight.remove(at));
            landings.push(packet.map_or(Landing::Other(*number), |(_, peer)| Landing::Packet(peer)));
        }
        // The window wakes senders, and these lock the state to queue their packets.
        drop(state);
        let packets = landings.iter().filter(|landing| matches!(landing, Landing::Packet(_))).count();
        self.window.add_permits(packets);
        landings
    }

    /// Wakes the caller that waits for this answer.
    pub(super) fn answered(&self, transaction: TransactionId, answer: Answer) {
        if let Some(waiting) = self.state.lock().waiting.remove(&transaction.0) {
            // The caller may have given up.
            let _ = waiting.send(answer);
        }
    }
}
