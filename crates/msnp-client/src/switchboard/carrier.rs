//! Peer-to-peer packets on their way out.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use msnp::Handle;
use msnp::message::P2pEnvelope;

use super::{MAX_PAYLOAD, Switchboard};

/// The switchboard is gone: packets need another way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the switchboard is gone")]
pub(crate) struct CarrierGone;

/// One switchboard as a carrier of packets to one account.
#[derive(Clone)]
pub(crate) struct PacketCarrier {
    board: Arc<Switchboard>,
    peer: Arc<Handle>,
    /// The MIME part, the same for every packet.
    envelope: Bytes,
}

impl PacketCarrier {
    pub(crate) fn new(board: Arc<Switchboard>, peer: &Handle) -> Self {
        let envelope = P2pEnvelope { destination: peer.to_string(), packet: Bytes::new() };
        Self { board, peer: Arc::new(peer.clone()), envelope: envelope.to_message().to_bytes() }
    }

    /// The number of the switchboard.
    pub(crate) fn id(&self) -> u64 {
        self.board.id()
    }

    /// Waits for room in the window and queues packets, each given in pieces: header, body,
    /// footer. The pieces are put together in the write buffer, and nowhere else.
    /// Packets after one that can't be queued are not sent either.
    pub(crate) async fn send_pieces<P: AsRef<[u8]>, const N: usize>(
        &self,
        packets: &[[P; N]],
    ) -> Result<(), CarrierGone> {
        let mut rest = packets;
        while !rest.is_empty() {
            // As many as fit, rather than all: a batch larger than the window would never get its permits.
            let count = self.room().await?.min(rest.len());
            let (now, later) = rest.split_at(count);
            rest = later;
            // Another sender may have taken the room meanwhile: then this waits.
            let room = self.board.window.acquire_many(count as u32).await.map_err(|_| CarrierGone)?;
            // The permits come back with the service's ACK or NAK of each packet, not at the end of this scope.
            room.forget();
            self.board.post_packets(&self.peer, &self.envelope, now)?;
        }
        Ok(())
    }

    /// The number of packets that can be queued now without waiting.
    pub(crate) fn try_room(&self) -> usize {
        if self.board.is_closed() { 0 } else { self.board.window.available_permits() }
    }

    /// Waits until at least one packet can be queued, and returns how many can.
    pub(crate) async fn room(&self) -> Result<usize, CarrierGone> {
        if self.board.is_closed() {
            return Err(CarrierGone);
        }
        drop(self.board.window.acquire().await.map_err(|_| CarrierGone)?);
        // Another sender may have taken the room since: then the caller waits in `acquire_many`.
        Ok(self.board.window.available_permits().max(1))
    }

    /// While this is kept, the switchboard is not closed for want of packets: a user may
    /// think about an offer for longer than a minute.
    pub(crate) fn lease(&self) -> Arc<()> {
        Arc::clone(&self.board.lease)
    }
}

impl Switchboard {
    fn post_packets<P: AsRef<[u8]>, const N: usize>(
        &self,
        peer: &Arc<Handle>,
        envelope: &[u8],
        packets: &[[P; N]],
    ) -> Result<(), CarrierGone> {
        let mut state = self.state.lock();
        let queued = self.outbox.append(|out| {
            for packet in packets {
                let length = envelope.len() + packet.iter().map(|piece| piece.as_ref().len()).sum::<usize>();
                debug_assert!(length <= MAX_PAYLOAD, "{length}");
                let transaction = state.transaction().0;
                state.in_flight.push_back((transaction, Arc::clone(peer)));
                head(out, transaction, length);
                out.extend_from_slice(envelope);
                packet.iter().for_each(|piece| out.extend_from_slice(piece.as_ref()));
            }
        });
        drop(state);
        // The reading task may sleep at the lower limit, which holds only while nothing is in flight: without this wake-up
        // it would not read the ACKs that these packets wait for.
        self.backlog.look_again();
        if queued { Ok(()) } else { Err(CarrierGone) }
    }

    /// Whether packets wait for an answer.
    pub(super) fn has_in_flight(&self) -> bool {
        !self.state.lock().in_flight.is_empty()
    }
}

/// `MSG n D length`.
fn head(out: &mut BytesMut, transaction: u32, length: usize) {
    use std::fmt::Write;
    // Writing into a buffer that grows cannot fail.
    let _ = write!(out, "MSG {transaction} D {length}\r\n");
}

#[cfg(test)]
impl PacketCarrier {
    /// Sends packets that are in one piece.
    pub(crate) async fn send(&self, packets: Vec<Bytes>) -> Result<(), CarrierGone> {
        self.send_pieces(&packets.into_iter().map(|packet| [packet]).collect::<Vec<_>>()).await
    }

    /// Waits until the switchboard is gone.
    pub(crate) async fn closed(&self) {
        self.board.closed().await;
    }
}
