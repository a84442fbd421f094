//! The queue of lines to one client.

use std::collections::VecDeque;
use std::future::pending;
use std::io::{self, IoSlice};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use papillon_store::AccountId;
use parking_lot::Mutex;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::receipt::Receipt;
use crate::counts::{Loss, Traffic};

/// The most waiting lines that go into one system call: their slices are an array on the stack, of 1 KiB.
const BATCH: usize = 64;
/// A queue that has grown beyond this gives its memory back when it is empty again.
const KEPT_CAPACITY: usize = 16;

/// The sending side of a connection: its socket and a bounded queue of lines.
///
/// Every task may put lines in, through [`Deliveries`](super::Deliveries), which also writes them as
/// far as the socket takes them. The connection's own task writes the rest
/// when the socket is ready. A client that lets more than the limit pile up is dropped.
///
/// The lines of a [`Tunnel`](super::Tunnel) wait until a request takes them.
#[derive(Debug)]
pub(crate) struct Outbox {
    sink: Sink,
    // No other lock is taken under this one. What a write settles may lead to another outbox, and from there back to
    // this one, so it is collected and seen to after the lock is free.
    queue: Mutex<Queue>,
    wake: Notify,
    limit: usize,
    owner: OnceLock<AccountId>,
    pub(super) traffic: Arc<Traffic>,
    /// The number of this client's messages on their way for which it awaits a confirmation.
    awaited: AtomicUsize,
}

/// The destination of lines.
#[derive(Debug)]
enum Sink {
    Tcp(OwnedWriteHalf),
    /// Nowhere by themselves; this wakes the request that waits for some.
    Tunnel(Arc<Notify>),
}

/// The lines that a request takes out of a tunnel.
#[derive(Debug)]
pub(crate) struct Taken {
    /// None when nothing waits.
    pub(crate) lines: Bytes,
    /// Nothing will ever follow.
    pub(crate) last: bool,
}

/// The lines that wait in a tunnel for an answer that is still held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// Nothing.
    Nothing,
    /// Lines of which no sender waits to hear.
    Lines,
    /// Messages have been counted as delivered: their senders may go on now.
    Counted,
    /// As much as the answer carries, or the end.
    Enough,
}

#[derive(Debug, Default)]
struct Queue {
    lines: VecDeque<Item>,
    /// Bytes waiting, the written part of the first line not counted.
    bytes: usize,
    /// The number of bytes of the first line that have been written.
    written: usize,
    /// Everything that the socket has ever taken, in bytes.
    taken: u64,
    phase: Phase,
    loss: Option<(Loss, usize)>,
    /// The socket took less than there was; its owner waits for it to become ready.
    stalled: bool,
    /// Messages that were given up when the connection broke. Its own task answers for them before it tells
    /// the others that the client is gone.
    failed: Vec<Arc<Receipt>>,
    /// The time at which a message whose sender waits to hear of it was last taken from a tunnel, if the client has
    /// sent none since.
    heard: Option<Instant>,
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
    pub(crate) fn new(stream: OwnedWriteHalf, limit: usize, traffic: Arc<Traffic>) -> Self {
        Self::with(Sink::Tcp(stream), limit, traffic)
    }

    /// One whose lines are taken with [`take`](Self::take); `news` is notified when there is
    /// something to take.
    pub(super) fn of_tunnel(news: Arc<Notify>, limit: usize, traffic: Arc<Traffic>) -> Self {
        Self::with(Sink::Tunnel(news), limit, traffic)
    }

    fn with(sink: Sink, limit: usize, traffic: Arc<Traffic>) -> Self {
        let (queue, awaited) = (Mutex::default(), AtomicUsize::new(0));
        Self { sink, queue, wake: Notify::new(), limit, owner: OnceLock::new(), traffic, awaited }
    }

    /// Notes whose connection this is. `false` when that has been noted before.
    pub(crate) fn belongs_to(&self, account: AccountId) -> bool {
        self.owner.set(account).is_ok()
    }

    /// The client of this connection.
    pub(crate) fn owner(&self) -> Option<AccountId> {
        self.owner.get().copied()
    }

    /// Waits until the socket takes more.
    pub(crate) async fn writable(&self) -> io::Result<()> {
        match &self.sink {
            Sink::Tcp(stream) => stream.writable().await,
            Sink::Tunnel(_) => pending().await,
        }
    }

