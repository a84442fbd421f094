//! The traffic: messages between people, and lines on their way to clients.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Level;
use super::sharded::Sharded;

/// The counters that each message raises.
const MESSAGES: usize = 0;
const BYTES: usize = 1;
const DELIVERIES: usize = 2;
const ACKNOWLEDGED: usize = 3;
const NOT_DELIVERED: usize = 4;

/// The traffic of one service since its start.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    relayed: Sharded<5>,
    lost: [Lost; Loss::ALL.len()],
    /// The most bytes that waited for one client; the level of now is with each outbox.
    pub(crate) longest_outbox: Level,
    /// Bytes that the gateway has taken and that have not been worked off.
    pub(crate) inbound: Level,
}

#[derive(Debug, Default)]
struct Lost {
    clients: AtomicU64,
    lines: AtomicU64,
}

/// The reason for which lines did not reach a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// More waited for the client than may.
    Overflow,
    /// The client took nothing for too long.
    Stalled,
    /// The client of the gateway sent more than was worked off.
    Flood,
    /// More waited for clients of its account than may.
    MemoryOfAccount,
    /// The same for its address.
    MemoryOfAddress,
    /// The same for all clients.
    Memory,
    /// The connection ended before they were taken.
    Disconnected,
}

impl Loss {
    /// All of them.
    pub(crate) const ALL: [Self; 7] = [
        Self::Overflow,
        Self::Stalled,
        Self::Flood,
        Self::MemoryOfAccount,
        Self::MemoryOfAddress,
        Self::Memory,
        Self::Disconnected,
    ];

    /// The name in metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Overflow => "overflow",
            Self::Stalled => "stalled",
            Self::Flood => "flood",
            Self::MemoryOfAccount => "memory_of_account",
            Self::MemoryOfAddress => "memory_of_address",
            Self::Memory => "memory",
            Self::Disconnected => "disconnected",
        }
    }
}

/// What one read of a connection brought, for one visit to the counters.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Relayed {
    pub(crate) messages: u64,
    pub(crate) bytes: u64,
    pub(crate) deliveries: u64,
}

impl Traffic {
    /// Messages were passed on.
    pub(crate) fn relayed(&self, relayed: Relayed) {
        let Relayed { messages, bytes, deliveries } = relayed;
        self.relayed.add_all([(MESSAGES, messages), (BYTES, bytes), (DELIVERIES, deliveries)]);
    }

    /// A sender was told of the fate of so many messages: `ACK`, or else `NAK`.
    pub(crate) fn answered(&self, delivered: bool, count: u64) {
        self.relayed.add(if delivered { ACKNOWLEDGED } else { NOT_DELIVERED }, count);
    }

    /// A client was disconnected, with so many lines waiting.
    pub(crate) fn lost(&self, loss: Loss, lines: usize) {
        let Some(lost) = self.lost.get(loss as usize) else { return };
        lost.clients.fetch_add(1, Ordering::Relaxed);
        lost.lines.fetch_add(lines as u64, Ordering::Relaxed);
    }

    /// Messages from clients that had somebody to reach.
    pub(crate) fn messages(&self) -> u64 {
        self.relayed.sum(MESSAGES)
    }

    /// The bytes of their payloads.
    pub(crate) fn bytes(&self) -> u64 {
        self.relayed.sum(BYTES)
    }

    /// Messages times recipients.
    pub(crate) fn deliveries(&self) -> u64 {
        self.relayed.sum(DELIVERIES)
    }

    /// The number of `ACK` (`true`) or of `NAK`.
    pub(crate) fn answers(&self, delivered: bool) -> u64 {
        self.relayed.sum(if delivered { ACKNOWLEDGED } else { NOT_DELIVERED })
    }

    /// Clients that were disconnected for this reason, and the lines that they did not get.
    pub(crate) fn losses(&self, loss: Loss) -> (u64, u64) {
        self.lost
            .get(loss as usize)
            .map_or((0, 0), |lost| (lost.clients.load(Ordering::Relaxed), lost.lines.load(Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_loss_has_its_own_count() {
        let traffic = Traffic::default();
        traffic.lost(Loss::Stalled, 3);
        traffic.lost(Loss::Stalled, 4);
        assert_eq!(traffic.losses(Loss::Stalled), (2, 7));
        assert!(
            Loss::ALL
                .iter()
                .filter(|loss| **loss != Loss::Stalled)
                .all(|loss| traffic.losses(*loss) == (0, 0))
        );
    }

    #[test]
    fn answers_are_told_apart() {
        let traffic = Traffic::default();
        traffic.answered(true, 1);
        traffic.answered(false, 1);
        traffic.answered(true, 1);
        traffic.relayed(Relayed { messages: 3, bytes: 400, deliveries: 6 });
        assert_eq!((traffic.answers(true), traffic.answers(false)), (2, 1));
        assert_eq!((traffic.messages(), traffic.bytes(), traffic.deliveries()), (3, 400, 6));
    }
}
