//! A connection without a socket: requests bring its bytes and take its lines.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::memory::{Excess, Share};
use super::outbox::{Taken, Waiting};
use super::{Deliveries, Outbox, read_buffer};
use crate::counts::{Loss, Traffic};

/// The most bytes that wait to be processed: a few requests' worth, for when the store is slow.
const INBOUND_BYTES: usize = 256 * 1024;
/// The most bytes that one answer carries.
pub(crate) const ANSWER_BYTES: usize = 64 * 1024;
/// So long after a message whose sender waited to hear of it, the next is expected.
const LIVELY: Duration = Duration::from_secs(5);

/// One client's connection, as seen by the requests that carry its bytes.
#[derive(Debug)]
pub(crate) struct Tunnel {
    outbox: Arc<Outbox>,
    inbound: Mutex<Inbound>,
    /// Told when bytes have been worked off, or there are lines to take.
    news: Arc<Notify>,
    /// A client that asks for nothing for so long is gone.
    idle: Duration,
}

#[derive(Debug)]
struct Inbound {
    /// The connection's task, when it waits for bytes.
    reader: Option<Waker>,
    chunks: VecDeque<Bytes>,
    bytes: usize,
    /// The bytes of these that have been charged to the client's share.
    charged: usize,
    /// The bytes that have been read are being processed.
    working: bool,
    /// No more are read until the client has taken lines.
    held: bool,
    /// A request is being answered.
    attended: bool,
    /// When the client was last heard of.
    heard: Instant,
}

impl Tunnel {
    /// A tunnel whose client may leave `limit` bytes untaken, and asks at least every `idle`.
    pub(crate) fn new(limit: usize, idle: Duration, share: Share, traffic: Arc<Traffic>) -> Arc<Self> {
        let news = Arc::new(Notify::new());
        let inbound = Inbound {
            reader: None,
            chunks: VecDeque::new(),
            bytes: 0,
            charged: 0,
            working: false,
            held: false,
            attended: false,
            heard: Instant::now(),
        };
        Arc::new(Self {
            outbox: Arc::new(Outbox::of_tunnel(Arc::clone(&news), limit, share, traffic)),
            inbound: Mutex::new(inbound),
            news,
            idle,
        })
    }

    /// The sending side.
    pub(crate) fn outbox(&self) -> &Arc<Outbox> {
        &self.outbox
    }

    /// A request of this client is being answered, or no longer.
    pub(crate) fn attend(&self, attended: bool) {
        let mut inbound = self.inbound.lock();
        inbound.attended = attended;
        inbound.heard = Instant::now();
    }

    /// Brings bytes of the client. One that brings more than is worked off is dropped without another word: its own
    /// task tells the senders whose messages are lost.
    pub(crate) fn bring(&self, bytes: Bytes) {
        let mut inbound = self.inbound.lock();
        inbound.bytes += bytes.len();
        self.outbox.traffic.inbound.raise(bytes.len() as u64);
        inbound.chunks.push_back(bytes);
        let too_much = inbound.bytes > INBOUND_BYTES;
        let excess = inbound.charge(self.outbox.share()).err();
        let reader = inbound.reader.take();
        // The outbox has a lock of its own; the two are never held at once.
        drop(inbound);
        match excess {
            Some(excess) => self.outbox.end(excess.into()),
            None if too_much => self.outbox.end(Loss::Flood),
            None => reader.into_iter().for_each(Waker::wake),
        }
    }

    /// Whether everything that was brought has had its effect.
    pub(crate) fn is_processed(&self) -> bool {
        // An outbox that has ended takes no reply: nothing is left to wait for.
        let inbound = self.inbound.lock();
        // While so much waits that no request is read, the answer is full without the reply.
        let idle = inbound.held || inbound.chunks.is_empty() && !inbound.working;
        drop(inbound);
        idle || self.outbox.has_ended()
    }

    /// Whether bytes are left unread until the client has taken lines.
    #[cfg(feature = "fuzzing")]
    pub(crate) fn is_held(&self) -> bool {
        self.inbound.lock().held
    }

    /// Whether there are lines to take, or the end to tell.
    pub(crate) fn has_news(&self) -> bool {
        self.outbox.has_news()
    }

    /// Waits until something happened. One request at a time may wait; it has to look again.
    pub(crate) async fn news(&self) {
        self.news.notified().await;
    }

    /// Lets the request that waits look again.
    pub(crate) fn nudge(&self) {
        self.news.notify_one();
    }

    /// Whether the client waits to hear of a message that it has sent.
    pub(crate) fn awaits(&self) -> bool {
        self.outbox.awaits()
    }

