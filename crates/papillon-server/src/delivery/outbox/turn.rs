//! The turn at a client's socket: bytes that are written without being queued first.

use std::io::{self, IoSlice};
use std::sync::Arc;

use bytes::Bytes;

use super::queue::{Item, Phase};
use super::{Outbox, Settled, Sink};
use crate::counts::Loss;
use crate::delivery::Receipt;

/// The right to write to a client's socket, taken while nothing waits for it and kept without a lock. Lines that others
/// put in meanwhile wait in the queue, and are written at the end of the turn.
#[derive(Debug)]
pub(in crate::delivery) struct Turn(Option<Arc<Outbox>>);

/// The part of some bytes that the socket has taken in a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::delivery) struct Written {
    /// In bytes.
    pub(in crate::delivery) taken: usize,
    /// The connection is broken: it takes no more.
    pub(in crate::delivery) broken: bool,
}

/// Lines that the socket has not taken in a turn, in their order.
#[derive(Debug, Default)]
pub(in crate::delivery) struct Rest {
    pub(in crate::delivery) lines: Vec<(Bytes, Option<Arc<Receipt>>)>,
    /// The number of bytes of the first that it has taken.
    pub(in crate::delivery) begun: usize,
}

impl Outbox {
    /// Takes the turn, if nothing waits and nobody has it.
    pub(in crate::delivery) fn take_turn(self: &Arc<Self>) -> Option<Turn> {
        let Sink::Tcp(_) = self.sink else { return None };
        let mut queue = self.queue.lock();
        let is_free = queue.phase == Phase::Open && queue.lines.is_empty() && !queue.is_taken;
        queue.is_taken |= is_free;
        is_free.then(|| Turn(Some(Arc::clone(self))))
    }

    /// The end of a turn in which the socket has taken everything: the usual one.
    fn end_whole(&self, taken: usize, settled: &mut Settled) {
        let mut queue = self.queue.lock();
        queue.is_taken = false;
        queue.taken += taken as u64;
        // Lines that others have put in meanwhile, or the end of the connection, which waits for the turn.
        if !queue.lines.is_empty() || queue.phase != Phase::Open {
            self.write_queue(&mut queue, settled);
        }
    }

    fn end_turn(&self, written: Written, rest: Rest, settled: &mut Settled) {
        let mut queue = self.queue.lock();
        let queue = &mut *queue;
        queue.is_taken = false;
        queue.taken += written.taken as u64;
        if queue.phase == Phase::Ended {
            settled.extend(rest.lines.into_iter().filter_map(|(_, receipt)| Some((receipt?, false))));
            return;
        }
        if !rest.lines.is_empty() {
            queue.put_in_front(
                rest.lines.into_iter().map(|(line, receipt)| Item { line, receipt }),
                rest.begun,
            );
            self.traffic.longest_outbox.reach(queue.bytes as u64);
        }
        // With the rest in the queue: its senders hear of it from the connection's own task, before its people hear that
        // the client is gone.
        let loss = match written.broken {
            true => Some(Loss::Disconnected),
            false => (queue.bytes > self.limit).then_some(Loss::Overflow),
        };
        if let Some(loss) = loss {
            self.lose(queue, loss);
            queue.wake();
            return;
        }
        self.write_queue(queue, settled);
    }
}

impl Turn {
    /// Writes as much as the socket takes at once.
    pub(in crate::delivery) fn write(&self, slices: &[IoSlice<'_>]) -> Written {
        let Some(Outbox { sink: Sink::Tcp(stream), .. }) = self.0.as_deref() else {
            return Written { taken: 0, broken: true };
        };
        match stream.try_write_vectored(slices) {
            Ok(taken) => Written { taken, broken: false },
            Err(error) => Written { taken: 0, broken: error.kind() != io::ErrorKind::WouldBlock },
        }
    }

    /// Ends the turn of a socket that has taken everything.
    pub(in crate::delivery) fn end_whole(mut self, taken: usize, settled: &mut Settled) {
        if let Some(outbox) = self.0.take() {
            outbox.end_whole(taken, settled);
        }
    }

    /// Ends the turn. `rest` is written when the socket takes it, before all lines that others have put in.
    pub(in crate::delivery) fn end(mut self, written: Written, rest: Rest, settled: &mut Settled) {
        if let Some(outbox) = self.0.take() {
            outbox.end_turn(written, rest, settled);
        }
    }

    /// Gives the turn back unused. The lines that others have put in meanwhile are still to be written.
    pub(in crate::delivery) fn give_back(mut self) -> Option<Arc<Outbox>> {
        let outbox = self.0.take()?;
        outbox.queue.lock().is_taken = false;
        Some(outbox)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // Only where its holder has panicked: the connection's own task goes on with what waits.
        if let Some(outbox) = self.0.take() {
            let mut queue = outbox.queue.lock();
            queue.is_taken = false;
            queue.stalled = true;
            queue.wake();
        }
    }
}
