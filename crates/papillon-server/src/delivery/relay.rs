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
#[derive(Debug, Clone, Copy)]
pub(crate) struct Relay<'a> {
    pub(crate) sender: &'a Arc<Outbox>,
    pub(crate) envelope: &'a msg::Envelope,
    pub(crate) messages: &'a [msg::RequestRef<'a>],
}

/// The turns at the sockets of all recipients.
pub(crate) struct Turns(SmallVec<[Turn; 4]>);

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
                    self.queue(others, out);
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

    /// Writes the messages to the sockets, without a lock and without a copy of their bodies.
    pub(crate) fn pass_on(&self, Turns(turns): Turns, out: &mut Deliveries) {
        let mut headers = SmallVec::<[u8; 512]>::new();
        let mut ends = SmallVec::<[usize; MOST]>::new();
        for message in self.messages {
            self.envelope.line(message.payload.len(), |part| headers.extend_from_slice(part));
            ends.push(headers.len());
        }
        let mut slices = SmallVec::<[IoSlice<'_>; 2 * MOST]>::new();
        let mut lengths = SmallVec::<[usize; MOST]>::new();
        let mut start = 0;
        for (message, &end) in self.messages.iter().zip(&ends) {
            slices.push(IoSlice::new(&headers[start..end]));
            slices.push(IoSlice::new(message.payload));
            lengths.push(end - start + message.payload.len());
            start = end;
        }
        let total: usize = lengths.iter().sum();
        let written: SmallVec<[Written; 4]> = turns.iter().map(|turn| turn.write(&slices)).collect();
        // All of them, usually. Where a socket has not taken all, the messages from here on have receipts.
        let complete = match written.iter().all(|written| written.taken == total) {
            true => self.messages.len(),
            false => written.iter().map(|written| whole(&lengths, written.taken).0).min().unwrap_or(0),
        };
        self.acknowledge(complete, out);
        if complete == self.messages.len() {
            for (turn, written) in turns.into_iter().zip(written) {
                turn.end(written, Rest::default(), &mut out.settled);
            }
        } else {
            self.leave_rest(turns, &written, &lengths, out);
        }
    }

    /// Queues what the sockets have not taken.
    fn leave_rest(
        &self,
        turns: SmallVec<[Turn; 4]>,
        written: &[Written],
        lengths: &[usize],
        out: &mut Deliveries,
    ) {
        let taken: Vec<_> = written.iter().map(|written| whole(lengths, written.taken)).collect();
        let lines: Vec<(Bytes, Option<Arc<Receipt>>)> = (self.messages.iter().enumerate())
            .map(|(number, message)| {
                // The others have it already.
                let waiting = taken.iter().filter(|(whole, _)| *whole <= number).count();
                let receipt = (waiting > 0)
                    .then(|| Receipt::new(self.sender, message.transaction, message.acknowledge, waiting));
                (self.envelope.wrap(message.payload), receipt.flatten())
            })
            .collect();
        for ((turn, written), (whole, begun)) in turns.into_iter().zip(written).zip(taken) {
            let rest = Rest { lines: lines[whole..].to_vec(), begun };
            turn.end(*written, rest, &mut out.settled);
        }
    }

    /// Tells the sender that the first messages are delivered, as far as it asked for that.
    fn acknowledge(&self, messages: usize, out: &mut Deliveries) {
        let mut lines = SmallVec::<[u8; 512]>::new();
        let mut count = 0;
        for message in &self.messages[..messages] {
            if message.acknowledge.tells_success() {
                ack::Reply { transaction: message.transaction }.line(|part| lines.extend_from_slice(part));
                count += 1;
            }
        }
        if count == 0 {
            return;
        }
        self.sender.traffic.answered(true, count);
        let Some(turn) = self.sender.take_turn() else {
            out.send(self.sender, Bytes::copy_from_slice(&lines));
            return;
        };
        let written = turn.write(&[IoSlice::new(&lines)]);
        let rest = match written.taken == lines.len() {
            true => Rest::default(),
            false => Rest { lines: vec![(Bytes::copy_from_slice(&lines), None)], begun: written.taken },
        };
        turn.end(written, rest, &mut out.settled);
    }
}

/// How many lines of these lengths are within the first `taken` bytes, and how many bytes of the next one.
fn whole(lengths: &[usize], taken: usize) -> (usize, usize) {
    let mut left = taken;
    for (number, length) in lengths.iter().enumerate() {
        if left < *length {
            return (number, left);
        }
        left -= length;
    }
    (lengths.len(), 0)
}
