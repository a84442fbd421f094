//! The task of one peer: inputs in, packets and events out.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use msnp::Handle;
use msnp::object::MsnObject;
use msnp_p2p::packet::Carrier;
use msnp_p2p::{Failure, FileOffer, Peer, PeerConfig, PeerEvent, RequestError, SessionKey};
use tokio::sync::{mpsc, oneshot};

use super::carriers::Switchboard;
use super::direct::{Direct, DirectStream};
use super::incoming::Destination;
use super::offers::Offer;
use super::outgoing::OutgoingFile;
use super::{Core, MAX_INPUTS, WeakCore};
use crate::switchboard::PacketCarrier;
use crate::transfer::Reporter;
use crate::{Event, FetchError, SendError, TransferError, TransferId, TransferRoute};

/// A task with nothing to do ends after this long.
const IDLE: Duration = Duration::from_secs(60);
/// Progress events of one file come at most this often.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(250);

/// What a peer's task is told.
pub(super) enum Input {
    /// Packets that came over a switchboard.
    Packets { carrier: PacketCarrier, packets: Vec<Bytes> },
    /// A switchboard closed, or the peer left it.
    CarrierGone(u64),
    /// A switchboard was opened, or could not be.
    Opened(Result<PacketCarrier, SendError>),
    /// Somebody wants an object.
    Fetch { object: MsnObject, reply: oneshot::Sender<Result<Bytes, FetchError>> },
    /// Somebody wants to send a file.
    Offer { id: TransferId, name: String, size: u64, file: OutgoingFile, direct: bool, reporter: Reporter },
    /// Somebody takes a file.
    Accept { id: TransferId, destination: Destination, reporter: Reporter },
    /// Somebody ends or refuses a transfer, and wants to know when the other side was told.
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

/// A file of a session.
pub(super) struct File {
    id: TransferId,
    stage: Stage,
    told: Instant,
}

enum Stage {
    /// Offered to this account.
    Offered,
    Sending {
        file: OutgoingFile,
        reporter: Reporter,
    },
    Receiving {
        destination: Destination,
        reporter: Reporter,
        bytes: u64,
    },
}

pub(super) struct Driver {
    pub(super) core: WeakCore,
    pub(super) peer: Handle,
    pub(super) engine: Peer,
    pub(super) inputs: mpsc::WeakSender<Input>,
    pub(super) switchboard: Switchboard,
    pub(super) direct: Direct,
    fetches: HashMap<SessionKey, oneshot::Sender<Result<Bytes, FetchError>>>,
    files: HashMap<SessionKey, File>,
}

/// Drives one peer until nothing is going on.
pub(super) async fn run(core: WeakCore, peer: Handle, mut inputs: mpsc::Receiver<Input>) {
    let Some(mut driver) = Driver::new(&core, peer) else { return };
    let mut batch = Vec::new();
    loop {
        driver.settle().await;
        let idle = driver.engine.is_idle();
        let wake = driver.engine.poll_timeout().unwrap_or_else(|| Instant::now() + IDLE);
        let (room, direct_room) = driver.waits_for_room();
        tokio::select! {
            count = inputs.recv_many(&mut batch, MAX_INPUTS) => {
                if count == 0 || core.strong_count() == 0 {
                    return;
                }
                for input in batch.drain(..) {
                    driver.handle(input).await;
                }
            }
            () = tokio::time::sleep_until(wake.into()) => {
                if idle && inputs.is_empty() && driver.retire() {
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
    fn new(core: &WeakCore, peer: Handle) -> Option<Self> {
        let strong = core.upgrade()?;
        let inputs = strong.peers.tasks.lock().get(&peer)?.downgrade();
        let config = PeerConfig {
            me: strong.account.clone(),
            peer: peer.clone(),
            published: strong.peers.published.clone(),
            direct: super::direct::config(&strong),
        };
        Some(Self {
            core: core.clone(),
            engine: Peer::new(config),
            peer,
            inputs,
            switchboard: Switchboard::default(),
            direct: Direct::default(),
            fetches: HashMap::new(),
            files: HashMap::new(),
        })
    }

    /// Takes itself off the list of tasks, unless somebody wants something of it.
    fn retire(&self) -> bool {
        let Some(core) = self.core.upgrade() else { return true };
        let mut tasks = core.peers.tasks.lock();
        let unwanted = self.inputs.upgrade().is_none_or(|sender| sender.capacity() == MAX_INPUTS);
        if unwanted {
            tasks.remove(&self.peer);
        }
        unwanted
    }

    /// Lets everything happen that follows from what came in.
    async fn settle(&mut self) {
        loop {
            while let Some(event) = self.engine.poll_event() {
                self.tell(event).await;
            }
            if !self.transmit_direct().await && !self.transmit_switchboard().await {
                break;
            }
        }
        self.switchboard.hold(!self.engine.is_idle());
    }

    async fn handle(&mut self, input: Input) {
        let now = Instant::now();
        match input {
            Input::Packets { carrier, packets } => {
                self.switchboard.seen(carrier);
                for packet in &packets {
                    self.take_packet(Carrier::Switchboard, packet, now).await;
                }
            }
            Input::CarrierGone(id) => self.carrier_gone(id, now),
            Input::Opened(result) => self.opened(result),
            Input::Fetch { object, reply } => self.fetch(&object, reply, now),
            Input::Offer { id, name, size, file, direct, reporter } => {
                self.refresh_direct();
                let offer = FileOffer { name, size, preview: None, direct };
                let stage = Stage::Sending { file, reporter };
                match self.engine.offer_file(offer, now) {
                    Ok(session) => self.begin(session, File { id, stage, told: now }),
                    Err(_) => self.fail_file(File { id, stage, told: now }, TransferError::Broken),
                }
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
        if let Err(error) = self.engine.handle_packet(carrier, packet, now) {
            tracing::debug!(peer = %self.peer, %error, "a packet is ignored");
        }
        // Bytes of files are not gathered: they are written before the next packet is looked at.
        while let Some(event) = self.engine.poll_event() {
            self.tell(event).await;
        }
    }

    fn begin(&mut self, session: SessionKey, file: File) {
        self.files.insert(session, file);
    }

    fn fetch(&mut self, object: &MsnObject, reply: oneshot::Sender<Result<Bytes, FetchError>>, now: Instant) {
        match self.engine.request_object(object, now) {
            Ok(session) => drop(self.fetches.insert(session, reply)),
            // Whoever asked may have given up.
            Err(RequestError::TooLarge { limit }) => drop(reply.send(Err(FetchError::TooLarge { limit }))),
            Err(_) => drop(reply.send(Err(FetchError::Broken))),
        }
    }

    fn session_of(&self, id: TransferId) -> Option<SessionKey> {
        self.files.iter().find(|(_, file)| file.id == id).map(|(session, _)| *session)
    }

    fn accept(&mut self, id: TransferId, destination: Destination, reporter: Reporter, now: Instant) {
        let session = self.session_of(id);
        let accepted = session.is_some_and(|session| self.engine.accept_file(session, now).is_ok());
        let file = session.and_then(|session| self.files.get_mut(&session));
        match file {
            Some(file) if accepted => file.stage = Stage::Receiving { destination, reporter, bytes: 0 },
            _ => reporter.finish(Err(TransferError::Unknown(id))),
        }
    }

    /// Whoever asked may sign out as soon as this is done: the other side has to hear of it before.
    async fn cancel(&mut self, id: TransferId, told: oneshot::Sender<()>) {
        let Some(session) = self.session_of(id) else { return };
        // It may have ended at this very moment.
        let _ = self.engine.cancel(session);
        let file = self.files.remove(&session);
        self.settle().await;
        match file {
            // Refused: nobody needs to be told.
            Some(File { stage: Stage::Offered, .. }) => self.with_core(|core| core.peers.offers.ended(id)),
            Some(file) => self.fail_file(file, TransferError::Cancelled),
            None => {}
        }
        // Whoever asked may not wait.
        let _ = told.send(());
    }

    fn with_core(&self, act: impl FnOnce(&Arc<Core>)) {
        if let Some(core) = self.core.upgrade() {
            act(&core);
        }
    }

    fn emit(&self, event: Event) {
        self.with_core(|core| core.events.emit(event));
    }

    /// Acts on what the engine says.
    async fn tell(&mut self, event: PeerEvent) {
        match event {
            PeerEvent::ObjectReceived { session, data, .. } => {
                if let Some(reply) = self.fetches.remove(&session) {
                    // Whoever asked may have given up.
                    let _ = reply.send(Ok(data));
                }
            }
            PeerEvent::FileOffered { session, name, size, preview } => {
                self.offered(session, name, size, preview);
            }
            PeerEvent::FileAccepted { .. } => {}
            PeerEvent::FileData { session, data } => self.write(session, &data).await,
            PeerEvent::FileReceived { session } => self.received(session).await,
            PeerEvent::FileSent { session } => self.sent(session),
            PeerEvent::Failed { session, failure } => self.failed(session, failure),
            PeerEvent::Direct(request) => self.act_on_direct(request),
        }
    }

    fn offered(&mut self, session: SessionKey, name: String, size: u64, preview: Option<Bytes>) {
        let Some(core) = self.core.upgrade() else { return };
        let (id, from) = (core.peers.next_transfer(), self.peer.clone());
        core.peers.offers.offered(id, Offer { peer: from.clone(), name: name.clone(), size });
        self.begin(session, File { id, stage: Stage::Offered, told: Instant::now() });
        core.events.emit(Event::FileOffered { transfer: id, from, name, size, preview });
    }

    async fn write(&mut self, session: SessionKey, data: &Bytes) {
        let route = self.route();
        let Some(file) = self.files.get_mut(&session) else { return };
        let Stage::Receiving { destination, reporter, bytes } = &mut file.stage else { return };
        if let Err(error) = destination.write(data).await {
            return self.broken_here(session, error);
        }
        *bytes += data.len() as u64;
        let progress = progress(reporter, *bytes, route, &mut file.told);
        self.tell_progress(session, progress);
    }

    /// Tells of progress, when it is time to.
    fn tell_progress(&self, session: SessionKey, progress: Option<crate::TransferProgress>) {
        if let (Some(progress), Some(file)) = (progress, self.files.get(&session)) {
            self.emit(Event::FileProgress { transfer: file.id, progress });
        }
    }

    fn route(&self) -> TransferRoute {
        if self.direct.is_up() { TransferRoute::Direct } else { TransferRoute::Switchboard }
    }

    /// The disk here does not do its part.
    fn broken_here(&mut self, session: SessionKey, error: TransferError) {
        // It may have ended at this very moment.
        let _ = self.engine.cancel(session);
        if let Some(file) = self.files.remove(&session) {
            self.fail_file(file, error);
        }
    }

    async fn received(&mut self, session: SessionKey) {
        let Some(mut file) = self.files.remove(&session) else { return };
        let Stage::Receiving { destination, .. } = &mut file.stage else { return };
        if let Err(error) = destination.finish().await {
            return self.fail_file(file, error);
        }
        let path = destination.path().to_owned();
        let Stage::Receiving { reporter, .. } = file.stage else { return };
        reporter.finish(Ok(()));
        self.with_core(|core| core.peers.offers.ended(file.id));
        self.emit(Event::FileReceived { transfer: file.id, from: self.peer.clone(), path });
    }

    fn sent(&mut self, session: SessionKey) {
        let Some(file) = self.files.remove(&session) else { return };
        if let Stage::Sending { reporter, .. } = &file.stage {
            reporter.finish(Ok(()));
        }
        self.with_core(|core| core.peers.offers.ended(file.id));
        self.emit(Event::FileSent { transfer: file.id, to: self.peer.clone() });
    }

    fn failed(&mut self, session: SessionKey, failure: Failure) {
        let unreachable = self.switchboard.take_failure();
        if let Some(reply) = self.fetches.remove(&session) {
            let error = match failure {
                Failure::Declined => FetchError::Declined,
                Failure::Corrupt => FetchError::Corrupt,
                Failure::TimedOut => FetchError::TimedOut,
                Failure::CancelledByPeer => FetchError::Broken,
                Failure::Unreachable => unreachable.map_or(FetchError::Broken, FetchError::Unreachable),
            };
            // Whoever asked may have given up.
            let _ = reply.send(Err(error));
        } else if let Some(file) = self.files.remove(&session) {
            let error = match failure {
                Failure::Declined => TransferError::Declined,
                Failure::CancelledByPeer => TransferError::CancelledByPeer,
                Failure::TimedOut => TransferError::TimedOut,
                Failure::Corrupt => TransferError::Broken,
                Failure::Unreachable => unreachable.map_or(TransferError::Broken, TransferError::Unreachable),
            };
            self.fail_file(file, error);
        }
    }

    fn fail_file(&self, file: File, error: TransferError) {
        match &file.stage {
            Stage::Offered => {}
            Stage::Sending { reporter, .. } | Stage::Receiving { reporter, .. } => {
                reporter.finish(Err(error.clone()));
            }
        }
        self.with_core(|core| core.peers.offers.ended(file.id));
        self.emit(Event::FileFailed { transfer: file.id, peer: self.peer.clone(), error });
    }

    /// Reads bytes of a file that go out next.
    pub(super) async fn read(
        &mut self,
        session: SessionKey,
        offset: u64,
        length: usize,
        route: TransferRoute,
    ) -> Option<Bytes> {
        let entry = self.files.get_mut(&session)?;
        let Stage::Sending { file, reporter } = &mut entry.stage else { return None };
        match file.read(offset, length).await {
            Ok(bytes) => {
                let progress = progress(reporter, offset + length as u64, route, &mut entry.told);
                self.tell_progress(session, progress);
                Some(bytes)
            }
            Err(error) => {
                let reason = format!("it can no longer be read: {error}");
                self.broken_here(session, TransferError::File { path: String::from("the file"), reason });
                None
            }
        }
    }
}

/// Notes progress; gives it back when it is time to tell of it again.
fn progress(
    reporter: &Reporter,
    bytes: u64,
    route: TransferRoute,
    told: &mut Instant,
) -> Option<crate::TransferProgress> {
    // Every 64 KB is often enough to look at the clock.
    if bytes % 65_536 > 1500 {
        return None;
    }
    let progress = reporter.progress(bytes, route);
    let due = told.elapsed() >= PROGRESS_INTERVAL;
    if due {
        *told = Instant::now();
    }
    due.then_some(progress)
}
