//! Who is signed in.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use msnp::{
    ClientCapabilities, Dialect, EncodedObject, FriendlyName, Handle, List, ListFlags, ListVersion, Status,
};
use papillon_store::{AccountId, Roster};
use parking_lot::{Mutex, RwLock};

use crate::delivery::Outbox;
use crate::listen::Origin;
use crate::people::roster;
use crate::people::visibility;

/// The people signed in to this node.
#[derive(Default)]
pub(crate) struct Sessions {
    by_handle: RwLock<HashMap<Handle, Arc<Session>>>,
}

/// Somebody who is signed in.
pub(crate) struct Session {
    pub(crate) account: AccountId,
    pub(crate) handle: Handle,
    pub(crate) dialect: Dialect,
    pub(crate) outbox: Arc<Outbox>,
    /// Where it comes from and which address of ours it reached.
    pub(crate) origin: Origin,
    /// What the client says it is, for administrators; empty when it does not say.
    pub(crate) client: Box<str>,
    /// When the sign-in was.
    pub(crate) since: SystemTime,
    /// Set with the first `CHG`: from then on presence of others is told.
    watching: AtomicBool,
    state: Mutex<State>,
}

/// What changes while somebody is signed in. The locks of two sessions are never held at once.
pub(crate) struct State {
    pub(crate) name: FriendlyName,
    /// `None` before the first `CHG` and after the sign-out.
    pub(crate) status: Option<Status>,
    pub(crate) capabilities: ClientCapabilities,
    pub(crate) object: Option<EncodedObject>,
    /// `IMS OFF` takes part in no conversations.
    pub(crate) takes_calls: bool,
    /// Signed out: nothing this session still asks for may show it again.
    pub(crate) left: bool,
    /// The lists as last committed.
    pub(crate) roster: Roster,
}

impl State {
    /// Whether those whom the lists allow can see this person.
    pub(crate) fn is_visible(&self) -> bool {
        self.status.is_some_and(Status::is_visible)
    }

    /// Whether the lists let this account see and call this person.
    pub(crate) fn allows(&self, account: AccountId) -> bool {
        visibility::allows(self.roster.privacy, self.lists_of(account))
    }

    /// Whether this account learns this person's phone numbers: those on the allow list do, strangers do not.
    pub(crate) fn shows_properties_to(&self, account: AccountId) -> bool {
        self.lists_of(account).contains(List::Allow)
    }

    /// Takes over the version that a committed change has brought. Never goes back.
    pub(crate) fn reach(&mut self, version: ListVersion) {
        self.roster.version = self.roster.version.max(version);
    }

    /// The lists this account is on.
    pub(crate) fn lists_of(&self, account: AccountId) -> ListFlags {
        roster::contact(&self.roster, account).map_or(ListFlags::NONE, |contact| contact.lists)
    }
}

impl Session {
    pub(crate) fn new(
        account: papillon_store::Account,
        roster: Roster,
        dialect: Dialect,
        outbox: Arc<Outbox>,
        origin: Origin,
        client: Box<str>,
    ) -> Arc<Self> {
        Arc::new(Self {
            account: account.id,
            handle: account.handle,
            dialect,
            outbox,
            origin,
            client,
            since: SystemTime::now(),
            watching: AtomicBool::new(false),
            state: Mutex::new(State {
                name: account.name,
                status: None,
                capabilities: ClientCapabilities::default(),
                object: None,
                takes_calls: true,
                left: false,
                roster,
            }),
        })
    }

    /// The changing part. Never hold two of these.
    pub(crate) fn state(&self) -> parking_lot::MutexGuard<'_, State> {
        self.state.lock()
    }

    /// Whether presence of others is told to this session.
    pub(crate) fn is_watching(&self) -> bool {
        self.watching.load(Ordering::Acquire)
    }

    /// From now on presence of others is told.
    pub(crate) fn start_watching(&self) {
        self.watching.store(true, Ordering::Release);
    }

    /// From now on it is not.
    pub(crate) fn stop_watching(&self) {
        self.watching.store(false, Ordering::Release);
    }
}

impl Sessions {
    /// Enters a session. The one before it has been signed out.
    pub(crate) fn enter(&self, session: &Arc<Session>) {
        self.by_handle.write().insert(session.handle.clone(), Arc::clone(session));
    }

    /// Takes a session out, unless a newer one stands in its place.
    pub(crate) fn remove(&self, session: &Arc<Session>) {
        let mut by_handle = self.by_handle.write();
        if by_handle.get(&session.handle).is_some_and(|current| Arc::ptr_eq(current, session)) {
            by_handle.remove(&session.handle);
        }
    }

    /// The session of somebody who is signed in.
    pub(crate) fn get(&self, handle: &Handle) -> Option<Arc<Session>> {
        self.by_handle.read().get(handle).cloned()
    }

    /// How many are signed in.
    pub(crate) fn count(&self) -> usize {
        self.by_handle.read().len()
    }

    /// Everybody who is signed in.
    pub(crate) fn all(&self) -> Vec<Arc<Session>> {
        self.by_handle.read().values().cloned().collect()
    }
}
