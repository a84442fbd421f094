//! The state that the tasks of all peers share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use msnp::Handle;
use parking_lot::Mutex;

use super::offers::Offers;
use crate::TransferId;
use crate::events::EventSender;
use crate::network::LocalNetwork;
use crate::pictures::OwnPictures;
use crate::settings::Settings;
use crate::switchboards::Switchboards;

/// The state that tasks share with each other and with the client. They hold it weakly: it ends with the client.
pub(super) struct Surroundings {
    pub(super) account: Handle,
    pub(super) settings: Arc<Settings>,
    pub(super) events: Arc<EventSender>,
    pub(super) pictures: Arc<OwnPictures>,
    pub(super) switchboards: Arc<Switchboards>,
    pub(super) offers: Offers,
    network: Mutex<Option<LocalNetwork>>,
    next_transfer: AtomicU64,
}

impl Surroundings {
    pub(super) fn new(
        account: Handle,
        settings: Arc<Settings>,
        events: Arc<EventSender>,
        pictures: Arc<OwnPictures>,
        switchboards: Arc<Switchboards>,
    ) -> Self {
        let (offers, network, next_transfer) = (Offers::default(), Mutex::default(), AtomicU64::new(1));
        Self { account, settings, events, pictures, switchboards, offers, network, next_transfer }
    }

    /// The address at which the service sees this machine, once it is known.
    pub(super) fn network(&self) -> Option<LocalNetwork> {
        self.network.lock().clone()
    }

    /// Notes the address at which the service sees this machine.
    pub(super) fn set_network(&self, network: LocalNetwork) {
        *self.network.lock() = Some(network);
    }

    /// A number for one more transfer.
    pub(super) fn next_transfer(&self) -> TransferId {
        TransferId(self.next_transfer.fetch_add(1, Ordering::Relaxed))
    }
}
