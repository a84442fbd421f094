//! The lines that wait in an outbox, under its lock.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::task::{Context, Waker};

use bytes::{Bytes, BytesMut};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::time::Instant;

use super::{Outbox, Settled};
use crate::counts::Loss;
use crate::delivery::Receipt;

/// The most waiting lines that go into one system call: their slices are an array on the stack, of 1 KiB.
const BATCH: usize = 64;
/// A queue that has grown beyond this gives its memory back when it is empty again.
pub(super) const KEPT_CAPACITY: usize = 16;
/// The memory of a waiting line beside its bytes: its place in the queue, which doubles as it grows, and the headers
/// of its allocations.
const LINE: usize = 128;
/// The longest rest of a half-written item that is kept for a client whose queue is dropped. Longer are lists only, and
/// those can be cut behind any of their lines; a message, which cannot, is shorter (1664 bytes and its line).
const LONGEST_REST: usize = 4 * 1024;

#[derive(Debug, Default)]
pub(super) struct Queue {
    /// The connection's own task, woken when it has something to see to.
    owner: Option<Waker>,
    /// A writer has the turn at the socket, outside the lock: lines wait for its end.
    pub(super) is_taken: bool,
    pub(super) lines: VecDeque<Item>,
    /// Bytes waiting, the written part of the first line not counted.
    pub(super) bytes: usize,
    /// The number of bytes of the first line that have been written.
    pub(super) written: usize,
    /// Everything that the socket has ever taken, in bytes.
    pub(super) taken: u64,
    pub(super) phase: Phase,
    /// The service has ended the connection, whatever its client has not taken: nothing that it sends counts any more.
    pub(super) is_cut: bool,
    /// Why lines were given up, and the bytes that waited then.
    pub(super) loss: Option<(Loss, usize)>,
    /// The socket took less than there was; its owner waits for it to become ready.
    pub(super) stalled: bool,
    /// The bytes of it that have been charged to the client's share. A line that is written at once is not.
    pub(super) charged: usize,
    /// The connection's task reads no further request until less waits, and waits to be woken then.
    pub(super) held: bool,
    /// The senders that are held back until the client has taken half of what waits, and their tasks. Weak: the socket of
    /// one that has gone is closed.
    pub(super) slowed: Vec<(Weak<Outbox>, Waker)>,
    /// Messages that were given up when the connection broke. Its own task answers for them before it tells
    /// the others that the client is gone.
    pub(super) failed: Vec<Arc<Receipt>>,
    /// The time at which a message whose sender waits to hear of it was last taken from a tunnel, if the client has
    /// sent none since.
    pub(super) heard: Option<Instant>,
}

#[derive(Debug)]
pub(super) struct Item {
    pub(super) line: Bytes,
    pub(super) receipt: Option<Arc<Receipt>>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    #[default]
    Open,
    /// Takes no more lines; ends when those that wait are written.
    Closing,
    /// Broken, overfull or fully written: nothing more will be sent.
    Ended,
}

impl Queue {
    /// Notes which task to wake. `true` when it was another one, or none, before.
    pub(super) fn remember(&mut self, context: &Context<'_>) -> bool {
        let is_new = self.owner.as_ref().is_none_or(|owner| !owner.will_wake(context.waker()));
        if is_new {
            self.owner = Some(context.waker().clone());
        }
        is_new
    }

    /// Wakes the connection's own task. Before its first look there is nobody to wake: it looks when it begins.
    pub(super) fn wake(&self) {
        if let Some(owner) = &self.owner {
            owner.wake_by_ref();
        }
    }

    /// The task to wake.
    pub(super) fn owner(&self) -> Option<Waker> {
        self.owner.clone()
    }

    /// Lets the senders go on that are held back.
    pub(super) fn let_go(&mut self) {
        for (sender, task) in self.slowed.drain(..) {
            if let Some(sender) = sender.upgrade() {
                // Before the wake-up: the task looks at this then.
                sender.slowed.store(false, Ordering::Release);
                task.wake();
            }
        }
    }

    pub(super) fn write_some(&mut self, stream: &OwnedWriteHalf, settled: &mut Settled) -> io::Result<()> {
        let mut taken = match self.lines.front() {
            // The usual case, without an array of slices.
            Some(only) if self.lines.len() == 1 => stream.try_write(&only.line[self.written..])?,
            _ => write_all(stream, &self.lines, self.written)?,
        };
        self.bytes -= taken;
        self.taken += taken as u64;
        if self.bytes == 0 && self.lines.len() == 1 {
            // Again the usual case: there is no more than that.
            self.written = 0;
            if let Some(Item { receipt: Some(receipt), .. }) = self.lines.pop_front() {
                settled.push((receipt, true));
            }
            return Ok(());
        }
        while let Some(first) = self.lines.front() {
            let left = first.line.len() - self.written;
            if taken < left {
                self.written += taken;
                break;
            }
            taken -= left;
            self.written = 0;
            if let Some(Item { receipt: Some(receipt), .. }) = self.lines.pop_front() {
                settled.push((receipt, true));
            }
        }
        Ok(())
    }

