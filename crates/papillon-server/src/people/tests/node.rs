//! A node on a store of its own, with clients that write down what they are told.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use msnp::command::chg::Chg;
use msnp::{
    AddPrompt, ClientCapabilities, Dialect, FriendlyName, GroupArgument, Handle, ListVersion, Privacy,
    Status, TransactionId,
};
use papillon_store::{
    Account, AccountId, Committed, ListEvent, NewAccount, PasswordHash, Roster, SqliteStore, Store,
};

use crate::delivery::{ANSWER_BYTES, Capacity, Deliveries, OpenConnections, Place, Share, Tunnel};
use crate::listen::{EntryPoint, Origin};
use crate::people::change::Change;
use crate::people::{AccountLocks, Directory, Invitee, Session};

pub(super) const TRANSACTION: TransactionId = TransactionId(1);
const ROOM: Capacity = Capacity { all: 100, of_network: 100, pending: 100, pending_of_network: 100 };

/// The node. Its accounts are `alice@example.com` and so on, with the number 1 and so on.
pub(crate) struct Node {
    folder: tempfile::TempDir,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) locks: Arc<AccountLocks>,
    pub(crate) open: Arc<OpenConnections>,
    pub(crate) directory: Arc<Directory>,
}

/// A client that is signed in, shows itself and watches.
pub(crate) struct Client {
    pub(crate) session: Arc<Session>,
    tunnel: Arc<Tunnel>,
    _place: Place,
}

/// One line for each change that a client is told of, in words of its own.
fn encode(change: &Change, _: Dialect) -> Option<Bytes> {
    let line = match change {
        Change::Online(presence) => format!("+ {} {}", presence.handle, presence.name),
        Change::Introduced { presence, .. } => format!("= {}", presence.handle),
        Change::Offline(handle) => format!("- {handle}"),
        Change::Lists(change) => match change.events().last()? {
            ListEvent::ListedBy { person, is_new, .. } => {
                format!("> {}{}", person.handle, if *is_new { " new" } else { "" })
            }
            ListEvent::UnlistedBy { person } => format!("< {}", person.handle),
            _ => return None,
        },
        Change::ContactGone { contact, .. } => format!("gone {}", contact.handle),
        Change::Called(ring) => format!("call {}", ring.caller),
        Change::SignedInElsewhere => "elsewhere".into(),
        Change::AccountClosed => "closed".into(),
        Change::ShuttingDown => "down".into(),
        Change::Maintenance { minutes } => format!("maintenance {minutes}"),
        Change::Alert(alert) => {
            format!("alert {} {} {} {}", alert.account, alert.handle, alert.site, alert.text)
        }
    };
    Some((line + "\n").into())
}

pub(crate) fn handle(name: &str) -> Handle {
    Handle::parse(&format!("{name}@example.com")).expect("a handle")
}

/// A person without a store.
pub(crate) fn invitee(account: i64) -> Invitee {
    let handle = handle(&format!("p{account}"));
    let name = FriendlyName::from(&handle);
    Invitee { account: AccountId(account), handle, name, dialect: Dialect::NEWEST }
}

/// The session of that person.
pub(crate) fn session(account: i64) -> Arc<Session> {
    let Invitee { account: id, handle, name, dialect } = invitee(account);
    let account = Account {
        id,
        handle,
        name,
        credential_epoch: 1,
        enabled: true,
        verified: true,
        created_at: 0,
        admin: false,
    };
    let roster = Roster {
        version: ListVersion(1),
        prompt: AddPrompt::Ask,
        privacy: Privacy::AllowUnlisted,
        properties: Vec::new(),
        groups: Vec::new(),
        contacts: Arc::default(),
    };
    let origin = origin("192.0.2.1");
    Session::new(account, roster, dialect, Arc::clone(tunnel().outbox()), origin, Box::default())
}

fn tunnel() -> Arc<Tunnel> {
    Tunnel::new(1 << 20, Duration::from_secs(60), Share::boundless(), Arc::default())
}

fn origin(address: &str) -> Origin {
    let client = SocketAddr::new(address.parse().expect("an address"), 1863);
    Origin { client, local: client, entry_point: EntryPoint::Gateway, by_proxy: false }
}

