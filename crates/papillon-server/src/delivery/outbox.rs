//! The queue of lines to one client.

mod queue;
mod turn;

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use papillon_store::AccountId;
use parking_lot::Mutex;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::Notify;

use self::queue::{Item, KEPT_CAPACITY, Phase, Queue};
pub(super) use self::turn::{Rest, Turn, Written};
use super::memory::{Excess, Share};
use super::receipt::Receipt;
use crate::counts::{Loss, Traffic};

/// A client for which more than this waits has no further requests read until half of it is taken: it can have its
/// own lines queued no faster than it reads them. More than an answer of the gateway carries, and than the lists of
/// most people.
const HOLD: usize = 256 * 1024;
/// Lists of this length are free, in bytes: two hundred contacts or more.
const FREE_LISTS: usize = 64 * 1024;

/// The sending side of a connection: its socket and a bounded queue of lines.
///
/// Every task may put lines in, through [`Deliveries`](super::Deliveries), which also writes them as
/// far as the socket takes them. The connection's own task writes the rest
/// when the socket is ready. A client that lets more than the limit pile up is dropped, and so is one whose account or
/// address has used up its share of the memory ([`Share`]).
///
/// The lines of a [`Tunnel`](super::Tunnel) wait until a request takes them.
#[derive(Debug)]
pub(crate) struct Outbox {
    sink: Sink,
    // No other lock is taken under this one but the share's, under which none is taken. What a write settles may lead to another outbox, and from there back to
    // this one, so it is collected and seen to after the lock is free.
    queue: Mutex<Queue>,
    limit: usize,
    pub(super) traffic: Arc<Traffic>,
    share: Share,
    /// The bytes of the account's lists that are charged.
    lists: Mutex<usize>,
    /// The number of its place among the open connections.
    place: OnceLock<u64>,
    /// The number of this client's messages on their way for which it awaits a confirmation.
    awaited: AtomicUsize,
    /// This client sends faster than the others in its conversation read, and is read on when one of them has caught up.
    slowed: AtomicBool,
}

/// The destination of lines.
#[derive(Debug)]
enum Sink {
    Tcp(OwnedWriteHalf),
    /// Nowhere by themselves; this wakes the request that waits for some.
    Tunnel(Arc<Notify>),
    /// Nowhere: the outbox is being dropped.
    Nowhere,
}

/// The lines that a request takes out of a tunnel.
#[derive(Debug)]
pub(crate) struct Taken {
    /// None when nothing waits.
    pub(crate) lines: Bytes,
    /// Nothing will ever follow.
    pub(crate) last: bool,
}

/// The state of an outbox, for the task of its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outlook {
    /// Nothing is left to do for the client but to let it have the rest: nothing more will be sent, or the last lines
    /// wait in a tunnel until the client asks.
    pub(crate) is_over: bool,
    /// When lines wait because the socket does not take them: how many bytes it has ever taken, so that its owner sees
    /// whether it takes any.
    pub(crate) stalled: Option<u64>,
    /// So much waits, for the client or for all others in its conversation, that no further request is to be read. The
    /// task is woken when it has been taken.
    pub(crate) is_held: bool,
    /// Senders are held back until the client takes lines.
    pub(crate) holds_up: bool,
    /// The service has ended the connection: nothing more is to be read, and the others are to hear of it, whether the
    /// client takes its last line or not.
    pub(crate) is_cut: bool,
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

/// Receipts whose line has been written (`true`) or never will be (`false`).
pub(super) type Settled = Vec<(Arc<Receipt>, bool)>;

impl Outbox {
    pub(crate) fn new(stream: OwnedWriteHalf, limit: usize, share: Share, traffic: Arc<Traffic>) -> Self {
        Self::with(Sink::Tcp(stream), limit, share, traffic)
    }

    /// One whose lines are taken with [`take`](Self::take); `news` is notified when there is
    /// something to take.
    pub(super) fn of_tunnel(news: Arc<Notify>, limit: usize, share: Share, traffic: Arc<Traffic>) -> Self {
        Self::with(Sink::Tunnel(news), limit, share, traffic)
    }

    fn with(sink: Sink, limit: usize, share: Share, traffic: Arc<Traffic>) -> Self {
        Self {
            sink,
            queue: Mutex::default(),
            limit,
            traffic,
            share,
            lists: Mutex::default(),
            place: OnceLock::new(),
            awaited: AtomicUsize::new(0),
            slowed: AtomicBool::new(false),
        }
    }

    /// Notes whose connection this is. `false` when that has been noted before. From here on its memory counts for the
    /// account, too; where that has used up its share, the connection ends.
    pub(crate) fn belongs_to(&self, account: AccountId) -> bool {
        self.share.belongs_to(account).unwrap_or_else(|excess| {
            self.end(excess.into());
            true
        })
    }

    /// Notes the number of the connection's place.
    pub(super) fn takes_place(&self, number: u64) {
        // A connection has one place, and is entered once.
        let _ = self.place.set(number);
    }

