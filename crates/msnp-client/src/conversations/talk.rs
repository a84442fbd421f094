//! One conversation as the user sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use msnp::message::Emoticon;
use msnp::{FriendlyName, Handle};
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::core::Core;
use crate::switchboard::Switchboard;
use crate::{Conversation, ConversationId, Event, SendError};

type People = BTreeMap<Handle, FriendlyName>;

/// One conversation.
pub(crate) struct Talk {
    id: ConversationId,
    pub(super) state: Mutex<State>,
    /// Whoever speaks holds it until what is said is queued: so things are said in the order in
    /// which they were asked for, and one of several speakers opens the switchboard.
    pub(super) turn: tokio::sync::Mutex<()>,
    /// How many are here; for those who wait until somebody is.
    present: watch::Sender<usize>,
}

pub(super) struct State {
    /// Who will be called when nobody is here.
    expected: BTreeSet<Handle>,
    /// Who is here, on any of the switchboards.
    here: People,
    /// Whom the user knows to be here.
    shown: People,
    /// Whether the user knows that this conversation is going on.
    announced: bool,
    /// Oldest first.
    boards: Vec<Arc<Switchboard>>,
    /// When typing was last told.
    pub(super) typed: Option<Instant>,
    /// What the next text of each may use.
    pub(super) emoticons: BTreeMap<Handle, Vec<Emoticon>>,
    /// How often opening has failed, and how it last did.
    pub(super) failures: (u64, Option<SendError>),
}

impl Talk {
    pub(crate) fn new(id: ConversationId, expected: BTreeSet<Handle>) -> Self {
        let state = State {
            expected,
            here: People::new(),
            shown: People::new(),
            announced: false,
            boards: Vec::new(),
            typed: None,
            emoticons: BTreeMap::new(),
            failures: (0, None),
        };
        Self {
            id,
            state: Mutex::new(state),
            turn: tokio::sync::Mutex::default(),
            present: watch::Sender::new(0),
        }
    }

    pub(crate) fn id(&self) -> ConversationId {
        self.id
    }

    /// What events carry. While one of them waits to be read this talk is not forgotten; the client may be.
    pub(super) fn handle(self: &Arc<Self>, core: &Arc<Core>) -> Conversation {
        Conversation::new(Arc::downgrade(core), Arc::clone(self))
    }

    /// Who is here; with nobody here, who will be called.
    pub(crate) fn peers(&self) -> BTreeSet<Handle> {
        let state = self.state.lock();
        if state.here.is_empty() { state.expected.clone() } else { state.here.keys().cloned().collect() }
    }

    pub(super) fn is_open(&self) -> bool {
        !self.state.lock().here.is_empty()
    }

    pub(super) fn boards(&self) -> Vec<Arc<Switchboard>> {
        self.state.lock().boards.clone()
    }

    /// The switchboard on which most are, of several the oldest; `None` when nobody is.
    pub(super) fn fullest(&self) -> Option<Arc<Switchboard>> {
        let boards = self.boards();
        let counted = boards.into_iter().filter(|board| !board.is_closed()).rev();
        let (count, board) =
            counted.map(|board| (board.people().len(), board)).max_by_key(|(count, _)| *count)?;
        (count > 0).then_some(board)
    }

    /// One more way to these people.
    pub(super) fn attach(&self, board: &Arc<Switchboard>) {
        let mut state = self.state.lock();
        if !state.boards.iter().any(|own| own.id() == board.id()) {
            state.boards.push(Arc::clone(board));
        }
    }

    /// Waits until at least `count` people are here.
    pub(super) async fn wait_for(&self, count: usize) {
        // The sender is in here, so it cannot be gone.
        let _ = self.present.subscribe().wait_for(|present| *present >= count).await;
    }

    /// Shows the user that this conversation is going on.
    pub(super) fn announce(self: &Arc<Self>, core: &Arc<Core>) {
        let conversation = self.handle(core);
        let mut state = self.state.lock();
        if !state.announced && !state.here.is_empty() {
            state.announced = true;
            state.show(&conversation, core);
        }
    }

    /// Looks again who is here, and tells the user what changed.
    pub(super) fn refresh(self: &Arc<Self>, core: &Arc<Core>) {
        let conversation = self.handle(core);
        let mut state = self.state.lock();
        state.boards.retain(|board| !board.is_closed());
        let here: People = state.boards.iter().flat_map(|board| board.people()).collect();
        let before = std::mem::replace(&mut state.here, here);
        if state.here.is_empty() && !before.is_empty() {
            state.expected = before.into_keys().collect();
        }
        // More than two cannot be about packets: those are for one person.
        state.announced |= state.here.len() > 1;
        if state.announced {
            state.show(&conversation, core);
        }
        if state.here.is_empty() && state.announced {
            state.ended();
            core.events.emit(Event::ConversationClosed { conversation });
        }
        self.present.send_replace(state.here.len());
    }

    /// Leaves all switchboards. The user knows: nothing is told.
    pub(crate) fn leave(&self) {
        let mut state = self.state.lock();
        let boards = std::mem::take(&mut state.boards);
        let here = std::mem::take(&mut state.here);
        if !here.is_empty() {
            state.expected = here.into_keys().collect();
        }
        state.shown.clear();
        state.ended();
        self.present.send_replace(0);
        drop(state);
        for board in boards {
            board.leave();
        }
    }
}

impl State {
    fn show(&mut self, conversation: &Conversation, core: &Core) {
        let shown = std::mem::replace(&mut self.shown, self.here.clone());
        for who in shown.keys().filter(|who| !self.here.contains_key(*who)) {
            self.emoticons.remove(who);
            core.events.emit(Event::Left { conversation: conversation.clone(), who: who.clone() });
        }
        for (who, name) in self.here.iter().filter(|(who, _)| !shown.contains_key(*who)) {
            let conversation = conversation.clone();
            core.events.emit(Event::Joined { conversation, who: who.clone(), name: name.clone() });
        }
    }

    fn ended(&mut self) {
        self.announced = false;
        self.typed = None;
        self.emoticons.clear();
    }
}
