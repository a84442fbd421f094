//! Telling people what they see of each other.
//!
//! Everything about one person is put into the outboxes while that person's state is locked, so
//! that every watcher gets it in the order in which it happened. The lock is never held across an
//! await, and nothing is written to a socket under it.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use msnp::command::{fln, iln, nln};
use msnp::{
    Dialect, Handle, List, TransactionId,
    wire::{Encode, EncodeFor},
};

use papillon_store::AccountId;

use crate::delivery::Deliveries;
use crate::people::visibility::{self, Notice};
use crate::people::{Session, Sessions, State};

/// Changes somebody's state and tells everybody who may see it, as `notice` says.
pub(crate) fn update(
    sessions: &Sessions,
    session: &Session,
    out: &mut Deliveries,
    change: impl FnOnce(&mut State) -> Option<Notice>,
) {
    let mut state = session.state();
    let Some(notice) = change(&mut state) else { return };
    let mut lines = Lines::new(session, &state, notice);
    for contact in state.roster.contacts.iter().filter(|contact| contact.lists.contains(List::Reverse)) {
        if visibility::allows(state.roster.privacy, contact.lists) {
            tell(sessions, &contact.handle, &mut lines, out);
        }
    }
}

/// Changes somebody's lists and tells those to whom that shows or hides them.
pub(crate) fn update_lists(
    sessions: &Sessions,
    session: &Session,
    out: &mut Deliveries,
    change: impl FnOnce(&mut State),
) {
    let mut state = session.state();
    if !state.is_visible() {
        change(&mut state);
        return;
    }
    let before: BTreeMap<_, _> = watchers(&state).collect();
    change(&mut state);
    let after: BTreeMap<_, _> = watchers(&state).collect();
    let mut online = Lines::new(session, &state, Notice::Online);
    let mut offline = Lines::new(session, &state, Notice::Offline);
    for (_, handle) in before.iter().filter(|(account, _)| !after.contains_key(account)) {
        tell(sessions, handle, &mut offline, out);
    }
    for (_, handle) in after.iter().filter(|(account, _)| !before.contains_key(account)) {
        tell(sessions, handle, &mut online, out);
    }
}

/// Tells a session what it sees of one person, in answer to `transaction`; nothing when that
/// person is not to be seen.
pub(crate) fn introduce(
    person: &Session,
    to: &Arc<Session>,
    transaction: TransactionId,
    out: &mut Deliveries,
) {
    let state = person.state();
    let Some(status) = state.status else { return };
    if !status.is_visible() || !state.allows(to.account) {
        return;
    }
    let mut line = BytesMut::new();
    iln::Push {
        transaction,
        status,
        handle: person.handle.clone(),
        name: state.name.clone(),
        capabilities: state.capabilities,
        object: state.object.clone(),
    }
    .encode_for(to.dialect, &mut line);
    out.send(&to.outbox, line.freeze());
}

/// Signs somebody out: watchers are told once, and nothing more reaches the session.
pub(crate) fn sign_out(sessions: &Sessions, session: &Arc<Session>, out: &mut Deliveries) {
    sessions.remove(session);
    session.stop_watching();
    update(sessions, session, out, |state| {
        let was_visible = state.is_visible();
        state.status = None;
        state.left = true;
        visibility::crossing(was_visible, false)
    });
}

/// Those who have this person on their forward list and may see it.
fn watchers(state: &State) -> impl Iterator<Item = (AccountId, Handle)> {
    state
        .roster
        .contacts
        .iter()
        .filter(|contact| contact.lists.contains(List::Reverse))
        .filter(|contact| visibility::allows(state.roster.privacy, contact.lists))
        .map(|contact| (contact.account, contact.handle.clone()))
}

fn tell(sessions: &Sessions, handle: &Handle, lines: &mut Lines<'_>, out: &mut Deliveries) {
    if let Some(watcher) = sessions.get(handle).filter(|watcher| watcher.is_watching()) {
        out.send(&watcher.outbox, lines.for_dialect(watcher.dialect));
    }
}

/// One notice, encoded at most once for each dialect and shared by all who get it.
struct Lines<'a> {
    person: &'a Session,
    state: &'a State,
    notice: Notice,
    encoded: [Option<Bytes>; 2],
}

impl<'a> Lines<'a> {
    fn new(person: &'a Session, state: &'a State, notice: Notice) -> Self {
        Self { person, state, notice, encoded: [None, None] }
    }

    fn for_dialect(&mut self, dialect: Dialect) -> Bytes {
        let slot = usize::from(dialect.has_objects());
        if let Some(line) = &self.encoded[slot] {
            return line.clone();
        }
        let line = self.encode(dialect);
        self.encoded[slot].insert(line).clone()
    }

    fn encode(&self, dialect: Dialect) -> Bytes {
        match (self.notice, self.state.status) {
            (Notice::Online, Some(status)) => {
                let mut line = BytesMut::new();
                nln::Push {
                    status,
                    handle: self.person.handle.clone(),
                    name: self.state.name.clone(),
                    capabilities: self.state.capabilities,
                    object: self.state.object.clone(),
                }
                .encode_for(dialect, &mut line);
                line.freeze()
            }
            _ => fln::Push { handle: self.person.handle.clone() }.to_bytes(),
        }
    }
}
