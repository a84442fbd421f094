//! All conversations of one client.
//!
//! A [`Talk`] is what the user sees as one conversation. It outlives its switchboards, and can have
//! two of them at once when both sides called at the same time. A switchboard that only carries
//! peer-to-peer packets belongs to the talk with that person too, and a text later uses it; the
//! user hears of it ([`Event::Joined`](crate::Event)) only when somebody says or types something.

mod answering;
mod emoticons;
mod listener;
mod opening;
mod speaking;
mod talk;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use msnp::Handle;
use parking_lot::Mutex;
use tokio::sync::Semaphore;

use crate::core::{Core, Ring};
use crate::switchboard::{PacketCarrier, Switchboard};
use crate::{Conversation, ConversationId, SendError};
pub(crate) use talk::Talk;

/// No more switchboards than this are open at once; further calls are not answered.
const MAX_BOARDS: usize = 64;
/// Above this, conversations that are not open and that nobody holds are forgotten.
const MAX_TALKS: usize = 1_024;
/// How long anything the service or the called person has to answer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long leaving may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// All conversations of one client. When it is dropped, all are left.
pub(crate) struct Conversations {
    talks: Mutex<BTreeMap<ConversationId, Arc<Talk>>>,
    next_talk: AtomicU64,
    next_board: AtomicU64,
    places: Arc<Semaphore>,
}

impl Conversations {
    pub(crate) fn new() -> Self {
        Self {
            talks: Mutex::default(),
            next_talk: AtomicU64::new(1),
            next_board: AtomicU64::new(1),
            places: Arc::new(Semaphore::new(MAX_BOARDS)),
        }
    }

    /// Answers a call, in a task of its own.
    pub(crate) fn ring(&self, core: &Arc<Core>, ring: Ring) {
        match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => drop(tokio::spawn(answering::answer(Arc::downgrade(core), ring, place))),
            Err(_) => tracing::info!(caller = %ring.from, "too many open switchboards to answer a call"),
        }
    }

    /// The conversation with one person: the one that is there, or a new one.
    pub(crate) fn with(&self, core: &Arc<Core>, who: &Handle) -> Conversation {
        Conversation::new(Arc::downgrade(core), self.between(&BTreeSet::from([who.clone()])))
    }

    /// The conversation with this number.
    pub(crate) fn find(&self, core: &Arc<Core>, id: ConversationId) -> Option<Conversation> {
        let talk = self.talks.lock().get(&id).cloned();
        talk.map(|talk| Conversation::new(Arc::downgrade(core), talk))
    }

    /// A way for packets to `peer`: an open switchboard in which they are the only other person,
    /// else a new one that is given up after a minute without packets or texts.
    pub(crate) async fn packet_carrier(
        &self,
        core: &Arc<Core>,
        peer: &Handle,
    ) -> Result<PacketCarrier, SendError> {
        if let Some(board) = self.alone_with(peer) {
            return Ok(PacketCarrier::new(board, peer));
        }
        let talk = self.between(&BTreeSet::from([peer.clone()]));
        drop(talk.reach(core).await?);
        // The other person may have come in over a switchboard of their own meanwhile.
        let board = self.alone_with(peer).ok_or(SendError::NotOnline)?;
        Ok(PacketCarrier::new(board, peer))
    }

    /// Leaves all conversations, and waits a little until the service knows.
    pub(crate) async fn leave_all(&self) {
        let boards = self.boards();
        for talk in self.all() {
            talk.leave();
        }
        let closed = async {
            for board in boards {
                board.closed().await;
            }
        };
        if tokio::time::timeout(FAREWELL, closed).await.is_err() {
            tracing::debug!("some switchboards did not end in time");
        }
    }

    /// Whether packets to this person need no new switchboard.
    pub(crate) fn is_open_with(&self, peer: &Handle) -> bool {
        self.alone_with(peer).is_some()
    }

    fn all(&self) -> Vec<Arc<Talk>> {
        self.talks.lock().values().cloned().collect()
    }

    fn boards(&self) -> Vec<Arc<Switchboard>> {
        self.all().iter().flat_map(|talk| talk.boards()).collect()
    }

    fn alone_with(&self, peer: &Handle) -> Option<Arc<Switchboard>> {
        self.boards().into_iter().find(|board| !board.is_closed() && board.is_alone_with(peer))
    }

    /// The talk with exactly these people: one where they are rather than one that would call them.
    fn between(&self, people: &BTreeSet<Handle>) -> Arc<Talk> {
        let mut talks = self.talks.lock();
        let candidates = || talks.values().filter(|talk| talk.peers() == *people);
        if let Some(talk) = candidates().find(|talk| talk.is_open()).or_else(|| candidates().next()) {
            return Arc::clone(talk);
        }
        if talks.len() >= MAX_TALKS {
            talks.retain(|_, talk| Arc::strong_count(talk) > 1 || !talk.boards().is_empty());
        }
        let id = ConversationId(self.next_talk.fetch_add(1, Ordering::Relaxed));
        let talk = Arc::new(Talk::new(id, people.clone()));
        talks.insert(id, Arc::clone(&talk));
        talk
    }

    fn board_id(&self) -> u64 {
        self.next_board.fetch_add(1, Ordering::Relaxed)
    }

    fn place(&self) -> Result<tokio::sync::OwnedSemaphorePermit, SendError> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        place.map_err(|_| SendError::TooMany { limit: MAX_BOARDS })
    }
}

impl Drop for Conversations {
    fn drop(&mut self) {
        for board in self.boards() {
            board.leave();
        }
    }
}
