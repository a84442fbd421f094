//! The sessions of signed-in people, by account.

use std::borrow::Borrow;
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Weak};
use std::time::{SystemTime, UNIX_EPOCH};

use msnp::{ClientCapabilities, Dialect, EncodedObject, FriendlyName, Handle, List, ListFlags, Status};
use papillon_store::{Account, AccountId, NumberHash, Roster};
use parking_lot::{Mutex, MutexGuard, RwLock, RwLockReadGuard};

use super::change::Presence;
use super::invitee::Invitee;
use super::lists::Lists;
use super::visibility;
use super::watch::Watch;
use crate::delivery::Outbox;
use crate::listen::Origin;

/// The sessions on this node.
#[derive(Default)]
pub(super) struct Sessions(RwLock<Maps>);

/// An account has one session. A request names a person by handle.
#[derive(Default)]
pub(super) struct Maps {
    by_account: HashMap<AccountId, Arc<Session>, NumberHash>,
    by_handle: HashSet<ByHandle>,
}

/// A session that is found by its handle: the map needs no copy of it.
struct ByHandle(Arc<Session>);

/// The session of a signed-in person. Outside of `people` only the connection's own task has it.
pub(crate) struct Session {
    pub(crate) account: AccountId,
    pub(crate) handle: Handle,
    pub(crate) dialect: Dialect,
    pub(super) outbox: Arc<Outbox>,
    /// The client's address, and the address of ours that it reached.
    pub(crate) origin: Origin,
    /// The client's description of itself, for administrators; can be empty.
    pub(crate) client: Box<str>,
    /// When the sign-in was, in seconds since 1970.
    pub(crate) since: u64,
    /// Beside the state, because it is asked while another session's state is locked.
    pub(super) watch: Watch,
    state: Mutex<State>,
}

/// The changing part of a session. The locks of two sessions are never held at once.
pub(crate) struct State {
    pub(crate) name: FriendlyName,
    /// `None` before the first `CHG` and after the sign-out.
    pub(crate) status: Option<Status>,
    pub(super) capabilities: ClientCapabilities,
    pub(super) object: Option<EncodedObject>,
    /// `IMS OFF` takes part in no conversations.
    pub(crate) takes_calls: bool,
    /// Signed out: no request of this session may show it again. Its task can be in the middle of one.
    pub(super) left: bool,
    pub(crate) lists: Lists,
}

/// One sign-in of an account. Things that were made for it, such as the cookie of a conversation, end with it.
#[derive(Debug, Clone)]
pub(crate) struct SignIn(Weak<Session>);

impl State {
    /// The state just after the sign-in.
    pub(super) fn new(name: FriendlyName, roster: Roster) -> Self {
        Self {
            name,
            status: None,
            capabilities: ClientCapabilities::default(),
            object: None,
            takes_calls: true,
            left: false,
            lists: Lists::new(roster),
        }
    }

    /// Whether people that the lists allow can see this person.
    pub(crate) fn is_visible(&self) -> bool {
        self.status.is_some_and(Status::is_visible)
    }

    /// Whether a contact on these of the person's lists is told of the person now.
    pub(super) fn is_shown_to(&self, lists: ListFlags) -> bool {
        self.is_visible() && visibility::watches(self.lists.privacy(), lists)
    }

    /// The look of the person; `None` while the person is hidden or offline.
    pub(super) fn presence(&self, handle: &Handle) -> Option<Presence> {
        Some(Presence {
            handle: handle.clone(),
            status: self.status.filter(|status| status.is_visible())?,
            name: self.name.clone(),
            capabilities: self.capabilities,
            object: self.object.clone(),
        })
    }

    /// The contacts on the forward list.
    pub(super) fn watched(&self) -> impl Iterator<Item = AccountId> {
        let contacts = self.lists.contacts().iter();
        contacts.filter(|contact| contact.lists.contains(List::Forward)).map(|contact| contact.account)
    }
}

