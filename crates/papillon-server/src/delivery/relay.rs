//! Messages on their way from the buffer into which they were read to the sockets of their recipients.

use std::io::IoSlice;
use std::sync::Arc;

use bytes::Bytes;
use msnp::command::{ack, msg};
use smallvec::SmallVec;

use super::outbox::{Outbox, Rest, Turn, Written};
use super::{Deliveries, Receipt};

/// The most messages that are relayed with one system call a recipient: two slices each, and their arrays are on the
/// stack.
pub(crate) const MOST: usize = 32;

/// Messages that a client has sent one after the other, at most [`MOST`].
pub(crate) struct Relay<'a> {
    pub(crate) sender: &'a Arc<Outbox>,
    pub(crate) envelope: &'a mut msg::Envelope,
    pub(crate) messages: &'a [msg::RequestRef<'a>],
}

/// The turns at the sockets of all recipients.
pub(crate) struct Turns(SmallVec<[Turn; 1]>);

impl Relay<'_> {
    /// Sends the messages to all of `others`: by [`pass_on`](Self::pass_on), if all their sockets are free, and else by
    /// their queues. Called under the lock of their conversation, so that all people get all messages in one order.
    pub(crate) fn begin<'o>(
        &self,
        others: impl Iterator<Item = &'o Arc<Outbox>> + Clone,
        out: &mut Deliveries,
    ) -> Option<Turns> {
        let mut turns = SmallVec::new();
        for outbox in others.clone() {
            match outbox.take_turn() {
                Some(turn) => turns.push(turn),
                None => {
                    turns.into_iter().filter_map(Turn::give_back).for_each(|outbox| out.resume(&outbox));
                    self.queue(others.clone(), out);
                    self.slow_down(others);
                    return None;
                }
            }
        }
        Some(Turns(turns))
    }

    /// Nobody is there: the messages are not delivered.
    pub(crate) fn refuse(&self, out: &mut Deliveries) {
        for message in self.messages {
            out.answer(self.sender, message.transaction, message.acknowledge, false);
        }
    }

    fn queue<'o>(&self, others: impl Iterator<Item = &'o Arc<Outbox>> + Clone, out: &mut Deliveries) {
        let count = others.clone().count();
        for message in self.messages {
            // Built once and shared.
            let line = self.envelope.wrap(message.payload);
            let receipt = Receipt::new(self.sender, message.transaction, message.acknowledge, count);
            for outbox in others.clone() {
                out.send_counted(outbox, line.clone(), receipt.clone());
            }
        }
    }

    /// Holds the sender back where all of the others have much to read already. As long as one of them reads along, the
    /// conversation goes on at its pace, and the slow ones are dropped.
    fn slow_down<'o>(&self, others: impl Iterator<Item = &'o Arc<Outbox>> + Clone) {
        if !others.clone().all(|outbox| outbox.is_slow()) {
            return;
        }
        let Some(task) = self.sender.task() else { return };
        for outbox in others {
            outbox.slow_down(self.sender, &task);
        }
    }

    /// Writes the messages to the sockets, without a lock and without a copy of their bodies.
    pub(crate) fn pass_on(self, turns: Turns, out: &mut Deliveries) {
        if let [message] = self.messages {
            let line = self.envelope.line(message.payload.len());
            let slices = [IoSlice::new(line), IoSlice::new(message.payload)];
            let blocked = write(turns, &slices, out);
            return self.see_to(blocked, out);
        }
        let mut lines = SmallVec::<[u8; 1024]>::new();
        let mut ends = SmallVec::<[usize; MOST]>::new();
        for message in self.messages {
            lines.extend_from_slice(self.envelope.line(message.payload.len()));
            ends.push(lines.len());
        }
        let mut slices = SmallVec::<[IoSlice<'_>; 2 * MOST]>::new();
        let mut start = 0;
        for (message, &end) in self.messages.iter().zip(&ends) {
            slices.push(IoSlice::new(&lines[start..end]));
            slices.push(IoSlice::new(message.payload));
            start = end;
        }
        let blocked = write(turns, &slices, out);
        self.see_to(blocked, out);
    }

    /// Tells the sender what is delivered, and queues what some sockets have not taken.
    fn see_to(self, blocked: Vec<Blocked>, out: &mut Deliveries) {
        if blocked.is_empty() {
            return self.acknowledge(self.messages.len(), out);
        }
        let lines: Vec<Bytes> =
            self.messages.iter().map(|message| self.envelope.wrap(message.payload)).collect();
        let taken: Vec<_> = blocked.iter().map(|blocked| whole(&lines, blocked.written.taken)).collect();
        // The others have all of them already; those that nobody waits for are delivered.
        let complete = taken.iter().map(|(whole, _)| *whole).min().unwrap_or(0);
        self.acknowledge(complete, out);
        let receipts: Vec<Option<Arc<Receipt>>> = (self.messages.iter().enumerate())
            .map(|(number, message)| {
                let waiting = taken.iter().filter(|(whole, _)| *whole <= number).count();
                (waiting > 0)
                    .then(|| Receipt::new(self.sender, message.transaction, message.acknowledge, waiting))
                    .flatten()
            })
            .collect();
        for (Blocked { turn, written }, (whole, begun)) in blocked.into_iter().zip(taken) {
            let lines = lines[whole..].iter().cloned().zip(receipts[whole..].iter().cloned()).collect();
            turn.end(written, Rest { lines, begun }, &mut out.settled);
        }
    }

    /// Tells the sender that the first messages are delivered, as far as it asked for that.
    #[inline]
    fn acknowledge(&self, messages: usize, out: &mut Deliveries) {
        let delivered = &self.messages[..messages];
        if delivered.iter().any(|message| message.acknowledge.tells_success()) {
            self.tell_delivered(delivered, out);
        }
    }

    /// Apart, so that messages of which their sender hears nothing do not pay for the room of the lines.
    #[inline(never)]
    fn tell_delivered(&self, delivered: &[msg::RequestRef<'_>], out: &mut Deliveries) {
        let mut lines = SmallVec::<[u8; 512]>::new();
        let mut count = 0;
        for message in delivered {
            if message.acknowledge.tells_success() {
                ack::Reply { transaction: message.transaction }.line(|part| lines.extend_from_slice(part));
                count += 1;
            }
        }
        self.sender.traffic.answered(true, count);
        let Some(turn) = self.sender.take_turn() else {
            out.send(self.sender, Bytes::copy_from_slice(&lines));
            return;
        };
        let written = turn.write(&[IoSlice::new(&lines)]);
        if written.taken == lines.len() {
            return turn.end_whole(lines.len(), &mut out.settled);
        }
        let lines = vec![(Bytes::copy_from_slice(&lines), None)];
        turn.end(written, Rest { lines, begun: written.taken }, &mut out.settled);
    }
}

/// A socket that has not taken all.
struct Blocked {
    turn: Turn,
    written: Written,
}

/// Writes to each socket. Those that take everything have had their turn.
fn write(turns: Turns, slices: &[IoSlice<'_>], out: &mut Deliveries) -> Vec<Blocked> {
    let total: usize = slices.iter().map(|slice| slice.len()).sum();
    let mut blocked = Vec::new();
    for turn in turns.0 {
        let written = turn.write(slices);
        if written.taken == total {
            turn.end_whole(total, &mut out.settled);
        } else {
            blocked.push(Blocked { turn, written });
        }
    }
    blocked
}

/// How many of the lines are within the first `taken` bytes, and how many bytes of the next one.
fn whole(lines: &[Bytes], taken: usize) -> (usize, usize) {
    let mut left = taken;
    for (number, line) in lines.iter().enumerate() {
        if left < line.len() {
            return (number, left);
        }
        left -= line.len();
    }
    (lines.len(), 0)
}

#[cfg(test)]
mod tests;
