//! The task of one peer: inputs in, packets and events out.

mod carriers;
mod direct;
mod files;

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use msnp::Handle;
use msnp::message::P2pEnvelope;
use msnp::object::MsnObject;
use msnp_p2p::packet::Carrier;
use msnp_p2p::{FileOffer, Peer, PeerConfig, PeerEvent, RequestError, SessionKey};
use tokio::sync::{mpsc, oneshot};

use super::incoming::Destination;
use super::surroundings::Surroundings;
use crate::file_source::OutgoingFile;
use crate::switchboard::PacketCarrier;
use crate::transfer::Reporter;
use crate::{Event, FetchError, SendError, TransferId};
use carriers::Switchboard;
use direct::{Direct, DirectStream};
use files::File;

/// A task with nothing to do ends after this long.
const IDLE: Duration = Duration::from_secs(60);
/// The most inputs that wait for a peer's task. A task that brings more waits too, and does not read its carrier
/// meanwhile. One input may hold 128 KiB of a file, and as many again are just being processed.
pub(super) const MAX_INPUTS: usize = 8;

/// An input of a peer's task.
pub(super) enum Input {
    /// Packets that came over a switchboard.
    Packets { carrier: PacketCarrier, packets: Vec<Bytes> },
    /// A switchboard closed, or the peer left it.
    CarrierGone(u64),
    /// A switchboard was opened, or could not be.
    Opened(Result<PacketCarrier, SendError>),
    /// A call wants an object.
    Fetch { object: MsnObject, reply: oneshot::Sender<Result<Bytes, FetchError>> },
    /// A call offers a file.
    Offer { id: TransferId, name: String, size: u64, file: OutgoingFile, direct: bool, reporter: Reporter },
    /// A call accepts a file.
    Accept { id: TransferId, destination: Destination, reporter: Reporter },
    /// A call ends or refuses a transfer, and waits until the other side was told.
    Cancel { id: TransferId, told: oneshot::Sender<()> },
    /// The listener of this attempt at a direct connection is open.
    DirectListening { attempt: u64, addresses: Vec<Ipv4Addr>, port: u16, external: Option<SocketAddrV4> },
    /// The attempt succeeded.
    DirectUp { attempt: u64, stream: DirectStream },
    /// Frames that came over the direct connection of this attempt.
    DirectFrames { attempt: u64, frames: Vec<Bytes> },
    /// The attempt failed, or its connection is over.
    DirectDown { attempt: u64 },
}

pub(super) struct Driver {
    surroundings: Weak<Surroundings>,
    peer: Handle,
    engine: Peer,
    inputs: mpsc::WeakSender<Input>,
    switchboard: Switchboard,
    direct: Direct,
    fetches: HashMap<SessionKey, oneshot::Sender<Result<Bytes, FetchError>>>,
    files: HashMap<SessionKey, File>,
    /// The reason for which the last unreadable packet could not be read.
    last_fault: String,
}

/// Drives one peer until nothing is going on, and it may end.
pub(super) async fn run(
    mut driver: Driver,
    mut inputs: mpsc::Receiver<Input>,
    may_end: impl Fn(&mpsc::Receiver<Input>) -> bool,
) {
    let mut batch = Vec::new();
    loop {
        driver.settle().await;
        let idle = driver.engine.is_idle();
        // Without a deadline of the engine the wake-up is the end of an idle task.
        let wake = driver.engine.poll_timeout().unwrap_or_else(|| Instant::now() + IDLE);
        let (room, direct_room) = driver.waits_for_room();
        tokio::select! {
            count = inputs.recv_many(&mut batch, MAX_INPUTS) => {
                // With no sender, or with no client, there is nothing left to answer to.
                if count == 0 || driver.surroundings.strong_count() == 0 {
                    return;
                }
                for input in batch.drain(..) {
                    driver.handle(input).await;
                }
            }
            () = tokio::time::sleep_until(wake.into()) => {
                // `idle` still holds: nothing has reached the engine since it was asked.
                if idle && may_end(&inputs) {
                    return;
                }
                driver.engine.handle_timeout(Instant::now());
            }
            () = driver.switchboard.room(), if room => {}
            () = driver.direct.room(), if direct_room => {}
        }
    }
}

impl Driver {
    /// A driver that receives the outcomes of its own work over `inputs`.
    pub(super) fn new(
        surroundings: &Arc<Surroundings>,
        peer: Handle,
        inputs: mpsc::WeakSender<Input>,
    ) -> Self {
        let config = PeerConfig {
            me: surroundings.account.clone(),
            peer: peer.clone(),
            published: surroundings.pictures.published().clone(),
            direct: direct::config(surroundings),
        };
        Self {
            surroundings: Arc::downgrade(surroundings),
            engine: Peer::new(config),
            peer,
            inputs,
            switchboard: Switchboard::default(),
            direct: Direct::default(),
            fetches: HashMap::new(),
            files: HashMap::new(),
            last_fault: String::new(),
        }
    }

