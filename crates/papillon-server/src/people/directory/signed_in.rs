//! The people who are signed in, as an administrator sees them.

use std::time::SystemTime;

use msnp::{Dialect, FriendlyName, Handle, Status};
use papillon_store::AccountId;

use super::Directory;
use crate::listen::Origin;
use crate::people::Session;

/// Somebody who is signed in.
pub(crate) struct SignedIn {
    pub(crate) handle: Handle,
    pub(crate) name: FriendlyName,
    /// `None` before the first `CHG`.
    pub(crate) status: Option<Status>,
    /// What the client says it is; empty when it does not say.
    pub(crate) client: Box<str>,
    pub(crate) dialect: Dialect,
    pub(crate) origin: Origin,
    pub(crate) since: SystemTime,
}

impl SignedIn {
    fn of(session: &Session) -> Self {
        let (name, status) = session.read(|state| (state.name.clone(), state.status));
        Self {
            handle: session.handle.clone(),
            name,
            status,
            client: session.client.clone(),
            dialect: session.dialect,
            origin: session.origin,
            since: session.since,
        }
    }
}

impl Directory {
    /// How many are signed in.
    pub(crate) fn count(&self) -> usize {
        self.sessions.count()
    }

    /// Whether an account is signed in.
    pub(crate) fn has(&self, account: AccountId) -> bool {
        self.sessions.lock().get(account).is_some()
    }

    /// The account, if it is signed in.
    pub(crate) fn signed_in(&self, account: AccountId) -> Option<SignedIn> {
        self.sessions.get(account).map(|session| SignedIn::of(&session))
    }

    /// Those who are signed in, ordered by handle: at most `most`, after the first `skip`; and how many there are.
    pub(crate) fn all_signed_in(&self, skip: usize, most: usize) -> (Vec<SignedIn>, usize) {
        let mut sessions = self.sessions.all();
        sessions.sort_unstable_by(|one, other| one.handle.cmp(&other.handle));
        let page = sessions.iter().skip(skip).take(most).map(|session| SignedIn::of(session));
        (page.collect(), sessions.len())
    }
}