impl Node {
    /// A node with these accounts.
    pub(crate) async fn with(names: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(&folder.path().join("store.db")).await.expect("a store");
        let open = Arc::<OpenConnections>::default();
        let directory = Arc::new(Directory::new(Arc::clone(&open), encode));
        let node = Self { folder, store, locks: Arc::new(AccountLocks::new()), open, directory };
        for name in names {
            node.make(name).await;
        }
        node
    }

    /// Makes an account.
    pub(crate) async fn make(&self, name: &str) -> AccountId {
        let new = NewAccount {
            handle: handle(name),
            name: FriendlyName::from(&handle(name)),
            password_hash: PasswordHash::new("none"),
            created_at: 0,
            admin: false,
        };
        self.store.create_account(new).await.expect("an account").id
    }

    /// The file of the store, and a place to which it can be moved.
    pub(crate) fn files(&self) -> (PathBuf, PathBuf) {
        (self.folder.path().join("store.db"), self.folder.path().join("moved"))
    }

    pub(crate) async fn account(&self, name: &str) -> Account {
        self.store.account(&handle(name)).await.expect("an answer").expect("the account")
    }

    /// As it is stored.
    pub(crate) async fn roster(&self, name: &str) -> Roster {
        let account = self.account(name).await.id;
        self.store.sign_in(account).await.expect("an answer").expect("the account").1
    }

    pub(crate) async fn sign_in(&self, name: &str) -> Client {
        self.sign_in_at(name, "192.0.2.1").await
    }

    pub(crate) async fn sign_in_at(&self, name: &str, address: &str) -> Client {
        let (account, roster) = (self.account(name).await, self.roster(name).await);
        let (origin, tunnel) = (origin(address), tunnel());
        let (place, _) = self.open.enter(Some(origin.client.ip()), &ROOM).expect("room");
        place.attach(tunnel.outbox());
        let outbox = Arc::clone(tunnel.outbox());
        let session = Session::new(account, roster, Dialect::NEWEST, outbox, origin, Box::default());
        let client = Client { session, tunnel, _place: place };
        let welcome = [Bytes::from_static(b"welcome\n"), Bytes::from_static(b"profile\n")];
        self.directory.claim(&client.session, welcome, &mut Deliveries::new());
        self.appear(&client, Status::Online);
        self.directory.watch(&client.session, TRANSACTION, &mut Deliveries::new());
        assert!(client.told().starts_with("welcome, profile"));
        client
    }

    /// A connection from this address that has not signed in.
    pub(crate) fn stranger(&self, address: &str) -> (Place, Arc<Tunnel>) {
        let tunnel = tunnel();
        let (place, _) = self.open.enter(Some(origin(address).client.ip()), &ROOM).expect("room");
        place.attach(tunnel.outbox());
        (place, tunnel)
    }

    pub(crate) fn appear(&self, client: &Client, status: Status) {
        let (capabilities, object) = (ClientCapabilities::default(), None);
        let change = Chg { transaction: TRANSACTION, status, capabilities, object };
        self.directory.appear(&client.session, change, &mut Deliveries::new());
    }

    /// Somebody puts a contact on the forward list; people on this node hear of it.
    pub(crate) async fn add(&self, owner: &str, contact: &str) {
        self.tell(self.add_behind(owner, contact).await);
    }

    /// The same, and nobody hears of it.
    pub(crate) async fn add_behind(&self, owner: &str, contact: &str) -> Committed {
        let (owner, contact) = (self.account(owner).await.id, handle(contact));
        let name = FriendlyName::from(&contact);
        let added = self.store.add_to_forward(owner, &contact, &name, GroupArgument::Absent, 100).await;
        added.expect("a change")
    }

    pub(crate) fn tell(&self, committed: Committed) {
        for (person, change) in committed.changes {
            self.directory.tell(person, &Change::Lists(change), &mut Deliveries::new());
        }
    }
}

impl Client {
    /// What it has been told since it was last asked; at the end of its connection comes `END`.
    pub(crate) fn told(&self) -> String {
        told(&self.tunnel)
    }
}

/// The same for any connection.
pub(crate) fn told(tunnel: &Tunnel) -> String {
    let Some(taken) = tunnel.take(ANSWER_BYTES) else { return "END".into() };
    let lines = std::str::from_utf8(&taken.lines).expect("a text").lines();
    lines.chain(taken.last.then_some("END")).collect::<Vec<_>>().join(", ")
}
