//! What waits to be written to one client.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use papillon_store::AccountId;
use parking_lot::Mutex;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::Notify;

use super::receipt::Receipt;

/// How many waiting lines go into one system call.
const BATCH: usize = 64;
/// A queue that has grown beyond this gives its memory back when it is empty again.
const KEPT_CAPACITY: usize = 16;

/// The sending side of a connection: its socket and a bounded queue of lines.
///
/// Anybody may put lines in, through [`Deliveries`](super::Deliveries), which also writes them as
/// far as the socket takes them. What it does not take is written by the connection's own task
/// when the socket is ready. A client that lets more than the limit pile up is dropped.
#[derive(Debug)]
pub(crate) struct Outbox {
    stream: OwnedWriteHalf,
    queue: Mutex<Queue>,
    wake: Notify,
    limit: usize,
    owner: OnceLock<AccountId>,
}

#[derive(Debug, Default)]
struct Queue {
    lines: VecDeque<Item>,
    /// Bytes waiting, the written part of the first line not counted.
    bytes: usize,
    /// How much of the first line has been written.
    written: usize,
    /// Everything that the socket has ever taken, in bytes.
    taken: u64,
    phase: Phase,
    /// The socket took less than there was; its owner waits for it to become ready.
    stalled: bool,
}

#[derive(Debug)]
struct Item {
    line: Bytes,
    receipt: Option<Arc<Receipt>>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Phase {
    #[default]
    Open,
    /// Takes no more lines; ends when those that wait are written.
    Closing,
    /// Broken, overfull or fully written: nothing more will be sent.
    Ended,
}

/// Receipts whose line has been written (`true`) or never will be (`false`).
pub(super) type Settled = Vec<(Arc<Receipt>, bool)>;

impl Outbox {
    pub(crate) fn new(stream: OwnedWriteHalf, limit: usize) -> Self {
        Self { stream, queue: Mutex::default(), wake: Notify::new(), limit, owner: OnceLock::new() }
    }

    /// Notes whose connection this is, once that is known.
    pub(crate) fn belongs_to(&self, account: AccountId) {
        // A connection never changes hands.
        let _ = self.owner.set(account);
    }

    /// Whose connection this is.
    pub(crate) fn owner(&self) -> Option<AccountId> {
        self.owner.get().copied()
    }

    /// Waits until the socket takes more.
    pub(super) async fn writable(&self) -> io::Result<()> {
        self.stream.writable().await
    }

    /// Puts a line in. `true` when it is the caller's turn to see that it is written.
    pub(super) fn push(&self, line: Bytes, receipt: Option<Arc<Receipt>>, settled: &mut Settled) -> bool {
        let mut queue = self.queue.lock();
        if queue.phase != Phase::Open {
            settled.extend(receipt.map(|receipt| (receipt, false)));
            return false;
        }
        queue.bytes += line.len();
        let first = queue.lines.is_empty();
        queue.lines.push_back(Item { line, receipt });
        if queue.bytes > self.limit {
            tracing::info!(waiting = queue.bytes, "dropping a client that does not read");
            queue.end(settled);
            self.wake.notify_one();
            return false;
        }
        first
    }

    /// Takes no more lines; the connection ends when those that wait are written.
    pub(super) fn close(&self) {
        let mut queue = self.queue.lock();
        if queue.phase == Phase::Open {
            queue.phase = Phase::Closing;
        }
    }

    /// Writes what waits, as far as the socket takes it.
    pub(super) fn write(&self, settled: &mut Settled) {
        let mut queue = self.queue.lock();
        while !queue.lines.is_empty() {
            match queue.write_some(&self.stream, settled) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if !queue.stalled {
                        queue.stalled = true;
                        self.wake.notify_one();
                    }
                    return;
                }
                Err(_) => {
                    queue.end(settled);
                    self.wake.notify_one();
                    return;
                }
            }
        }
        queue.stalled = false;
        if queue.lines.capacity() > KEPT_CAPACITY {
            queue.lines = VecDeque::new();
        }
        if queue.phase == Phase::Closing {
            queue.phase = Phase::Ended;
            self.wake.notify_one();
        }
    }

    /// Gives up what still waits; nothing more can be put in.
    pub(super) fn end(&self, settled: &mut Settled) {
        self.queue.lock().end(settled);
    }

    /// Waits until the connection's own task has something to see to.
    pub(super) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// When lines wait because the socket does not take them: how many bytes it has ever taken,
    /// so that its owner sees whether it takes any.
    pub(super) fn stalled(&self) -> Option<u64> {
        let queue = self.queue.lock();
        queue.stalled.then_some(queue.taken)
    }

    /// Whether nothing more will be sent.
    pub(super) fn has_ended(&self) -> bool {
        self.queue.lock().phase == Phase::Ended
    }
}

impl Queue {
    fn write_some(&mut self, stream: &OwnedWriteHalf, settled: &mut Settled) -> io::Result<()> {
        let mut slices = [IoSlice::new(&[]); BATCH];
        let mut count = 0;
        for (slice, item) in slices.iter_mut().zip(&self.lines) {
            let from = if count == 0 { self.written } else { 0 };
            *slice = IoSlice::new(&item.line[from..]);
            count += 1;
        }
        let mut taken = match count {
            1 => stream.try_write(&slices[0])?,
            _ => stream.try_write_vectored(&slices[..count])?,
        };
        self.bytes -= taken;
        self.taken += taken as u64;
        while let Some(first) = self.lines.front() {
            let left = first.line.len() - self.written;
            if taken < left {
                self.written += taken;
                break;
            }
            taken -= left;
            self.written = 0;
            let receipt = self.lines.pop_front().and_then(|item| item.receipt);
            settled.extend(receipt.map(|receipt| (receipt, true)));
        }
        Ok(())
    }

    fn end(&mut self, settled: &mut Settled) {
        self.phase = Phase::Ended;
        self.stalled = false;
        self.bytes = 0;
        self.written = 0;
        let lines = std::mem::take(&mut self.lines);
        settled.extend(lines.into_iter().filter_map(|item| item.receipt).map(|receipt| (receipt, false)));
    }
}
