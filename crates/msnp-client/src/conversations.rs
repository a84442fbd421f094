//! The conversations of one client.
//!
//! A [`ConversationState`] is one conversation as the user sees it. It is on a line of the pool,
//! whose switchboards come and go beneath it. A line that only carried packets becomes a
//! conversation when a member writes or types something. Before that it causes no events.

mod emoticons;
mod happening;
mod hearing;
mod id;
mod speaking;
mod state;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use msnp::{Dialect, Handle};
use parking_lot::{Mutex, RwLock};

use crate::pictures::OwnPictures;
use crate::roster::Roster;
use crate::switchboards::{Line, Switchboards};
pub(crate) use happening::{Happening, Tell};
pub use id::ConversationId;
pub(crate) use state::ConversationState;

/// The number of conversations above which those are forgotten that are closed and have no handle.
const MAX_CONVERSATIONS: usize = 1_024;

/// The conversations of one client.
pub(crate) struct Conversations {
    account: Handle,
    dialect: Dialect,
    roster: Arc<RwLock<Roster>>,
    pictures: Arc<OwnPictures>,
    switchboards: Arc<Switchboards>,
    tell: Arc<Tell>,
    states: Mutex<BTreeMap<ConversationId, Arc<ConversationState>>>,
}

impl Conversations {
    pub(crate) fn new(
        account: Handle,
        dialect: Dialect,
        roster: Arc<RwLock<Roster>>,
        pictures: Arc<OwnPictures>,
        switchboards: Arc<Switchboards>,
        tell: Arc<Tell>,
    ) -> Self {
        Self { account, dialect, roster, pictures, switchboards, tell, states: Mutex::default() }
    }

    /// The conversation with one person: the one that is there, or a new one.
    pub(crate) fn with(&self, who: &Handle) -> Arc<ConversationState> {
        self.on(&self.switchboards.line_to(&BTreeSet::from([who.clone()])))
    }

    /// The conversation with this number.
    pub(crate) fn find(&self, id: ConversationId) -> Option<Arc<ConversationState>> {
        self.states.lock().get(&id).cloned()
    }

    /// Leaves all conversations, and waits a little until the service knows.
    pub(crate) async fn leave_all(&self) {
        let states: Vec<_> = self.states.lock().values().cloned().collect();
        for state in states {
            state.leave();
        }
        self.switchboards.leave_all().await;
    }

    /// The conversation on this line: the one that is there, or a new one.
    fn on(&self, line: &Arc<Line>) -> Arc<ConversationState> {
        let mut states = self.states.lock();
        let id = ConversationId(line.id());
        if let Some(state) = states.get(&id) {
            return Arc::clone(state);
        }
        if states.len() >= MAX_CONVERSATIONS {
            // One count is that of this map. Any other is a handle of the program or an event that waits, whose number
            // has to stay valid. Lock order: `states`, then a line's state.
            states.retain(|_, state| Arc::strong_count(state) > 1 || state.line().has_switchboards());
        }
        let state = Arc::new(ConversationState::new(Arc::clone(line), Arc::clone(&self.tell)));
        states.insert(id, Arc::clone(&state));
        state
    }

    /// The conversation on this line, if there is one.
    fn known_on(&self, line: &Line) -> Option<Arc<ConversationState>> {
        self.find(ConversationId(line.id()))
    }

    /// Whether a contact's client can fetch pictures.
    fn takes_packets(&self, who: &Handle) -> bool {
        !self.roster.read().is_old(who, self.dialect)
    }
}
