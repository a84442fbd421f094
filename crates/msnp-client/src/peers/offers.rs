//! The transfers by their number.

use std::collections::BTreeMap;

use msnp::Handle;
use parking_lot::Mutex;

use crate::TransferId;

/// The transfers that are under way, with their peers. A transfer is here from its beginning to its end.
#[derive(Default)]
pub(super) struct Offers(Mutex<BTreeMap<TransferId, Entry>>);

struct Entry {
    peer: Handle,
    /// `Some` while it waits to be accepted here.
    open: Option<Offer>,
}

/// A file that a peer offers.
#[derive(Debug, Clone)]
pub(super) struct Offer {
    pub(super) peer: Handle,
    pub(super) name: String,
    pub(super) size: u64,
}

impl Offers {
    /// A transfer that this account began.
    pub(super) fn begun(&self, id: TransferId, peer: Handle) {
        self.0.lock().insert(id, Entry { peer, open: None });
    }

    /// A file that was offered.
    pub(super) fn offered(&self, id: TransferId, offer: Offer) {
        self.0.lock().insert(id, Entry { peer: offer.peer.clone(), open: Some(offer) });
    }

    /// Takes the offer out, to be answered: no other call can answer it then.
    pub(super) fn take(&self, id: TransferId) -> Option<Offer> {
        self.0.lock().get_mut(&id)?.open.take()
    }

    /// The name of a file that waits to be accepted.
    pub(super) fn name_of(&self, id: TransferId) -> Option<String> {
        self.0.lock().get(&id)?.open.as_ref().map(|offer| offer.name.clone())
    }

    pub(super) fn peer_of(&self, id: TransferId) -> Option<Handle> {
        self.0.lock().get(&id).map(|entry| entry.peer.clone())
    }

    /// The transfer is over.
    pub(super) fn ended(&self, id: TransferId) {
        self.0.lock().remove(&id);
    }
}
