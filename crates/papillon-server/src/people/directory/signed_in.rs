//! The signed-in people, as an administrator sees them.

use std::net::IpAddr;

use msnp::{Dialect, FriendlyName, Handle, Status};
use papillon_store::{AccountId, Person};

use super::Directory;
use crate::listen::Origin;
use crate::people::Session;

/// A signed-in person.
pub(crate) struct SignedIn {
    pub(crate) handle: Handle,
    pub(crate) name: FriendlyName,
    /// `None` before the first `CHG`.
    pub(crate) status: Option<Status>,
    /// The client's description of itself; can be empty.
    pub(crate) client: Box<str>,
    pub(crate) dialect: Dialect,
    pub(crate) origin: Origin,
    /// When the sign-in was, in seconds since 1970.
    pub(crate) since: u64,
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
    /// The number of signed-in people.
    pub(crate) fn count(&self) -> usize {
        self.sessions.count()
    }

    /// Whether an account is signed in.
    pub(crate) fn has(&self, account: AccountId) -> bool {
        self.sessions.lock().get(account).is_some()
    }

    /// The person with this account, if signed in.
    pub(crate) fn signed_in(&self, account: AccountId) -> Option<SignedIn> {
        self.sessions.get(account).map(|session| SignedIn::of(&session))
    }

    /// The accounts that are signed in at such addresses.
    pub(crate) fn signed_in_at(&self, is_one: impl Fn(IpAddr) -> bool) -> Vec<Person> {
        let sessions = self.sessions.all();
        let there = sessions.iter().filter(|session| is_one(session.origin.client.ip()));
        there.map(|session| Person { account: session.account, handle: session.handle.clone() }).collect()
    }

    /// The signed-in people ordered by handle, at most `most` after the first `skip`; and the number of all.
    pub(crate) fn all_signed_in(&self, skip: usize, most: usize) -> (Vec<SignedIn>, usize) {
        let mut sessions = self.sessions.all();
        sessions.sort_unstable_by(|one, other| one.handle.cmp(&other.handle));
        let page = sessions.iter().skip(skip).take(most).map(|session| SignedIn::of(session));
        (page.collect(), sessions.len())
    }
}
