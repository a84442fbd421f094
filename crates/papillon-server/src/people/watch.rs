//! The attention of a session: whether it is told of the presence of others, and of which contacts not yet.
//!
//! A client hears of a contact by an introduction (`ILN`) first, and of the contact's changes after it. Between the
//! moment in which the contacts are looked up and the one in which a contact is introduced, that contact may change.
//! Such a change is not told: the introduction comes after it, and shows it. Otherwise the client would get `FLN` of a
//! contact that it has never seen online, or the same presence twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use super::sessions::Session;

/// The attention of one session. Only the task of its connection makes introductions, one after the other.
#[derive(Default)]
pub(super) struct Watch {
    /// Set with the first `CHG`.
    on: AtomicBool,
    /// Whether `awaited` has any. It spares the others' changes a lock.
    introducing: AtomicBool,
    /// The sessions that will be introduced, the next one last. A session and not an account: one that takes its place
    /// meanwhile has no introduction, so its changes are told at once. Locked last, under a contact's state and the map.
    awaited: Mutex<Vec<Arc<Session>>>,
}

impl Watch {
    /// Begins, with these contacts to introduce. The caller holds the map of sessions: a contact that enters it later
    /// finds the watch on.
    pub(super) fn begin(&self, mut contacts: Vec<Arc<Session>>) {
        contacts.reverse();
        self.introducing.store(!contacts.is_empty(), Ordering::Release);
        *self.awaited.lock() = contacts;
        // Last: a task that sees it on sees the contacts, too.
        self.on.store(true, Ordering::Release);
    }

    /// One more contact to introduce, if this watches. Its changes have not been told until now.
    pub(super) fn await_contact(&self, contact: Arc<Session>) {
        if self.is_on() {
            self.introducing.store(true, Ordering::Release);
            self.awaited.lock().push(contact);
        }
    }

    /// The next contact to introduce.
    pub(super) fn next(&self) -> Option<Arc<Session>> {
        self.awaited.lock().last().cloned()
    }

    /// The next contact is introduced now. The caller holds that contact's state, so that none of its changes comes in
    /// between.
    pub(super) fn introduced(&self) {
        let mut awaited = self.awaited.lock();
        awaited.pop();
        if awaited.is_empty() {
            self.introducing.store(false, Ordering::Release);
        }
    }

    /// The session is told nothing more.
    pub(super) fn end(&self) {
        self.on.store(false, Ordering::Release);
    }

    /// Whether the session watches its contacts.
    pub(super) fn is_on(&self) -> bool {
        self.on.load(Ordering::Acquire)
    }

    /// Whether a change of this contact is told now. The caller holds the contact's state.
    pub(super) fn takes_in(&self, contact: &Session) -> bool {
        let is_awaited = || self.awaited.lock().iter().any(|other| std::ptr::eq(&raw const **other, contact));
        self.is_on() && !(self.introducing.load(Ordering::Acquire) && is_awaited())
    }
}