    /// Carries out everything that follows from the inputs.
    async fn settle(&mut self) {
        loop {
            while let Some(event) = self.engine.poll_event() {
                self.tell(event).await;
            }
            // Sending can cause events, such as a file that cannot be read, and these can cause packets: until neither
            // is left.
            if !self.transmit_direct().await && !self.transmit_switchboard().await {
                break;
            }
        }
        while let Some(object) = self.engine.poll_served() {
            if let Some(surroundings) = self.surroundings.upgrade() {
                surroundings.pictures.served().tell(&self.peer, object);
            }
        }
        // An offer may wait for its user far longer than the minute after which an unused switchboard is left.
        self.switchboard.hold(!self.engine.is_idle());
    }

    async fn handle(&mut self, input: Input) {
        let now = Instant::now();
        match input {
            Input::Packets { carrier, packets } => {
                // Asked before the packets are processed: their answers are meant for the switchboard that they came
                // over.
                let busy = self.engine.has_transmit(Carrier::Switchboard, now);
                self.switchboard.seen(carrier, busy);
                for packet in &packets {
                    self.take_packet(Carrier::Switchboard, packet, now).await;
                }
            }
            Input::CarrierGone(id) => self.carrier_gone(id, now),
            Input::Opened(result) => self.opened(result),
            Input::Fetch { object, reply } => self.fetch(&object, reply, now),
            Input::Offer { id, name, size, file, direct, reporter } => {
                // An address may have changed since the task began, such as after a reconnection.
                self.refresh_direct();
                let offer = FileOffer { name, size, preview: None, direct };
                self.offer(id, offer, file, reporter, now);
            }
            Input::Accept { id, destination, reporter } => self.accept(id, destination, reporter, now),
            Input::Cancel { id, told } => self.cancel(id, told).await,
            Input::DirectListening { attempt, addresses, port, external } => {
                if self.direct.is_current(attempt) {
                    self.engine.direct_listening(&addresses, port, external, now);
                }
            }
            Input::DirectUp { attempt, stream } => self.direct_up(attempt, stream, now),
            Input::DirectFrames { attempt, frames } => {
                if self.direct.is_current(attempt) {
                    for frame in &frames {
                        self.take_packet(Carrier::Direct, frame, now).await;
                    }
                }
            }
            Input::DirectDown { attempt } => self.direct_down(attempt, now),
        }
    }

    async fn take_packet(&mut self, carrier: Carrier, packet: &Bytes, now: Instant) {
        if let Err(fault) = self.engine.handle_packet(carrier, packet, now) {
            let reason = fault.to_string();
            // Packets that cannot be read come by the thousand.
            if self.last_fault != reason {
                self.last_fault.clone_from(&reason);
                self.not_shown(reason);
            }
        }
        // Bytes of files are not gathered: they are written before the next packet is looked at.
        while let Some(event) = self.engine.poll_event() {
            self.tell(event).await;
        }
    }

    fn not_shown(&self, reason: String) {
        let (content_type, from) = (P2pEnvelope::MEDIA_TYPE.to_owned(), Some(self.peer.clone()));
        self.emit(Event::NotShown { conversation: None, from, content_type, reason });
    }

    fn fetch(&mut self, object: &MsnObject, reply: oneshot::Sender<Result<Bytes, FetchError>>, now: Instant) {
        match self.engine.request_object(object, now) {
            Ok(session) => drop(self.fetches.insert(session, reply)),
            // The caller may have given up.
            Err(RequestError::TooLarge { limit }) => drop(reply.send(Err(FetchError::TooLarge { limit }))),
            Err(RequestError::NotTheirs) => drop(reply.send(Err(FetchError::NotTheirs))),
            Err(_) => drop(reply.send(Err(FetchError::TooMany))),
        }
    }

    fn emit(&self, event: Event) {
        if let Some(surroundings) = self.surroundings.upgrade() {
            surroundings.events.emit(event);
        }
    }

    /// Acts on an event of the engine.
    async fn tell(&mut self, event: PeerEvent) {
        match event {
            PeerEvent::ObjectReceived { session, data, .. } => {
                if let Some(reply) = self.fetches.remove(&session) {
                    // The caller may have given up.
                    let _ = reply.send(Ok(data));
                }
            }
            PeerEvent::FileOffered { session, name, size, preview } => {
                self.offered(session, name, size, preview);
            }
            PeerEvent::FileData { session, data } => self.write(session, &data).await,
            PeerEvent::FileReceived { session } => self.received(session).await,
            PeerEvent::FileSent { session } => self.sent(session),
            PeerEvent::Failed { session, failure } => self.failed(session, failure),
            PeerEvent::NotTaken { reason } => self.not_shown(reason),
            PeerEvent::Direct(request) => self.act_on_direct(request),
            // `FileAccepted`: its progress says the same. Nothing here has asked for any other event.
            _ => {}
        }
    }
}
