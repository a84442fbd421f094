//! Pictures, emoticons and files: one task per peer drives [`msnp_p2p::Peer`].
//!
//! What comes in from switchboards is passed to the peer's task; what it has to send it sends over
//! the best way there is, opening a switchboard when it needs one. A task ends when nothing is
//! going on with its peer for a while.

mod carriers;
mod direct;
mod driver;
mod fetches;
mod files;
mod incoming;
mod msnftp;
mod offers;
mod outgoing;
mod served;

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use bytes::Bytes;
use msnp::connection_type::ConnectionType;
use msnp::message::{Emoticon, Invitation};
use msnp::object::MsnObject;
use msnp::{Dialect, Handle};
use msnp_p2p::Published;
use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};

use crate::core::Core;
use crate::file_source::{FileSource, Opened};
use crate::network::LocalNetwork;
use crate::switchboard::PacketCarrier;
use crate::{
    Conversation, DirectConnections, Event, FetchError, SendError, Transfer, TransferDirection,
    TransferError, TransferId,
};

use driver::Input;
use fetches::Fetches;
use incoming::Destination;
use msnftp::Msnftp;
use offers::Offers;
pub(crate) use outgoing::OutgoingFile;
pub use served::Pictures;
use served::Served;

/// How many inputs wait for a peer's task. Whoever brings more waits too: what it came over is not
/// read meanwhile. One may hold 128 KiB of a file, and as many again are just being worked off.
const MAX_INPUTS: usize = 8;
/// How many people may have a task.
const MAX_PEERS: usize = 512;

/// Everything between this account and others that is not said in a conversation.
pub(crate) struct Peers {
    tasks: Mutex<HashMap<Handle, mpsc::Sender<Input>>>,
    offers: Offers,
    fetches: Fetches,
    msnftp: Msnftp,
    published: Published,
    served: Served,
    network: Mutex<Option<LocalNetwork>>,
    next_transfer: AtomicU64,
}

impl Peers {
    pub(crate) fn new() -> Self {
        Self {
            tasks: Mutex::default(),
            offers: Offers::default(),
            fetches: Fetches::default(),
            msnftp: Msnftp::default(),
            published: Published::default(),
            served: Served::default(),
            network: Mutex::default(),
            next_transfer: AtomicU64::new(1),
        }
    }

    /// What others may fetch.
    pub(crate) fn published(&self) -> &Published {
        &self.published
    }

    /// What others fetch from now on.
    pub(crate) fn served(&self) -> served::Receiver {
        self.served.subscribe()
    }

    /// The service told how it sees this machine.
    pub(crate) fn network_changed(&self, network: LocalNetwork) {
        *self.network.lock() = Some(network);
    }

    /// What the service's view of this machine says about the way to it.
    pub(crate) fn connection_type(&self) -> ConnectionType {
        self.network.lock().as_ref().map_or(ConnectionType::UnknownConnect, |network| network.connection_type)
    }

    fn network(&self) -> Option<LocalNetwork> {
        self.network.lock().clone()
    }

    /// Packets that came over a switchboard, in order.
    pub(crate) async fn packets(
        &self,
        core: &Arc<Core>,
        from: &Handle,
        carrier: PacketCarrier,
        packets: Vec<Bytes>,
    ) {
        // Who is too many gets no task; its sessions run into their deadlines.
        if let Some(task) = self.task(core, from) {
            let _ = task.send(Input::Packets { carrier, packets }).await;
        }
    }

    /// A packet was not delivered.
    pub(crate) fn undelivered(&self, core: &Arc<Core>, peer: &Handle, carrier: u64) {
        self.carrier_gone(core, peer, carrier);
    }

    /// A switchboard closed, or the peer left it.
    pub(crate) fn carrier_gone(&self, _core: &Arc<Core>, peer: &Handle, carrier: u64) {
        let task = self.tasks.lock().get(peer).cloned();
        if let Some(task) = task {
            // The task may be busy; this must not be lost, nor may the caller wait.
            tokio::spawn(async move {
                let _ = task.send(Input::CarrierGone(carrier)).await;
            });
        }
    }

    /// A message of the file transfer of old, and the conversation in which it came.
    pub(crate) fn invitation(
        &self,
        core: &Arc<Core>,
        conversation: Conversation,
        from: &Handle,
        invitation: Invitation,
    ) {
        self.msnftp.invitation(core, conversation, from, invitation);
    }

    /// The task of a peer, started when there is none.
    fn task(&self, core: &Arc<Core>, peer: &Handle) -> Option<mpsc::Sender<Input>> {
        let mut tasks = self.tasks.lock();
        if let Some(task) = tasks.get(peer).filter(|task| !task.is_closed()) {
            return Some(task.clone());
        }
        tasks.retain(|_, task| !task.is_closed());
        if tasks.len() >= MAX_PEERS {
            tracing::warn!(%peer, "too many peers at once");
            return None;
        }
        let (sender, inputs) = mpsc::channel(MAX_INPUTS);
        tasks.insert(peer.clone(), sender.clone());
        tokio::spawn(driver::run(Arc::downgrade(core), peer.clone(), inputs));
        Some(sender)
    }

    fn next_transfer(&self) -> TransferId {
        TransferId(self.next_transfer.fetch_add(1, Ordering::Relaxed))
    }

