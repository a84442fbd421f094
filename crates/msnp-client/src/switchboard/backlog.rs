//! The queue of packets that have been read and are not processed yet.
//!
//! Reading stops while much waits, so that a sender is no faster than the disk here. But the task
//! that processes packets may at that very moment wait for room in the window, which only the reading
//! task gives back: while own packets are in flight it therefore goes on for longer. The `ACK`s it
//! looks for stand behind no more than the service keeps for a slow reader, 4 MiB.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use msnp::Handle;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::{Listener, Switchboard};

/// Reading stops at this many bytes waiting.
const ENOUGH: usize = 1024 * 1024;
/// Reading stops at this many bytes even while packets are in flight: twice the 4 MiB before the `ACK`s.
const TOO_MUCH: usize = 8 * 1024 * 1024;

#[derive(Default)]
pub(super) struct Backlog {
    inner: Mutex<Inner>,
    /// Wakes the task that processes them.
    work: Notify,
    /// Wakes the task that reads.
    room: Notify,
}

/// In the order in which they came.
enum Item {
    Packets(Handle, Vec<Bytes>),
    /// A member left; its packets come before that.
    Gone(Handle),
}

#[derive(Default)]
struct Inner {
    items: VecDeque<Item>,
    bytes: usize,
    ended: bool,
}

impl Backlog {
    pub(super) fn packets(&self, from: Handle, packets: Vec<Bytes>) {
        let mut inner = self.inner.lock();
        inner.bytes += packets.iter().map(Bytes::len).sum::<usize>();
        inner.items.push_back(Item::Packets(from, packets));
        self.work.notify_one();
    }

    pub(super) fn gone(&self, who: Handle) {
        self.inner.lock().items.push_back(Item::Gone(who));
        self.work.notify_one();
    }

    pub(super) fn end(&self) {
        self.inner.lock().ended = true;
        self.work.notify_one();
        self.room.notify_one();
    }

    /// A packet is in flight: the reading task may have to go on.
    pub(super) fn look_again(&self) {
        self.room.notify_one();
    }

    /// Waits until more may be read.
    ///
    /// `in_flight` locks the state of the switchboard while this holds its own lock. Nothing takes the two in the other
    /// order: [`Self::look_again`] takes no lock, and the switchboard lets its state go before it calls anything else here.
    pub(super) async fn wait_for_room(&self, in_flight: impl Fn() -> bool) {
        loop {
            {
                let inner = self.inner.lock();
                let limit = if in_flight() { TOO_MUCH } else { ENOUGH };
                if inner.bytes < limit || inner.ended {
                    return;
                }
            }
            // `notify_one` leaves a permit when nobody waits: a wake-up between the look and the wait is not lost.
            self.room.notified().await;
        }
    }

    /// The packets that came, even if the connection ended since: the last packets of a file still count.
    async fn next(&self) -> Option<Item> {
        loop {
            {
                let mut inner = self.inner.lock();
                if let Some(item) = inner.items.pop_front() {
                    return Some(item);
                }
                if inner.ended {
                    return None;
                }
            }
            self.work.notified().await;
        }
    }

    fn done(&self, bytes: usize) {
        // After the packets were taken, not before: bytes that a slow listener holds count as waiting.
        self.inner.lock().bytes -= bytes;
        self.room.notify_one();
    }
}

/// Hands packets over until the connection has ended and none is left; then tells of the end.
pub(super) async fn deliver<L: Listener>(board: Arc<Switchboard>, listener: Arc<L>) {
    while let Some(item) = board.backlog.next().await {
        match item {
            Item::Packets(from, packets) => {
                let bytes = packets.iter().map(Bytes::len).sum();
                listener.packets(&board, &from, packets).await;
                board.backlog.done(bytes);
            }
            Item::Gone(who) => listener.peer_gone(&board, &who),
        }
    }
    listener.gone(&board);
}
