//! The directory of signed-in people: it knows where a person is, and every change is told through it. All people are
//! in this process.
//!
//! Lines about one person go into the outboxes while that person's state is locked. So every client gets them in the
//! order of the events. The lock is never held across an await, the locks of two people are never held at once, and
//! no socket is written to under one: the drop of the [`Deliveries`] does that.

mod calls;
mod reconcile;
mod signed_in;
#[cfg(test)]
mod tests;
mod watchers;

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use msnp::command::chg::Chg;
use msnp::{Handle, ListFlags, TransactionId};
use papillon_store::{AccountId, Roster};

pub(crate) use self::calls::Callee;
pub(crate) use self::signed_in::SignedIn;
use super::apply;
use super::change::Change;
use super::line::{Encode, Line};
use super::sessions::{Session, Sessions};
use super::visibility;
use crate::delivery::{Deliveries, OpenConnections};

/// The signed-in people of this node.
pub(crate) struct Directory {
    sessions: Sessions,
    /// The connections that end with a session.
    open: Arc<OpenConnections>,
    encode: Encode,
}

impl Directory {
    /// An empty directory. `encode` makes lines of changes.
    pub(crate) fn new(open: Arc<OpenConnections>, encode: Encode) -> Self {
        Self { sessions: Sessions::default(), open, encode }
    }

    /// Signs a session in, in place of the one that the account has. The client gets the lines of `welcome` first. The
    /// caller holds the account's turn, so no other session of the account signs in meanwhile.
    pub(crate) fn claim(&self, session: &Arc<Session>, welcome: [Bytes; 2], out: &mut Deliveries) {
        // The old session's own task goes on until it sees this; it finds itself marked as left.
        if self.sessions.get(session.account).is_some() {
            self.tell(session.account, &Change::SignedInElsewhere, out);
        }
        // Only now is this one of the account's connections.
        self.open.belongs_to(session.account, &session.outbox);
        for line in welcome {
            out.send(&session.outbox, line);
        }
        // Last: from here on others put lines into its outbox, behind the welcome.
        self.sessions.enter(session);
    }

    /// Signs a session out. Watchers are told once, and the session is told nothing more.
    pub(crate) fn leave(&self, session: &Arc<Session>, out: &mut Deliveries) {
        // First out of the map. A task that has found it before that waits for the state, and sees there that it has
        // left.
        self.sessions.remove(session);
        session.watch.end();
        let mut state = session.state();
        let was_visible = state.is_visible();
        state.status = None;
        state.left = true;
        if let Some(notice) = visibility::crossing(was_visible, false) {
            self.tell_watchers(session, &state, notice, out);
        }
    }

    /// Tells a person of a change, and the person's watchers as far as it shows. `false` if the person is not signed
    /// in.
    pub(crate) fn tell(&self, person: AccountId, change: &Change, out: &mut Deliveries) -> bool {
        let session = self.sessions.get(person);
        if let Some(session) = &session {
            match change {
                Change::Lists(lists) => self.tell_lists(session, change, lists, out),
                _ if change.ends_session() => {
                    // The session is out of the map by then, so this is the last line that is put in.
                    self.leave(session, out);
                    self.push(session, change, out);
                }
                _ => {
                    let mut state = session.state();
                    if apply::apply(&mut state, change) {
                        self.push(session, change, out);
                    }
                }
            }
        }
        if change.ends_session() {
            // After the session is marked as left: a connection that comes in by a cookie of it is closed here, or
            // sees that mark.
            self.open.close_account(person);
        }
        session.is_some()
    }

    /// Tells all people on this node of one change. Returns their number.
    pub(crate) fn tell_everybody(&self, change: &Change, out: &mut Deliveries) -> usize {
        // A copy, so that nobody's sign-in waits until all have been told.
        let sessions = self.sessions.all();
        let mut line = Line::new(change, self.encode);
        for session in &sessions {
            line.send(session, out);
            if change.is_last() {
                out.close(&session.outbox);
            }
        }
        sessions.len()
    }

