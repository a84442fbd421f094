//! Pictures, emoticons and files: one task per peer drives [`msnp_p2p::Peer`].
//!
//! Packets from switchboards are passed to the peer's task. The task sends its own packets over
//! the best carrier there is, and opens a switchboard when it needs one. A task ends when it has been
//! idle for a while.

mod driver;
mod fetches;
mod incoming;
mod msnftp;
mod offers;
mod surroundings;
mod tasks;

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use msnp::Handle;
use msnp::connection_type::ConnectionType;
use msnp::message::{Emoticon, Invitation};
use msnp::object::MsnObject;
use parking_lot::RwLock;
use tokio::sync::{mpsc, oneshot};

use crate::events::EventSender;
use crate::file_source::{FileSource, Opened};
use crate::network::LocalNetwork;
use crate::pictures::OwnPictures;
use crate::roster::Roster;
use crate::settings::Settings;
use crate::switchboard::PacketCarrier;
use crate::switchboards::Switchboards;
use crate::{
    DirectConnections, Event, FetchError, SendError, Transfer, TransferDirection, TransferError, TransferId,
};

use driver::Input;
use fetches::Fetches;
use incoming::Destination;
use msnftp::Msnftp;
use surroundings::Surroundings;
use tasks::Tasks;

/// The pictures and files between this account and others.
pub(crate) struct Peers {
    roster: Arc<RwLock<Roster>>,
    surroundings: Arc<Surroundings>,
    tasks: Arc<Tasks>,
    fetches: Fetches,
    msnftp: Msnftp,
}

impl Peers {
    pub(crate) fn new(
        account: Handle,
        settings: Arc<Settings>,
        roster: Arc<RwLock<Roster>>,
        events: Arc<EventSender>,
        pictures: Arc<OwnPictures>,
        switchboards: Arc<Switchboards>,
    ) -> Self {
        let surroundings = Arc::new(Surroundings::new(account, settings, events, pictures, switchboards));
        let msnftp = Msnftp::new(Arc::clone(&surroundings));
        Self { roster, surroundings, tasks: Arc::default(), fetches: Fetches::default(), msnftp }
    }

    /// Notes the address at which the service sees this machine.
    pub(crate) fn network_changed(&self, network: LocalNetwork) {
        self.surroundings.set_network(network);
    }

    /// The type of this machine's connection, judged by the address that the service sees.
    pub(crate) fn connection_type(&self) -> ConnectionType {
        let network = self.surroundings.network();
        network.map_or(ConnectionType::UnknownConnect, |network| network.connection_type)
    }

    /// Packets that came over a switchboard, in order.
    pub(crate) async fn packets(&self, from: &Handle, carrier: PacketCarrier, packets: Vec<Bytes>) {
        // Beyond the limit of peers there is no task; the sessions run into their deadlines.
        if let Some(task) = self.task(from) {
            let _ = task.send(Input::Packets { carrier, packets }).await;
        }
    }

    /// A switchboard closed, or the peer left it, or a packet was not delivered.
    pub(crate) fn carrier_gone(&self, peer: &Handle, carrier: u64) {
        if let Some(task) = self.tasks.find(peer) {
            // The task may be busy. The notice must not be lost, and the caller must not wait.
            tokio::spawn(async move {
                let _ = task.send(Input::CarrierGone(carrier)).await;
            });
        }
    }

    /// Whether an invitation, or an answer to one, is about a file that is offered or on its way.
    pub(crate) fn knows_invitation(&self, from: &Handle, invitation: &Invitation) -> bool {
        self.msnftp.knows(from, invitation)
    }

    /// Handles a message of MSNFTP. Fails, in words, when it offers a file that cannot be accepted.
    pub(crate) fn invitation(&self, from: &Handle, invitation: Invitation) -> Result<(), String> {
        self.msnftp.invitation(from, invitation)
    }

    /// The task of a peer, started when there is none.
    fn task(&self, peer: &Handle) -> Option<mpsc::Sender<Input>> {
        self.tasks.of(&self.surroundings, peer)
    }

    /// Fetches an object, or takes it from the kept ones.
    pub(crate) async fn fetch(&self, from: &Handle, object: &MsnObject) -> Result<Bytes, FetchError> {
        if let Some(data) = self.fetches.known(object) {
            return Ok(data);
        }
        // A fetch over an open switchboard costs no request to the service, so it has no pace to keep.
        let turn = self.fetches.turn(!self.surroundings.switchboards.is_open_with(from)).await;
        // Another call may have fetched the object during the wait.
        if let Some(data) = self.fetches.known(object) {
            return Ok(data);
        }
        let (reply, answer) = oneshot::channel();
        let task = self.task(from).ok_or(FetchError::TooMany)?;
        let input = Input::Fetch { object: object.clone(), reply };
        // The task ends only with the client.
        task.send(input).await.map_err(|_| SendError::Disconnected)?;
        let data = answer.await.map_err(|_| SendError::Disconnected)??;
        // Held until here: the turns limit how many fetches are under way.
        drop(turn);
        self.fetches.keep(object, &data);
        Ok(data)
    }