    /// Fetches an object, or takes it from those that were fetched before.
    pub(crate) async fn fetch(
        &self,
        core: &Arc<Core>,
        from: &Handle,
        object: &MsnObject,
    ) -> Result<Bytes, FetchError> {
        if let Some(data) = self.fetches.known(object) {
            return Ok(data);
        }
        let turn = self.fetches.turn(!core.conversations.is_open_with(from)).await;
        if let Some(data) = self.fetches.known(object) {
            return Ok(data);
        }
        let (reply, answer) = oneshot::channel();
        let task = self.task(core, from).ok_or(FetchError::TooMany)?;
        let input = Input::Fetch { object: object.clone(), reply };
        // The task ends only with the client.
        task.send(input).await.map_err(|_| SendError::Disconnected)?;
        let data = answer.await.map_err(|_| SendError::Disconnected)??;
        drop(turn);
        self.fetches.keep(object, &data);
        Ok(data)
    }

    /// Fetches an emoticon's picture and tells of it; nobody waits for that.
    pub(crate) fn fetch_emoticon(&self, core: &Arc<Core>, from: &Handle, emoticon: &Emoticon) {
        let (core, from, emoticon) = (Arc::downgrade(core), from.clone(), emoticon.clone());
        tokio::spawn(async move {
            let Some(core) = core.upgrade() else { return };
            match core.peers.fetch(&core, &from, emoticon.object()).await {
                Ok(data) => core.events.emit(Event::Emoticon { from, emoticon, data }),
                Err(error) => tracing::debug!(%from, %error, "an emoticon could not be fetched"),
            }
        });
    }

    /// Offers a file.
    pub(crate) async fn offer(
        &self,
        core: &Arc<Core>,
        to: &Handle,
        source: FileSource,
        direct: bool,
    ) -> Result<Transfer, TransferError> {
        let old = self.is_old(core, to);
        // Before it is read in vain.
        if old && !(direct && core.settings.direct != DirectConnections::Never) {
            return Err(TransferError::NeedsDirect);
        }
        let Opened { name, path, size, file } = source.open().await?;
        let id = self.next_transfer();
        let (transfer, reporter) = Transfer::new(id, to.clone(), TransferDirection::Sending, path, size);
        self.offers.begun(id, to.clone());
        let begun = if old {
            let begun = self.msnftp.offer(core, to, id, name, file, reporter);
            begun.then_some(()).ok_or(TransferError::TooMany)
        } else {
            self.begin(core, to, Input::Offer { id, name, size, file, direct, reporter }).await
        };
        if begun.is_err() {
            self.offers.ended(id);
        }
        begun.map(|()| transfer)
    }

    /// Has the task of a peer begin something.
    async fn begin(&self, core: &Arc<Core>, peer: &Handle, input: Input) -> Result<(), TransferError> {
        let task = self.task(core, peer).ok_or(TransferError::TooMany)?;
        // The task ends only with the client.
        task.send(input).await.map_err(|_| SendError::Disconnected.into())
    }

    /// Takes an offered file.
    pub(crate) async fn accept(
        &self,
        core: &Arc<Core>,
        id: TransferId,
        folder: &Path,
    ) -> Result<Transfer, TransferError> {
        let unknown = || TransferError::Unknown(id);
        let name = self.offers.name_of(id).ok_or_else(unknown)?;
        if core.settings.direct == DirectConnections::Never && self.msnftp.task_of(id).is_some() {
            // It can never be taken: they need not wait.
            self.decline(core, id).await?;
            return Err(TransferError::NeedsDirect);
        }
        let destination = Destination::reserve(folder, &name).await?;
        let offer = self.offers.take(id).ok_or_else(unknown)?;
        let path = destination.path().to_owned();
        let (transfer, reporter) =
            Transfer::new(id, offer.peer.clone(), TransferDirection::Receiving, path, offer.size);
        let gone = TransferError::Unknown(id);
        if let Some(task) = self.msnftp.task_of(id) {
            let input = msnftp::Input::Accept { destination, reporter };
            return task.send(input).await.map(|()| transfer).map_err(|_| gone);
        }
        let task = self.task(core, &offer.peer).ok_or(TransferError::TooMany)?;
        task.send(Input::Accept { id, destination, reporter }).await.map(|()| transfer).map_err(|_| gone)
    }

    /// Whether somebody's client is from before MSN Messenger 6, or ours pretends to be: such
    /// clients know nothing of packets and must not be sent any (HYP *MSNC1*).
    pub(crate) fn is_old(&self, core: &Core, who: &Handle) -> bool {
        let theirs = core.roster.read().capabilities(who);
        core.settings.dialect == Dialect::Msnp8 || theirs.is_some_and(|capabilities| capabilities.msnc() == 0)
    }

    /// Refuses an offered file.
    pub(crate) async fn decline(&self, core: &Arc<Core>, id: TransferId) -> Result<(), TransferError> {
        let offer = self.offers.take(id).ok_or(TransferError::Unknown(id))?;
        self.end(core, id, &offer.peer).await
    }

    /// Ends a transfer.
    pub(crate) async fn cancel(&self, core: &Arc<Core>, id: TransferId) -> Result<(), TransferError> {
        let peer = self.offers.peer_of(id).ok_or(TransferError::Unknown(id))?;
        self.end(core, id, &peer).await
    }

    async fn end(&self, core: &Arc<Core>, id: TransferId, peer: &Handle) -> Result<(), TransferError> {
        if let Some(task) = self.msnftp.task_of(id) {
            return task.send(msnftp::Input::Cancel).await.map_err(|_| TransferError::Unknown(id));
        }
        let (told, wait) = oneshot::channel();
        self.begin(core, peer, Input::Cancel { id, told }).await?;
        // An error means that it had ended by itself.
        let _ = wait.await;
        Ok(())
    }
}

/// The client that a task belongs to, while there is one.
type WeakCore = Weak<Core>;