    /// Tells each person on this node of a change of their own. Returns their number.
    pub(crate) fn tell_each(&self, make: impl Fn(&Session) -> Change, out: &mut Deliveries) -> usize {
        let sessions = self.sessions.all();
        for session in &sessions {
            self.push(session, &make(session), out);
        }
        sessions.len()
    }

    /// Sets the state of a person (`CHG`), and tells the watchers.
    pub(crate) fn appear(&self, session: &Session, change: Chg, out: &mut Deliveries) {
        let mut state = session.state();
        // Asked for before the session ended, carried out after it: the watchers have been told that it is offline.
        if state.left {
            return;
        }
        let before = state.status.replace(change.status);
        state.capabilities = change.capabilities;
        state.object = change.object;
        if let Some(notice) = visibility::state_set(before, change.status) {
            self.tell_watchers(session, &state, notice, out);
        }
    }

    /// Lets a session watch its contacts from now on. First it is told of each contact that can be seen.
    pub(crate) fn watch(&self, session: &Session, transaction: TransactionId, out: &mut Deliveries) {
        self.begin_to_watch(session);
        self.introduce(session, transaction, out);
    }

    /// Has a new contact of a session introduced by [`introduce`](Self::introduce). The caller holds the turns of both
    /// accounts and has told neither of the change, so the contact's changes are not told to the session yet.
    pub(crate) fn await_contact(&self, watcher: &Session, contact: AccountId) {
        if let Some(contact) = self.sessions.get(contact) {
            watcher.watch.await_contact(contact);
        }
    }

    /// Tells a session of the contacts that are to be introduced, as far as they can be seen.
    pub(crate) fn introduce(&self, watcher: &Session, transaction: TransactionId, out: &mut Deliveries) {
        // The contacts' states are locked one by one.
        while self.introduce_next(watcher, transaction, out) {}
    }

    /// Compares a person's lists with those just read from the store. If they are the same, no change is missing.
    pub(crate) fn confirm(&self, person: AccountId, stored: &Roster) {
        if let Some(session) = self.sessions.get(person) {
            apply::confirm(&mut session.state(), stored);
        }
    }

    /// The signed-in people that have an account on their lists, and the lists it is on.
    pub(crate) fn holders(&self, account: AccountId) -> Vec<(AccountId, Handle, ListFlags)> {
        let lists = |session: &Arc<Session>| {
            (session.account, session.handle.clone(), session.read(|state| state.lists.of(account)))
        };
        self.sessions.all().iter().map(lists).filter(|(_, _, lists)| !lists.is_empty()).collect()
    }

    fn begin_to_watch(&self, session: &Session) {
        let state = session.state();
        let sessions = self.sessions.lock();
        let online = state.watched().filter_map(|contact| sessions.get(contact).cloned()).collect();
        session.watch.begin(online);
    }

    /// `false` when no contact is left to introduce.
    fn introduce_next(&self, watcher: &Session, transaction: TransactionId, out: &mut Deliveries) -> bool {
        let Some(contact) = watcher.watch.next() else { return false };
        // Under the contact's lock: its next change comes behind this line, and the one before is in it.
        let state = contact.state();
        watcher.watch.introduced();
        if visibility::allows(state.lists.privacy(), state.lists.of(watcher.account))
            && let Some(presence) = state.presence(&contact.handle)
        {
            self.push(watcher, &Change::Introduced { transaction, presence }, out);
        }
        true
    }

    /// Closes the connections of clients at such addresses, signed in or not.
    pub(crate) fn close_addresses(&self, is_one: impl Fn(IpAddr) -> bool) {
        self.open.close_addresses(is_one);
    }

    /// Puts a change into a session's outbox, in its dialect.
    fn push(&self, session: &Session, change: &Change, out: &mut Deliveries) {
        let line = (self.encode)(change, session.dialect);
        if change.is_last() {
            out.close_with(&session.outbox, line);
        } else if let Some(line) = line {
            out.send(&session.outbox, line);
        }
    }
}