    /// Fetches an emoticon's picture and sends an event; no call waits for it.
    pub(crate) fn fetch_emoticon(self: &Arc<Self>, from: &Handle, emoticon: &Emoticon) {
        let (peers, from, emoticon) = (Arc::downgrade(self), from.clone(), emoticon.clone());
        tokio::spawn(async move {
            let Some(peers) = peers.upgrade() else { return };
            match peers.fetch(&from, emoticon.object()).await {
                Ok(data) => peers.surroundings.events.emit(Event::Emoticon { from, emoticon, data }),
                Err(error) => tracing::debug!(%from, %error, "an emoticon could not be fetched"),
            }
        });
    }

    /// Offers a file.
    pub(crate) async fn offer(
        &self,
        to: &Handle,
        source: FileSource,
        direct: bool,
    ) -> Result<Transfer, TransferError> {
        let old = self.is_old(to);
        // Checked first, so that no source is read in vain.
        if old && !(direct && self.surroundings.settings.direct != DirectConnections::Never) {
            return Err(TransferError::NeedsDirect);
        }
        let Opened { name, path, size, file } = source.open().await?;
        let (id, offers) = (self.surroundings.next_transfer(), &self.surroundings.offers);
        let (transfer, reporter) = Transfer::new(id, to.clone(), TransferDirection::Sending, path, size);
        // Before the task gets the offer: a task that fails at once ends an entry that is there.
        offers.begun(id, to.clone());
        let begun = if old {
            let begun = self.msnftp.offer(to, id, name, file, reporter);
            begun.then_some(()).ok_or(TransferError::TooMany)
        } else {
            self.begin(to, Input::Offer { id, name, size, file, direct, reporter }).await
        };
        if begun.is_err() {
            offers.ended(id);
        }
        begun.map(|()| transfer)
    }

    /// Gives a request to the task of a peer.
    async fn begin(&self, peer: &Handle, input: Input) -> Result<(), TransferError> {
        let task = self.task(peer).ok_or(TransferError::TooMany)?;
        // The task ends only with the client.
        task.send(input).await.map_err(|_| SendError::Disconnected.into())
    }

    /// Accepts an offered file.
    pub(crate) async fn accept(&self, id: TransferId, folder: &Path) -> Result<Transfer, TransferError> {
        let unknown = || TransferError::Unknown(id);
        let name = self.surroundings.offers.name_of(id).ok_or_else(unknown)?;
        if self.surroundings.settings.direct == DirectConnections::Never && self.msnftp.task_of(id).is_some()
        {
            // The file can never be accepted: the sender need not wait.
            self.decline(id).await?;
            return Err(TransferError::NeedsDirect);
        }
        // Before the offer is taken: a folder that cannot be written to leaves it open for another try.
        let destination = Destination::reserve(folder, &name).await?;
        // Another call may have answered it meanwhile. Then the reserved file goes with `destination`.
        let offer = self.surroundings.offers.take(id).ok_or_else(unknown)?;
        let path = destination.path().to_owned();
        let (transfer, reporter) =
            Transfer::new(id, offer.peer.clone(), TransferDirection::Receiving, path, offer.size);
        let gone = TransferError::Unknown(id);
        if let Some(task) = self.msnftp.task_of(id) {
            let input = msnftp::Input::Accept { destination, reporter };
            return task.send(input).await.map(|()| transfer).map_err(|_| gone);
        }
        let task = self.task(&offer.peer).ok_or(TransferError::TooMany)?;
        task.send(Input::Accept { id, destination, reporter }).await.map(|()| transfer).map_err(|_| gone)
    }

    fn is_old(&self, who: &Handle) -> bool {
        self.roster.read().is_old(who, self.surroundings.settings.dialect)
    }

    /// Refuses an offered file.
    pub(crate) async fn decline(&self, id: TransferId) -> Result<(), TransferError> {
        let offer = self.surroundings.offers.take(id).ok_or(TransferError::Unknown(id))?;
        self.end(id, &offer.peer).await
    }

    /// Ends a transfer.
    pub(crate) async fn cancel(&self, id: TransferId) -> Result<(), TransferError> {
        let peer = self.surroundings.offers.peer_of(id).ok_or(TransferError::Unknown(id))?;
        self.end(id, &peer).await
    }

    async fn end(&self, id: TransferId, peer: &Handle) -> Result<(), TransferError> {
        if let Some(task) = self.msnftp.task_of(id) {
            return task.send(msnftp::Input::Cancel).await.map_err(|_| TransferError::Unknown(id));
        }
        let (told, wait) = oneshot::channel();
        self.begin(peer, Input::Cancel { id, told }).await?;
        // An error means that the task had ended by itself.
        let _ = wait.await;
        Ok(())
    }
}