    /// Puts a line in. `true` when it is the caller's turn to see that it is written.
    pub(super) fn push(&self, line: Bytes, receipt: Option<Arc<Receipt>>, settled: &mut Settled) -> bool {
        let mut queue = self.queue.lock();
        if queue.phase != Phase::Open {
            // Senders hear of their messages in the order in which they sent them: earlier ones still wait in
            // `failed`, and are answered for by the connection's own task.
            if queue.failed.is_empty() {
                settled.extend(receipt.map(|receipt| (receipt, false)));
            } else {
                queue.failed.extend(receipt);
            }
            return false;
        }
        queue.bytes += line.len();
        // Lines that wait already are written by the `Deliveries` that put the first of them in, or, where the socket
        // is full, by the connection's own task. Either takes this line along.
        // A line that is counted for an answer stays until the answer is made, which may be told of more.
        let first = queue.lines.is_empty() || matches!(self.sink, Sink::Tunnel(_));
        queue.lines.push_back(Item { line, receipt });
        self.traffic.longest_outbox.reach(queue.bytes as u64);
        if queue.bytes > self.limit {
            // The connection's own task does the rest: the caller may hold the lock of a person or of a conversation.
            self.lose(&mut queue, Loss::Overflow);
            self.alert();
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

    /// Writes the lines that wait, as far as the socket takes them; or tells a request that some can be taken.
    pub(super) fn write(&self, settled: &mut Settled) {
        let mut queue = self.queue.lock();
        let stream = match &self.sink {
            Sink::Tcp(stream) => stream,
            Sink::Tunnel(news) => {
                news.notify_one();
                // The connection's task goes on to linger, for as long as the client asks for the rest.
                if queue.phase == Phase::Closing {
                    self.wake.notify_one();
                }
                return;
            }
        };
        while !queue.lines.is_empty() {
            match queue.write_some(stream, settled) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    // Once only: from then on its task waits for the socket, which wakes it.
                    if !queue.stalled {
                        queue.stalled = true;
                        self.wake.notify_one();
                    }
                    return;
                }
                // The cause does not matter: a broken connection ends as one that the client has closed.
                Err(_) => {
                    self.lose(&mut queue, Loss::Disconnected);
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

    /// Takes lines for one answer, at most `most` bytes of them. Those taken count as delivered.
    /// `None` when the connection has ended, and everything that may be said has been taken.
    pub(super) fn take(&self, most: usize, settled: &mut Settled) -> Option<Taken> {
        let mut queue = self.queue.lock();
        if queue.phase == Phase::Ended {
            return None;
        }
        let before = settled.len();
        let lines = queue.take(most, settled);
        queue.note_heard(&settled[before..]);
        let last = queue.phase == Phase::Closing && queue.lines.is_empty();
        if last {
            queue.phase = Phase::Ended;
            self.wake.notify_one();
        }
        Some(Taken { lines, last })
    }

    /// Whether [`take`](Self::take) has something to say.
    pub(super) fn has_news(&self) -> bool {
        let queue = self.queue.lock();
        queue.phase != Phase::Open || !queue.lines.is_empty()
    }

    /// Counts the lines as delivered that [`take`](Self::take) would take, and leaves them there: for a client that is
    /// waiting for its answer, so that senders that wait to hear of one message can send the next into the same.
    pub(super) fn promise(&self, most: usize, settled: &mut Settled) -> Waiting {
        let mut queue = self.queue.lock();
        let (before, mut length, mut is_full) = (settled.len(), 0, false);
        for item in &mut queue.lines {
            is_full = length + item.line.len() > most;
            if is_full {
                break;
            }
            length += item.line.len();
            // Taken out: neither `take` nor `give_up` counts the message again.
            settled.extend(item.receipt.take().map(|receipt| (receipt, true)));
        }
        let counted = queue.note_heard(&settled[before..]);
        match (is_full || queue.phase != Phase::Open, counted, queue.lines.is_empty()) {
            (true, ..) => Waiting::Enough,
            (false, true, _) => Waiting::Counted,
            (false, false, true) => Waiting::Nothing,
            (false, false, false) => Waiting::Lines,
        }
    }

    /// Whether a message whose sender waits to hear of it was taken within so long, and the client has sent none
    /// since: then the next one is to be expected, and no word of the client's own.
    pub(super) fn has_heard(&self, within: Duration) -> bool {
        self.queue.lock().heard.is_some_and(|at| at.elapsed() < within)
    }

    /// Whether this client waits to hear of a message.
    pub(super) fn awaits(&self) -> bool {
        self.awaited.load(Ordering::Acquire) > 0
    }

    /// This client has sent a message, and waits to hear of it.
    pub(super) fn await_one(&self) {
        self.awaited.fetch_add(1, Ordering::AcqRel);
    }

    /// It has been told.
    pub(super) fn told_of_one(&self) {
        // Before the wake-up: the request that it wakes asks for this number.
        self.awaited.fetch_sub(1, Ordering::AcqRel);
        if let Sink::Tunnel(news) = &self.sink {
            self.queue.lock().heard = None;
            news.notify_one();
        }
    }

    /// Gives up the lines that still wait; no more can be put in. The senders are told by
    /// [`give_up`](Self::give_up).
    pub(crate) fn end(&self, loss: Loss) {
        self.lose(&mut self.queue.lock(), loss);
        self.alert();
    }

    /// Ends the queue and counts what it had. A connection that ends with nothing waiting loses nothing.
    fn lose(&self, queue: &mut Queue, loss: Loss) {
        let lines = queue.lines.len();
        if queue.phase != Phase::Ended && (lines > 0 || loss != Loss::Disconnected) {
            self.traffic.lost(loss, lines);
            queue.loss = Some((loss, queue.bytes));
        }
        queue.end();
    }

    /// Why lines were given up, and the bytes that waited then. The connection's own task tells it: others who put lines
    /// in are other clients.
    pub(crate) fn loss(&self) -> Option<(Loss, usize)> {
        self.queue.lock().loss
    }

    /// The bytes that wait.
    pub(super) fn waiting(&self) -> usize {
        self.queue.lock().bytes
    }

    /// Takes back the messages whose senders wait to hear of them, but for those within the first `kept` bytes:
    /// they count as not delivered.
    pub(super) fn give_up(&self, kept: usize, settled: &mut Settled) {
        let mut queue = self.queue.lock();
        let queue = &mut *queue;
        let mut given_up = std::mem::take(&mut queue.failed);
        let (mut length, mut begun, mut left_out) = (0, queue.written > 0, 0);
        queue.lines.retain_mut(|item| {
            length += item.line.len();
            // The rest of a half-written line goes out all the same: without it the client could not read the next.
            let stays = std::mem::take(&mut begun);
            // A line without a receipt stays: it is the service's own, or a message that counts as delivered.
            let Some(receipt) = item.receipt.take_if(|_| length > kept) else { return true };
            given_up.push(receipt);
            // `bytes` has never counted the written part of the first line, and still counts the rest of it.
            left_out += if stays { 0 } else { item.line.len() };
            stays
        });
        queue.bytes -= left_out;
        settled.extend(given_up.into_iter().map(|receipt| (receipt, false)));
    }

    /// Wakes the task that waits for a change of this outbox.
    fn alert(&self) {
        self.wake.notify_one();
        if let Sink::Tunnel(news) = &self.sink {
            news.notify_one();
        }
    }

    /// Waits until the connection's own task has something to see to.
    pub(crate) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// When lines wait because the socket does not take them: how many bytes it has ever taken,
    /// so that its owner sees whether it takes any.
    pub(crate) fn stalled(&self) -> Option<u64> {
        let queue = self.queue.lock();
        queue.stalled.then_some(queue.taken)
    }

    /// Whether nothing more will be sent.
    pub(super) fn has_ended(&self) -> bool {
        self.queue.lock().phase == Phase::Ended
    }

    /// Whether nothing is left to do for the client but to let it have the rest: nothing more will be sent, or the last
    /// lines wait in a tunnel until the client asks.
    pub(crate) fn is_over(&self) -> bool {
        match self.queue.lock().phase {
            Phase::Open => false,
            Phase::Closing => matches!(self.sink, Sink::Tunnel(_)),
            Phase::Ended => true,
        }
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

    /// As many of the lines as fit. Of an item that fits into no answer, such as all lines of a list, as much as fits.
    fn take(&mut self, most: usize, settled: &mut Settled) -> Bytes {
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

    /// Remembers when messages were delivered of which senders wait to hear. Returns whether there are any.
    fn note_heard(&mut self, settled: &[(Arc<Receipt>, bool)]) -> bool {
        let counted = settled.iter().any(|(receipt, _)| receipt.is_awaited());
        if counted {
            self.heard = Some(Instant::now());
        }
        counted
    }

    fn end(&mut self) {
        self.phase = Phase::Ended;
        self.stalled = false;
        self.bytes = 0;
        self.written = 0;
        let lines = std::mem::take(&mut self.lines);
        // Not settled here: this runs under other locks, and the senders hear of it when the person leaves.
        self.failed.extend(lines.into_iter().filter_map(|item| item.receipt));
    }
}
