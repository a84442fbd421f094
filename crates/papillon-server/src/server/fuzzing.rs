//! The service without a socket, for the fuzz targets: its connections are tunnels, and its store is a file in memory.

mod folder;

use std::cell::RefCell;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use msnp::{FriendlyName, Handle};
use papillon_store::{NewAccount, PasswordHash, SqliteStore, Store};

use super::{Listeners, Server};
use crate::Config;
use crate::delivery::{ANSWER_BYTES, Deliveries, Tunnel};
use crate::http::fuzzing::{Wire, block_on};
use crate::http::seats::Seat;
use crate::http::{Visitor, converse};
use crate::listen::{EntryPoint, Origin};
use crate::roles::connection;
use folder::Folder;

/// The lines that may wait for one client, in bytes.
const OUTBOX: usize = 32 * 1024;
/// After so many worlds the store is made anew: its log of changes only grows.
const WORLDS: usize = 2_000;

/// A service whose accounts have empty lists. It keeps nothing of the world before.
pub struct World {
    server: Server,
}

/// One connection to the notification server or the switchboard.
pub struct Line(Arc<Tunnel>);

/// The store of this thread, and the number of worlds that it has had.
struct Kept {
    folder: Folder,
    store: Arc<dyn Store>,
    worlds: usize,
}

thread_local! {
    static KEPT: RefCell<Option<Kept>> = const { RefCell::new(None) };
}

impl World {
    /// A service with these accounts.
    ///
    /// # Panics
    /// When the store fails, or one of the accounts is no handle.
    pub fn new(accounts: &[&str]) -> Self {
        let mut kept = KEPT.take().filter(|kept| kept.worlds < WORLDS).unwrap_or_else(Kept::new);
        kept.worlds += 1;
        // Each invitation leaves a file.
        let _ = std::fs::remove_dir_all(kept.folder.path().join("mail"));
        let server = block_on(async {
            for old in kept.store.accounts().await.expect("the store reads") {
                kept.store.remove_account(&old.handle).await.expect("the store removes");
            }
            let new: Vec<_> = accounts.iter().map(|handle| account(handle)).collect();
            kept.store.create_accounts(&new).await.expect("the store makes accounts");
            let store = Arc::clone(&kept.store);
            Server::bind(config(&kept.folder), store, Listeners::default()).await
        });
        KEPT.set(Some(kept));
        Self { server: server.expect("a server without listeners starts") }
    }

    /// A ticket with which the account may sign in.
    ///
    /// # Panics
    /// When there is no such account.
    pub fn ticket(&self, handle: &str) -> String {
        let service = &self.server.service;
        let handle: Handle = handle.parse().expect("a handle");
        let account = block_on(service.store.account(&handle)).ok().flatten().expect("an account");
        service.tickets.issue(account.id.0, account.credential_epoch, SystemTime::now())
    }

    /// Connects to the MSNP listener. A client that never asks is dropped after an hour.
    ///
    /// # Panics
    /// When one address has no place left: it has 500 for connections that do not sign in.
    pub fn connect(&self) -> Line {
        let service = Arc::clone(&self.server.service);
        let client = SocketAddr::from(([192, 0, 2, 1], 1042));
        let place = service.admit(Some(client.ip())).expect("a place for each connection");
        let (share, traffic) = (service.memory.share(client.ip()), Arc::clone(&service.counts.traffic));
        let tunnel = Tunnel::new(OUTBOX, Duration::from_secs(3600), share, traffic);
        let origin = Origin {
            client,
            local: ([192, 0, 2, 9], 1863).into(),
            entry_point: EntryPoint::Msnp,
            by_proxy: false,
        };
        let connection = connection::serve_tunnel(service, Arc::clone(&tunnel), origin, place);
        block_on(async { drop(tokio::spawn(connection)) });
        Line(tunnel)
    }

    /// The number of connections that are open.
    pub fn open(&self) -> usize {
        self.server.service.open.count()
    }

    /// Waits until no connection is open any more.
    pub fn emptied(&self) {
        block_on(self.server.service.open.emptied());
    }

    /// Any bytes on a connection of HTTP to the whole site.
    pub fn ask(&self, bytes: &[u8]) {
        let visitor = Visitor::new(([192, 0, 2, 1], 1042).into(), ([192, 0, 2, 9], 80).into());
        // The end of the connection is the client's affair.
        let _ = block_on(converse(
            Wire::new(bytes, bytes.len().max(1)),
            &*self.server.site,
            &visitor,
            Seat::alone(),
        ));
    }
}

impl Line {
    /// Brings bytes of the client, and waits until they have had their effect, or wait until lines are taken.
    pub fn bring(&self, bytes: &[u8]) {
        if bytes.is_empty() || self.is_over() {
            return;
        }
        self.0.bring(Bytes::copy_from_slice(bytes));
        block_on(self.processed());
    }

    /// Takes all lines that wait, and those that are sent because these are taken; `true` when the connection is over,
    /// so that none will follow.
    ///
    /// # Panics
    /// When more waits than may wait for one client.
    pub fn take(&self) -> (Vec<u8>, bool) {
        let mut lines = Vec::new();
        loop {
            let before = lines.len();
            let is_over = self.take_waiting(&mut lines);
            assert!(lines.len() - before <= OUTBOX, "more waits for a client than may");
            if is_over || lines.len() == before {
                return (lines, is_over);
            }
            block_on(self.processed());
        }
    }

    /// The client disconnects without a word.
    pub fn vanish(&self) {
        Deliveries::new().abandon(self.0.outbox());
    }

    fn take_waiting(&self, lines: &mut Vec<u8>) -> bool {
        while let Some(taken) = self.0.take(ANSWER_BYTES) {
            lines.extend_from_slice(&taken.lines);
            if taken.lines.is_empty() || taken.last {
                return taken.last;
            }
        }
        true
    }

    async fn processed(&self) {
        // Once lines have been taken, the connection's task goes on with the requests that it left before it says that it
        // reads again.
        let goes_on = || self.0.is_held() && !self.0.outbox().outlook().is_held;
        while (goes_on() || !self.0.is_processed()) && !self.is_over() {
            self.0.news().await;
        }
    }

    fn is_over(&self) -> bool {
        self.0.outbox().outlook().is_over
    }
}

impl Kept {
    fn new() -> Self {
        let folder = Folder::new();
        let store = block_on(SqliteStore::open(&folder.path().join("papillon.db")));
        Self { store: store.expect("a store can be made"), folder, worlds: 0 }
    }
}

fn account(handle: &str) -> NewAccount {
    let handle: Handle = handle.parse().expect("a handle");
    let password_hash = PasswordHash::new("none");
    NewAccount { name: FriendlyName::from(&handle), handle, password_hash, created_at: 0, admin: false }
}

fn config(folder: &Folder) -> Config {
    let mut config = Config::new(folder.path());
    config.limits.outbox_bytes = OUTBOX;
    // A hash takes longer than everything else together.
    config.limits.sign_in_failures_per_address = 1;
    config
}
