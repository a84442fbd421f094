//! The switchboards that carry one peer's packets.

use std::sync::Arc;
use std::time::Instant;

use msnp_p2p::Body;
use msnp_p2p::packet::Carrier;

use super::{Driver, Input};
use crate::switchboard::PacketCarrier;
use crate::{SendError, TransferRoute};

/// The most packets that are put together before the engine gets the packets that came in meanwhile: as many as the
/// window of a switchboard has room for.
const BATCH: usize = 64;

/// The switchboard that packets go over, when there is one.
#[derive(Default)]
pub(super) struct Switchboard {
    carrier: Option<PacketCarrier>,
    /// The switchboard of the last incoming packets; not always the one for outgoing packets.
    seen: Option<u64>,
    opening: bool,
    failure: Option<SendError>,
    /// Keeps the switchboard open while a session is open.
    lease: Option<Arc<()>>,
}

/// The parts of a packet.
enum Piece {
    Header([u8; 48]),
    Body(bytes::Bytes),
    Footer([u8; 4]),
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Header(bytes) => bytes,
            Self::Body(bytes) => bytes,
            Self::Footer(bytes) => bytes,
        }
    }
}

impl Switchboard {
    /// Packets came over this one: answers go there too, if there is no other. A newer one is taken over the
    /// one that there is, unless that is `busy`: the peer may have left the older one without a word.
    pub(super) fn seen(&mut self, carrier: PacketCarrier, busy: bool) {
        self.seen = Some(carrier.id());
        let gives_way = |own: &PacketCarrier| !busy && own.id() < carrier.id();
        if self.carrier.as_ref().is_none_or(gives_way) {
            self.carrier = Some(carrier);
            // `hold` takes one of the new switchboard. The old one may close.
            self.lease = None;
        }
    }

    /// Waits until a packet can be sent.
    pub(super) async fn room(&self) {
        match &self.carrier {
            // An input tells when it is gone.
            Some(carrier) => match carrier.room().await {
                Ok(_) => {}
                Err(_) => std::future::pending().await,
            },
            None => std::future::pending().await,
        }
    }

    /// The reason for which there is none. Every session that waited for a switchboard fails with it.
    pub(super) fn failure(&self) -> Option<SendError> {
        self.failure.clone()
    }

    /// Keeps the switchboard from being closed as idle, or no longer.
    pub(super) fn hold(&mut self, hold: bool) {
        match &self.carrier {
            Some(carrier) if hold => {
                if self.lease.is_none() {
                    self.lease = Some(carrier.lease());
                }
            }
            _ => self.lease = None,
        }
    }
}

impl Driver {
    /// Whether to wait for room: on the switchboard, on the direct connection.
    pub(super) fn waits_for_room(&self) -> (bool, bool) {
        let now = Instant::now();
        let switchboard = self.switchboard.carrier.is_some();
        (
            switchboard && self.engine.has_transmit(Carrier::Switchboard, now),
            self.direct.is_up() && self.engine.has_transmit(Carrier::Direct, now),
        )
    }

    /// Sends as many packets as there is room for. `true` when some were sent.
    pub(super) async fn transmit_switchboard(&mut self) -> bool {
        if !self.engine.has_transmit(Carrier::Switchboard, Instant::now()) {
            return false;
        }
        let Some(carrier) = self.switchboard.carrier.clone() else {
            self.open_switchboard();
            return false;
        };
        let room = carrier.try_room().min(BATCH);
        let mut packets = Vec::with_capacity(room);
        while packets.len() < room {
            let now = Instant::now();
            let Some(transmit) = self.engine.poll_transmit(Carrier::Switchboard, now) else { break };
            // A file that can no longer be read has ended its session; the engine has packets of others.
            let Some(body) = self.body(transmit.body, TransferRoute::Switchboard).await else { continue };
            let footer = Piece::Footer(transmit.footer.0.to_be_bytes());
            packets.push([Piece::Header(transmit.header.to_bytes()), Piece::Body(body), footer]);
        }
        if packets.is_empty() {
            return false;
        }
        // An input tells when it is gone.
        carrier.send_pieces(&packets).await.is_ok()
    }

    /// The bytes of a packet. `None` when they could not be read: the session is over then.
    pub(super) async fn body(&mut self, body: Body, route: TransferRoute) -> Option<bytes::Bytes> {
        match body {
            Body::Bytes(bytes) => Some(bytes),
            Body::File { session, offset, length } => self.read(session, offset, length, route).await,
        }
    }

    fn open_switchboard(&mut self) {
        if self.switchboard.opening {
            return;
        }
        let (Some(surroundings), Some(inputs)) = (self.surroundings.upgrade(), self.inputs.upgrade()) else {
            return;
        };
        let pool = Arc::clone(&surroundings.switchboards);
        self.switchboard.opening = true;
        let peer = self.peer.clone();
        tokio::spawn(async move {
            let opened = pool.packet_carrier(&peer).await;
            // Before the wait for room in the queue: with the pool, this task would keep the client's switchboards.
            drop(pool);
            // The task may be over.
            let _ = inputs.send(Input::Opened(opened)).await;
        });
    }

    pub(super) fn opened(&mut self, result: Result<PacketCarrier, SendError>) {
        self.switchboard.opening = false;
        match result {
            Ok(carrier) => {
                self.switchboard.failure = None;
                self.switchboard.carrier = Some(carrier);
            }
            Err(error) => {
                tracing::debug!(peer = %self.peer, %error, "there is no way to the peer");
                self.switchboard.failure = Some(error);
                // It fails all sessions: none of them has another way, and each would only ask for a switchboard again.
                self.engine.unreachable();
            }
        }
    }

    pub(super) fn carrier_gone(&mut self, id: u64, now: Instant) {
        let ours = self.switchboard.carrier.as_ref().is_some_and(|carrier| carrier.id() == id);
        if ours {
            self.switchboard.carrier = None;
            self.switchboard.lease = None;
        }
        // Also where only the peer sent over it: its messages may be cut off in the middle, and are told again over
        // another.
        if ours || self.switchboard.seen == Some(id) {
            self.switchboard.seen = None;
            self.switchboard.failure = None;
            self.engine.carrier_lost(Carrier::Switchboard, now);
        }
    }
}