    /// As many of the lines as fit. Of an item that fits into no answer, such as all lines of a list, as much as fits.
    pub(super) fn take(&mut self, most: usize, settled: &mut Settled) -> Bytes {
        let mut length = 0;
        let mut count = 0;
        while let Some(item) = self.lines.get(count)
            && length + item.line.len() <= most
        {
            length += item.line.len();
            count += 1;
        }
        if let (0, Some(first)) = (count, self.lines.front_mut()) {
            // It is longer than `most`, so the slice is within it. The cut is behind a line where there is one.
            let end = first.line[..most].iter().rposition(|byte| *byte == b'\n').map_or(most, |at| at + 1);
            self.bytes -= end;
            return first.line.split_to(end);
        }
        self.bytes -= length;
        // One item, the usual case, is passed on as it is; several are copied together, with one allocation.
        let mut lines = BytesMut::new();
        let mut only = None;
        for Item { line, receipt } in self.lines.drain(..count) {
            settled.extend(receipt.map(|receipt| (receipt, true)));
            if line.len() == length {
                only = Some(line);
            } else {
                lines.reserve(length - lines.len());
                lines.extend_from_slice(&line);
            }
        }
        if self.lines.is_empty() && self.lines.capacity() > KEPT_CAPACITY {
            self.lines = VecDeque::new();
        }
        only.unwrap_or_else(|| lines.freeze())
    }

    /// Puts lines before those that wait, with `begun` bytes of the first written already.
    pub(super) fn put_in_front(&mut self, lines: impl Iterator<Item = Item>, begun: usize) {
        let mut all: VecDeque<_> = lines.collect();
        self.bytes += all.iter().map(|item| item.line.len()).sum::<usize>() - begun;
        self.written = begun;
        all.append(&mut self.lines);
        self.lines = all;
    }

    /// Remembers when messages were delivered of which senders wait to hear. Returns whether there are any.
    pub(super) fn note_heard(&mut self, settled: &[(Arc<Receipt>, bool)]) -> bool {
        let counted = settled.iter().any(|(receipt, _)| receipt.is_awaited());
        if counted {
            self.heard = Some(Instant::now());
        }
        counted
    }

    /// The memory of what waits, in bytes. A line that others get as well counts in full for each.
    pub(super) fn cost(&self) -> usize {
        self.bytes + self.lines.len() * LINE
    }

    /// Drops what waits, but for the rest of a half-written line, and puts `last` in its place.
    pub(super) fn keep_only(&mut self, last: Option<Bytes>) {
        self.let_go();
        let mut lines = std::mem::take(&mut self.lines);
        let begun = if self.written > 0 { lines.pop_front() } else { None };
        self.failed.extend(lines.into_iter().filter_map(|item| item.receipt));
        if let Some(Item { line, receipt }) = begun {
            self.failed.extend(receipt);
            let rest = &line[self.written..];
            let line_end = || rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
            let end = if rest.len() > LONGEST_REST { line_end() } else { rest.len() };
            // A copy: a part of the list would keep all of it in memory.
            self.lines.push_back(Item { line: Bytes::copy_from_slice(&rest[..end]), receipt: None });
            self.written = 0;
        }
        self.lines.extend(last.map(|line| Item { line, receipt: None }));
        self.bytes = self.lines.iter().map(|item| item.line.len()).sum();
    }

    pub(super) fn end(&mut self) {
        self.phase = Phase::Ended;
        self.let_go();
        self.stalled = false;
        self.held = false;
        self.bytes = 0;
        self.written = 0;
        let lines = std::mem::take(&mut self.lines);
        // Not settled here: this runs under other locks, and the senders hear of it when the person leaves.
        self.failed.extend(lines.into_iter().filter_map(|item| item.receipt));
    }
}

/// Writes several lines with one system call. Apart, so that a single line does not pay for the array.
#[inline(never)]
fn write_all(stream: &OwnedWriteHalf, lines: &VecDeque<Item>, written: usize) -> io::Result<usize> {
    let mut slices = [IoSlice::new(&[]); BATCH];
    let mut count = 0;
    for (slice, item) in slices.iter_mut().zip(lines) {
        let from = if count == 0 { written } else { 0 };
        *slice = IoSlice::new(&item.line[from..]);
        count += 1;
    }
    stream.try_write_vectored(&slices[..count])
}