    /// Whether something is to be expected soon: word of a message that the client has sent, or the next one of a
    /// sender that waited to hear of the last, as in a transfer of a file.
    pub(crate) fn is_lively(&self) -> bool {
        self.awaits() || self.outbox.has_heard(LIVELY)
    }

    /// Counts the lines as delivered that an answer would take, and leaves them there until the answer is made: for
    /// a client that waits for it.
    pub(crate) fn promise(&self) -> Waiting {
        Deliveries::new().promise(&self.outbox, ANSWER_BYTES)
    }

    /// Takes lines for an answer, at most `most` bytes of them; `None` when the connection is over
    /// and everything has been said, or was given up.
    pub(crate) fn take(&self, most: usize) -> Option<Taken> {
        Deliveries::new().take(&self.outbox, most)
    }

    /// Puts a line in, as a connection does.
    #[cfg(test)]
    pub(crate) fn say(&self, line: &'static str) {
        Deliveries::new().send(&self.outbox, Bytes::from_static(line.as_bytes()));
    }

    /// Ends it, after the lines that have been put in.
    #[cfg(test)]
    pub(crate) fn finish(&self) {
        Deliveries::new().close(&self.outbox);
    }

    fn expires(&self) -> Instant {
        let inbound = self.inbound.lock();
        // A client whose request is held is there: the deadline moves with the clock, and the task that waits for it
        // looks again when it comes.
        let since = if inbound.attended { Instant::now() } else { inbound.heard };
        since + self.idle
    }
}

impl Inbound {
    fn poll_readable(&mut self, context: &Context<'_>) -> Poll<()> {
        if !self.chunks.is_empty() {
            return Poll::Ready(());
        }
        // Under the lock under which bytes come: none comes between the look and the wait.
        self.reader = Some(context.waker().clone());
        Poll::Pending
    }

    fn charge(&mut self, share: &Share) -> Result<(), Excess> {
        share.change(&mut self.charged, self.bytes)
    }
}

/// The end of a tunnel from which the connection reads. When it is dropped, for any reason, the connection is over.
pub(crate) struct Inlet(pub(crate) Arc<Tunnel>);

impl Inlet {
    /// Whether there are bytes. The task is woken when there are.
    pub(super) fn poll_readable(&self, context: &mut Context<'_>) -> Poll<()> {
        self.0.inbound.lock().poll_readable(context)
    }

    /// Reads the next bytes, as many as a socket would give at once. The task is woken when there are some.
    pub(super) fn poll_read(&self, context: &mut Context<'_>, buffer: &mut BytesMut) -> Poll<usize> {
        let mut inbound = self.0.inbound.lock();
        ready!(inbound.poll_readable(context));
        let mut read = 0;
        while read < read_buffer::SIZE
            && let Some(chunk) = inbound.chunks.front_mut()
        {
            let part = chunk.split_to(chunk.len().min(read_buffer::SIZE - read));
            if chunk.is_empty() {
                inbound.chunks.pop_front();
            }
            buffer.extend_from_slice(&part);
            read += part.len();
        }
        inbound.bytes -= read;
        // Less is never refused.
        let _ = inbound.charge(self.0.outbox.share());
        // With the chunks under one lock: `is_processed` sees either them or this.
        inbound.working = true;
        self.0.outbox.traffic.inbound.lower(read as u64);
        Poll::Ready(read)
    }

    /// Notes whether bytes are read at all, or wait until the client has taken lines.
    pub(super) fn hold(&self, held: bool) {
        let mut inbound = self.0.inbound.lock();
        if inbound.held != held {
            inbound.held = held;
            drop(inbound);
            self.0.news.notify_one();
        }
    }

    /// Notes that the bytes that have been read have had their effect.
    pub(super) fn processed(&self) {
        self.0.inbound.lock().working = false;
        self.0.news.notify_one();
    }

    /// The number of waiting bytes that the client gets although the connection is over: those that fit into
    /// the answer that is being made.
    pub(super) fn still_taken(&self) -> usize {
        if self.0.inbound.lock().attended { ANSWER_BYTES } else { 0 }
    }

    /// When the client counts as gone, unless it asks for something before.
    pub(super) fn expires(&self) -> Instant {
        self.0.expires()
    }

    /// Waits until the client has taken the lines that still wait for it, as long as it goes on asking.
    pub(super) async fn linger(&self) {
        while !self.0.outbox.has_ended() && self.expires() > Instant::now() {
            // Either way the loop looks again.
            let _ = timeout_at(self.expires(), self.0.outbox.ended()).await;
        }
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.outbox.traffic.inbound.lower(self.inbound.get_mut().bytes as u64);
    }
}

impl Drop for Inlet {
    fn drop(&mut self) {
        Deliveries::new().abandon(&self.0.outbox);
    }
}

#[cfg(test)]
mod tests;
