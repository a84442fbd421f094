//! The line: the way to some accounts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use msnp::{FriendlyName, Handle};
use parking_lot::Mutex;
use tokio::sync::{MutexGuard, watch};

use crate::SendError;
use crate::switchboard::Switchboard;

/// The members of a line, with their names.
pub(crate) type People = BTreeMap<Handle, FriendlyName>;

/// The right to send the next message.
pub(super) type Turn<'a> = MutexGuard<'a, ()>;

/// The way to some accounts, over all switchboards that lead to them. The accounts change as members
/// join and leave.
pub(crate) struct Line {
    id: u64,
    state: Mutex<State>,
    /// A sender holds it until its message is queued. So messages go out in the order in
    /// which they were asked for, and one of several senders opens the switchboard.
    turn: tokio::sync::Mutex<()>,
    /// The number of members, for tasks that wait for one.
    present: watch::Sender<usize>,
}

struct State {
    /// The accounts that will be called when no member is there.
    expected: BTreeSet<Handle>,
    /// The members, on any of the switchboards.
    here: People,
    /// Oldest first.
    boards: Vec<Arc<Switchboard>>,
    /// The number of failures to open, and the last of them.
    failures: (u64, Option<SendError>),
}

impl Line {
    pub(crate) fn new(id: u64, expected: BTreeSet<Handle>) -> Self {
        let state = State { expected, here: People::new(), boards: Vec::new(), failures: (0, None) };
        Self {
            id,
            state: Mutex::new(state),
            turn: tokio::sync::Mutex::default(),
            present: watch::Sender::new(0),
        }
    }

    /// Its number, which no other line has.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// The members; with no member here, the accounts that will be called.
    pub(crate) fn people(&self) -> BTreeSet<Handle> {
        let state = self.state.lock();
        if state.here.is_empty() { state.expected.clone() } else { state.here.keys().cloned().collect() }
    }

    /// The members.
    pub(crate) fn here(&self) -> People {
        self.state.lock().here.clone()
    }

    /// Whether there is a switchboard, even one without other members.
    pub(crate) fn has_switchboards(&self) -> bool {
        !self.state.lock().boards.is_empty()
    }

    /// Leaves all switchboards. A later message opens one again.
    pub(crate) fn leave(&self) {
        let mut state = self.state.lock();
        let here = std::mem::take(&mut state.here);
        if !here.is_empty() {
            state.expected = here.into_keys().collect();
        }
        // They stay until they have ended, and do not count meanwhile.
        state.boards.iter().for_each(|board| board.leave());
        self.present.send_replace(0);
    }

    pub(super) fn is_open(&self) -> bool {
        !self.state.lock().here.is_empty()
    }

    pub(super) fn boards(&self) -> Vec<Arc<Switchboard>> {
        self.state.lock().boards.clone()
    }

    /// The switchboard with the most members, of several the oldest; `None` when none has any.
    pub(super) fn fullest(&self) -> Option<Arc<Switchboard>> {
        let boards = self.boards();
        // `max_by_key` takes the last of equals, which is the oldest in reverse.
        let counted = boards.into_iter().filter(|board| !board.is_closed()).rev();
        let (count, board) =
            counted.map(|board| (board.people().len(), board)).max_by_key(|(count, _)| *count)?;
        (count > 0).then_some(board)
    }

    /// Adds a switchboard to these accounts.
    pub(super) fn attach(&self, board: &Arc<Switchboard>) {
        let mut state = self.state.lock();
        if !state.boards.iter().any(|own| own.id() == board.id()) {
            state.boards.push(Arc::clone(board));
        }
    }

    /// Updates the members.
    pub(super) fn refresh(&self) {
        let mut state = self.state.lock();
        state.boards.retain(|board| !board.is_closed());
        // Lock order: the line's state, then a switchboard's.
        let here: People = state.boards.iter().flat_map(|board| board.people()).collect();
        let before = std::mem::replace(&mut state.here, here);
        // The next message calls the members that were there last, not those that were called at first.
        if state.here.is_empty() && !before.is_empty() {
            state.expected = before.into_keys().collect();
        }
        // Under the lock, so that of two updates the later one counts.
        self.present.send_replace(state.here.len());
    }

    /// Waits until at least `count` members are here.
    pub(super) async fn wait_for(&self, count: usize) {
        // The sender is in here, so it cannot be gone.
        let _ = self.present.subscribe().wait_for(|present| *present >= count).await;
    }

    /// Waits until no other message is being sent.
    pub(super) async fn turn(&self) -> Turn<'_> {
        self.turn.lock().await
    }

    /// The number of failures to open, and the last of them.
    pub(super) fn failures(&self) -> (u64, Option<SendError>) {
        self.state.lock().failures.clone()
    }

    /// Opening has failed.
    pub(super) fn note_failure(&self, error: SendError) {
        let mut state = self.state.lock();
        state.failures = (state.failures.0 + 1, Some(error));
    }
}