    /// The number of its place, if it has one.
    pub(super) fn place(&self) -> Option<u64> {
        self.place.get().copied()
    }

    /// The memory that is charged for the lines that wait, in bytes.
    pub(super) fn charged(&self) -> usize {
        self.queue.lock().charged
    }

    /// The limit that this connection counts for and that is nearly reached, if there is one.
    pub(super) fn crowding(&self) -> Option<Excess> {
        self.share.crowding()
    }

    /// The client's share of the memory.
    pub(super) fn share(&self) -> &Share {
        &self.share
    }

    /// Whether the socket takes more. The task is woken when it does.
    pub(crate) fn poll_writable(&self, context: &mut Context<'_>) -> Poll<()> {
        match &self.sink {
            // An error is seen by the write.
            Sink::Tcp(stream) => stream.as_ref().poll_write_ready(context).map(|_| ()),
            Sink::Tunnel(_) | Sink::Nowhere => Poll::Pending,
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
        let first = queue.lines.is_empty() && !queue.is_taken || matches!(self.sink, Sink::Tunnel(_));
        queue.lines.push_back(Item { line, receipt });
        self.traffic.longest_outbox.reach(queue.bytes as u64);
        if queue.bytes > self.limit {
            // The connection's own task does the rest: the caller may hold the lock of a person or of a conversation.
            self.lose(&mut queue, Loss::Overflow);
            self.alert(&queue);
            return false;
        }
        // A line that a socket takes at once is never charged: only where lines wait already does one more count.
        if queue.stalled || matches!(self.sink, Sink::Tunnel(_)) {
            self.settle_charge(&mut queue);
        }
        first
    }

    /// Charges the lists that are in memory for the client, in place of those that were charged before. Those of most
    /// people are free.
    ///
    /// # Errors
    /// When there is no memory for them.
    pub(crate) fn charge_lists(&self, bytes: usize) -> Result<(), Excess> {
        self.share.change(&mut self.lists.lock(), bytes.saturating_sub(FREE_LISTS))
    }

    /// Brings the charge in line with what waits. Where there is no memory for it, the client is dropped.
    fn settle_charge(&self, queue: &mut Queue) {
        let cost = queue.cost();
        if let Err(excess) = self.share.change(&mut queue.charged, cost) {
            self.lose(queue, excess.into());
            self.alert(queue);
            return;
        }
        // At half, so that a client that takes a little at a time does not wake the task for each.
        if queue.held && cost <= self.hold() / 2 {
            queue.held = false;
            queue.wake();
        }
        if !queue.slowed.is_empty() && cost <= self.slow() / 2 {
            queue.let_go();
        }
    }

    /// See [`HOLD`].
    fn hold(&self) -> usize {
        HOLD.min(self.limit / 2)
    }

    /// The bytes that wait when senders are held back: half of the limit.
    fn slow(&self) -> usize {
        HOLD.max(self.limit / 2)
    }

    /// Whether senders that nobody else hears are to be held back.
    pub(super) fn is_slow(&self) -> bool {
        let queue = self.queue.lock();
        queue.phase == Phase::Open && queue.cost() > self.slow()
    }

    /// The task of the connection, once it has looked.
    pub(super) fn task(&self) -> Option<Waker> {
        self.queue.lock().owner()
    }

    /// Whether this client is held back as a sender.
    pub(crate) fn is_slowed(&self) -> bool {
        self.slowed.load(Ordering::Acquire)
    }

    /// Holds a sender back, whose task this is, until this client has taken half of what waits, or is gone. The sender's
    /// own lock is not needed: two that flood each other take both.
    pub(super) fn slow_down(&self, sender: &Arc<Self>, task: &Waker) {
        let mut queue = self.queue.lock();
        // Looked at once more under the lock: nobody would wake a sender that is noted after the last line was taken.
        if queue.phase != Phase::Open || queue.cost() <= self.slow() {
            return;
        }
        // Also of one that is noted here already: another client may have let it go meanwhile.
        sender.slowed.store(true, Ordering::Release);
        if !queue.slowed.iter().any(|(other, _)| std::ptr::eq(other.as_ptr(), Arc::as_ptr(sender))) {
            queue.slowed.push((Arc::downgrade(sender), task.clone()));
            // From now on the client has less time to take something.
            queue.wake();
        }
    }

    /// Takes no more lines; the connection ends when those that wait are written.
    pub(super) fn close(&self) {
        let mut queue = self.queue.lock();
        if queue.phase == Phase::Open {
            queue.phase = Phase::Closing;
        }
    }

    /// Takes no more lines, and drops those that wait: `last` is all that the client still gets, behind the rest of a line
    /// that is half written. Its own task sees to the rest at once, also where the socket takes nothing.
    pub(super) fn close_with(&self, last: Option<Bytes>) {
        let mut queue = self.queue.lock();
        // Also where the client is going by itself, and takes its time.
        if queue.phase != Phase::Ended && !queue.is_cut {
            queue.phase = Phase::Closing;
            queue.is_cut = true;
            queue.wake();
            let dropped = queue.keep_only(last);
            if dropped > 0 {
                self.traffic.lost(Loss::Disconnected, dropped);
            }
            if matches!(self.sink, Sink::Tunnel(_)) || queue.charged > 0 {
                self.settle_charge(&mut queue);
            }
        }
    }

    /// Writes the lines that wait, as far as the socket takes them; or tells a request that some can be taken.
    pub(super) fn write(&self, settled: &mut Settled) {
        self.write_queue(&mut self.queue.lock(), settled);
    }

    fn write_queue(&self, queue: &mut Queue, settled: &mut Settled) {
        // Whoever has the turn goes on with these lines at its end.
        if queue.is_taken {
            return;
        }
        let stream = match &self.sink {
            Sink::Tcp(stream) => stream,
            Sink::Tunnel(news) => {
                news.notify_one();
                // The connection's task goes on to linger, for as long as the client asks for the rest.
                if queue.phase == Phase::Closing {
                    queue.wake();
                }
                return;
            }
            Sink::Nowhere => return,
        };
        while !queue.lines.is_empty() {
            match queue.write_some(stream, settled) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    // Once only: from then on its task waits for the socket, which wakes it.
                    if !queue.stalled {
                        queue.stalled = true;
                        queue.wake();
                    }
                    self.settle_charge(queue);
                    return;
                }
                // The cause does not matter: a broken connection ends as one that the client has closed.
                Err(_) => {
                    self.lose(queue, Loss::Disconnected);
                    queue.wake();
                    return;
                }
            }
        }
        queue.stalled = false;
        if queue.charged > 0 || queue.held || !queue.slowed.is_empty() {
            self.settle_charge(queue);
        }
        if queue.lines.capacity() > KEPT_CAPACITY {
            queue.lines = VecDeque::new();
        }
        if queue.phase == Phase::Closing {
            queue.phase = Phase::Ended;
            queue.wake();
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
        self.settle_charge(&mut queue);
        let last = queue.phase == Phase::Closing && queue.lines.is_empty();
        if last {
            queue.phase = Phase::Ended;
            queue.wake();
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
        let mut queue = self.queue.lock();
        self.lose(&mut queue, loss);
        self.alert(&queue);
    }

    /// Ends the queue and counts what it had. A connection that ends with nothing waiting loses nothing.
    fn lose(&self, queue: &mut Queue, loss: Loss) {
        let lines = queue.lines.len();
        if queue.phase != Phase::Ended && (lines > 0 || loss != Loss::Disconnected) {
            self.traffic.lost(loss, lines);
            queue.loss = Some((loss, queue.bytes));
        }
        queue.end();
        // Less is never refused.
        let _ = self.share.change(&mut queue.charged, 0);
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
        let is_charged = queue.charged > 0;
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
        if is_charged {
            self.settle_charge(queue);
        }
        settled.extend(given_up.into_iter().map(|receipt| (receipt, false)));
    }

    /// Wakes the task that waits for a change of this outbox.
    fn alert(&self, queue: &Queue) {
        queue.wake();
        if let Sink::Tunnel(news) = &self.sink {
            news.notify_one();
        }
    }

    /// Waits until nothing more will be sent.
    pub(crate) async fn ended(&self) {
        poll_fn(|context| {
            let mut queue = self.queue.lock();
            queue.remember(context);
            if queue.phase == Phase::Ended { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// Whether nothing more will be sent.
    pub(super) fn has_ended(&self) -> bool {
        self.queue.lock().phase == Phase::Ended
    }

    /// The state as the connection's own task has to see to it. The task is woken when it changes. `true` with it when
    /// another task, or none, was to be woken before.
    pub(crate) fn poll_outlook(&self, context: &Context<'_>) -> (Outlook, bool) {
        let mut queue = self.queue.lock();
        // With the look under one lock: a change comes before both, or wakes.
        let is_new = queue.remember(context);
        (self.outlook_of(&mut queue), is_new)
    }

    /// The same, for whoever only looks.
    pub(crate) fn outlook(&self) -> Outlook {
        self.outlook_of(&mut self.queue.lock())
    }

    fn outlook_of(&self, queue: &mut Queue) -> Outlook {
        let is_over = match queue.phase {
            Phase::Open => false,
            Phase::Closing => matches!(self.sink, Sink::Tunnel(_)),
            Phase::Ended => true,
        };
        // It stays so until the wake-up that this asks for.
        queue.held |= queue.cost() > self.hold();
        let stalled = queue.stalled.then_some(queue.taken);
        Outlook {
            is_over,
            stalled,
            is_held: queue.held || self.is_slowed(),
            holds_up: !queue.slowed.is_empty(),
            is_cut: queue.is_cut,
        }
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        // A half ends the sending when it is dropped. The connection's task has done so where that is needed, and the socket
        // is closed now: that system call would be for nothing.
        if let Sink::Tcp(stream) = std::mem::replace(&mut self.sink, Sink::Nowhere) {
            stream.forget();
        }
    }
}
