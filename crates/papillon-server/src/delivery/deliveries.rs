//! Lines on their way to clients.

use std::marker::PhantomData;
use std::sync::Arc;

use bytes::Bytes;
use msnp::TransactionId;
use msnp::command::msg::Acknowledge;

use super::outbox::{Outbox, Settled, Taken, Waiting};
use super::receipt::{self, Receipt};
use crate::counts::Loss;

/// More clients than this are watchers most likely. Then there is room for this many at once: to grow step by step would
/// cost a good part of what their lines do.
const FEW: usize = 4;
const MANY: usize = 124;

/// Collects the lines that one step puts into outboxes, and writes them in as few system calls as
/// possible when it is dropped: one per client, however many lines there are.
///
/// It cannot be held across an await (it is not `Send`), so its lines are always written at once.
#[derive(Debug, Default)]
pub(crate) struct Deliveries {
    /// An outbox may be in here twice: the second write finds nothing.
    dirty: Vec<Arc<Outbox>>,
    pub(super) settled: Settled,
    not_across_await: PhantomData<*const ()>,
}

impl Deliveries {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Sends a line to one client.
    #[inline]
    pub(crate) fn send(&mut self, to: &Arc<Outbox>, line: Bytes) {
        self.put(to, line, None);
    }

    /// Sends a line and tells `receipt` of the outcome.
    pub(crate) fn send_counted(&mut self, to: &Arc<Outbox>, line: Bytes, receipt: Option<Arc<Receipt>>) {
        self.put(to, line, receipt);
    }

    /// Tells a sender that a message is delivered, or is not, if its class asks for that.
    pub(crate) fn answer(
        &mut self,
        sender: &Arc<Outbox>,
        transaction: TransactionId,
        acknowledge: Acknowledge,
        delivered: bool,
    ) {
        if let Some(line) = receipt::answer(transaction, acknowledge, delivered) {
            sender.traffic.answered(delivered, 1);
            self.send(sender, line);
        }
    }

    /// Ends a connection once everything sent to it has been written.
    pub(crate) fn close(&mut self, outbox: &Arc<Outbox>) {
        outbox.close();
        self.dirty.push(Arc::clone(outbox));
    }

    /// Ends a connection with this line. Lines that still wait for it are dropped: a client that does not read would
    /// else keep them in memory for as long as it likes.
    pub(crate) fn close_with(&mut self, outbox: &Arc<Outbox>, last: Option<Bytes>) {
        outbox.close_with(last);
        self.dirty.push(Arc::clone(outbox));
    }

    /// Takes at most `most` bytes out of the outbox of a tunnel; `None` when it has ended.
    pub(super) fn take(&mut self, outbox: &Outbox, most: usize) -> Option<Taken> {
        outbox.take(most, &mut self.settled)
    }

    /// Counts the lines as delivered that would be taken, and leaves them there.
    pub(super) fn promise(&mut self, outbox: &Outbox, most: usize) -> Waiting {
        outbox.promise(most, &mut self.settled)
    }

    /// Gives up a connection together with the lines that still wait for it.
    pub(crate) fn abandon(&mut self, outbox: &Outbox) {
        outbox.end(Loss::Disconnected);
        // No line is left then: this collects the receipts of those that waited.
        outbox.give_up(0, &mut self.settled);
    }

    /// Takes back the messages that still wait for a client, but for those within the first `kept` bytes, and
    /// tells their senders: lines that are sent to these from now on come behind that.
    pub(crate) fn give_up(&mut self, outbox: &Outbox, kept: usize) {
        outbox.give_up(kept, &mut self.settled);
        self.tell_senders();
    }

    /// Tells senders of the fate of their messages: lines that are sent to them from now on come behind that.
    #[inline(always)]
    pub(crate) fn tell_senders(&mut self) {
        if !self.settled.is_empty() {
            self.tell_settled();
        }
    }

    /// Apart, so that a step that settles nothing does not pay for it: that is most of them, as presence has no receipts.
    fn tell_settled(&mut self) {
        // An answer has no receipt of its own, so this settles nothing more.
        for (receipt, delivered) in std::mem::take(&mut self.settled) {
            if receipt.settle(delivered) {
                self.answer(&receipt.sender, receipt.transaction, receipt.acknowledge, delivered);
                // Afterwards: this wakes a request of the sender, which then finds the answer in the outbox.
                receipt.told();
            }
        }
    }

    /// Continues writing to a client whose socket is ready again.
    pub(crate) fn resume(&mut self, outbox: &Arc<Outbox>) {
        self.dirty.push(Arc::clone(outbox));
    }

    // A line is passed on in registers then, and not by way of the stack.
    #[inline]
    fn put(&mut self, to: &Arc<Outbox>, line: Bytes, receipt: Option<Arc<Receipt>>) {
        if to.push(line, receipt, &mut self.settled) {
            if self.dirty.len() == FEW {
                self.dirty.reserve(MANY);
            }
            self.dirty.push(Arc::clone(to));
        }
    }
}

impl Drop for Deliveries {
    fn drop(&mut self) {
        // Writing settles receipts, and a settled receipt may write to its sender. It ends: each receipt answers once.
        while !self.settled.is_empty() || !self.dirty.is_empty() {
            self.tell_senders();
            if let Some(outbox) = self.dirty.pop() {
                outbox.write(&mut self.settled);
            }
        }
    }
}