impl Session {
    pub(crate) fn new(
        account: Account,
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
            since: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
            watch: Watch::default(),
            state: Mutex::new(State::new(account.name, roster)),
        })
    }

    /// Reads the changing part. Its lock is held meanwhile.
    pub(crate) fn read<R>(&self, look: impl FnOnce(&State) -> R) -> R {
        look(&self.state.lock())
    }

    /// Whether this person can be called and can call.
    pub(crate) fn take_calls(&self, on: bool) {
        self.state.lock().takes_calls = on;
    }

    /// Whether the session is over.
    pub(crate) fn has_left(&self) -> bool {
        self.state.lock().left
    }

    /// This sign-in.
    pub(crate) fn sign_in(self: &Arc<Self>) -> SignIn {
        SignIn(Arc::downgrade(self))
    }

    /// The person, as a conversation admits people.
    pub(crate) fn invitee(&self) -> Invitee {
        let name = self.read(|state| state.name.clone());
        Invitee { account: self.account, handle: self.handle.clone(), name, dialect: self.dialect }
    }

    /// Whether presence of others is told to this session.
    pub(crate) fn is_watching(&self) -> bool {
        self.watch.is_on()
    }

    /// The changing part. Two of these are never held: two people that tell each other would wait for ever.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

impl SignIn {
    /// Whether the person is still signed in by it.
    pub(crate) fn lasts(&self) -> bool {
        self.0.upgrade().is_some_and(|session| !session.has_left())
    }

    /// Whether anything of it is left in memory. This takes no lock.
    pub(crate) fn is_remembered(&self) -> bool {
        self.0.strong_count() > 0
    }
}

impl Sessions {
    /// Enters a session. The one before it has been signed out.
    pub(super) fn enter(&self, session: &Arc<Session>) {
        let mut maps = self.0.write();
        // Both under one lock, so that each look-up finds the same.
        // In place of an equal one, which an insertion would leave.
        maps.by_handle.replace(ByHandle(Arc::clone(session)));
        maps.by_account.insert(session.account, Arc::clone(session));
    }

    /// Takes a session out, unless a newer one stands in its place.
    pub(super) fn remove(&self, session: &Arc<Session>) {
        let mut maps = self.0.write();
        if !maps.by_account.get(&session.account).is_some_and(|current| Arc::ptr_eq(current, session)) {
            return;
        }
        maps.by_account.remove(&session.account);
        // A new account can have the handle of one that was removed.
        if maps.by_handle.get(&session.handle).is_some_and(|current| Arc::ptr_eq(&current.0, session)) {
            maps.by_handle.remove(&session.handle);
        }
    }

    /// The session of an account, if it is signed in.
    pub(super) fn get(&self, account: AccountId) -> Option<Arc<Session>> {
        self.0.read().get(account).cloned()
    }

    /// The same by handle.
    pub(super) fn by_handle(&self, handle: &Handle) -> Option<Arc<Session>> {
        self.0.read().by_handle.get(handle).map(|found| Arc::clone(&found.0))
    }

    /// All sessions, for several look-ups. No other method of this may be called meanwhile, and no state locked: a
    /// state's lock is taken before this one.
    pub(super) fn lock(&self) -> RwLockReadGuard<'_, Maps> {
        self.0.read()
    }

    /// The number of sessions.
    pub(super) fn count(&self) -> usize {
        self.0.read().by_account.len()
    }

    /// A copy of all sessions.
    pub(super) fn all(&self) -> Vec<Arc<Session>> {
        self.0.read().by_account.values().cloned().collect()
    }
}

impl Borrow<Handle> for ByHandle {
    fn borrow(&self) -> &Handle {
        &self.0.handle
    }
}

// As the handle alone: the map is asked by handles.
impl Hash for ByHandle {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.handle.hash(state);
    }
}

impl PartialEq for ByHandle {
    fn eq(&self, other: &Self) -> bool {
        self.0.handle == other.0.handle
    }
}

impl Eq for ByHandle {}

impl Maps {
    pub(super) fn get(&self, account: AccountId) -> Option<&Arc<Session>> {
        self.by_account.get(&account)
    }
}
