//! The real service, in this process, on free ports of the loopback address.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use msnp::{FriendlyName, GroupArgument, Handle};
use papillon_server::dns::DnsSockets;
use papillon_server::{Config, Listeners, Server, passport};
use papillon_store::{
    AccountId, BanReason, InvitationCode, NewAccount, NewBan, NewInvitation, PasswordHash, Store,
};
use tempfile::TempDir;
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::{DEADLINE, display_name};

/// The password of every account.
pub const PASSWORD: &str = "papillon, 1999";

/// The addresses at which a service listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addresses {
    /// Notification server and switchboard.
    pub msnp: SocketAddr,
    /// The listener that redirects every client to `msnp`.
    pub dispatch: SocketAddr,
    /// Passport without TLS.
    pub http: SocketAddr,
    /// Passport.
    pub https: SocketAddr,
    /// The names of the old services, by UDP and TCP.
    pub dns: SocketAddr,
    /// Metrics and health.
    pub metrics: SocketAddr,
}

/// A service with a database of its own. It ends with this value.
#[derive(Debug)]
pub struct TestServer {
    /// The addresses at which it listens.
    pub addresses: Addresses,
    folder: TempDir,
    config: Config,
    running: Running,
}

struct Running {
    store: Arc<dyn Store>,
    stop: mpsc::Sender<()>,
    task: JoinHandle<()>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").finish_non_exhaustive()
    }
}

impl TestServer {
    /// A service with default settings.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// A service with other settings.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the service");
        let mut config = Config::new(folder.path());
        change(&mut config);
        let (addresses, running) = run(&config, database(&config).await).await;
        Self { addresses, folder, config, running }
    }

    /// A service that lets an account do everything as often as it likes, for a test that repeats itself.
    pub async fn without_rates() -> Self {
        const MANY: u32 = 1_000_000;
        Self::with(|config| {
            let limits = &mut config.limits;
            limits.sign_ins_per_minute = MANY;
            limits.synchronisations_per_minute = MANY;
            limits.changes_per_ten_seconds = MANY;
            limits.list_changes_per_hour = MANY;
            limits.additions_per_contact = MANY;
            limits.unblocks_per_contact = MANY;
            limits.groups_per_minute = MANY;
            limits.switchboards_per_minute = MANY;
            limits.calls_per_minute = MANY;
            limits.calls_per_pair = MANY;
            limits.calls_per_callee = MANY;
            limits.invitations_per_hour = MANY;
            limits.invitations_per_recipient = MANY;
            limits.queries_per_minute = MANY;
            limits.cookies_per_account = limits.cookies;
        })
        .await
    }

    /// A service with default settings, with this store.
    pub async fn on(store: Arc<dyn Store>) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the service");
        let config = Config::new(folder.path());
        let (addresses, running) = run(&config, store).await;
        Self { addresses, folder, config, running }
    }

    /// Stops the service in order and waits until it has ended.
    pub async fn stop(self) -> Stopped {
        let Self { folder, config, running, .. } = self;
        // An error means that the service has ended already, and its end is waited for next.
        let _ = running.stop.send(()).await;
        let ended = timeout(DEADLINE, running.task).await.expect("the service did not stop");
        ended.expect("the service panicked");
        Stopped { folder, config }
    }

    /// Asks the service to stop, without waiting.
    pub async fn begin_to_stop(&self) {
        // As in `stop`.
        let _ = self.running.stop.send(()).await;
    }

    /// The folder of the service's files.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// The store that the service works with.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.running.store
    }

    /// Makes an account with [`PASSWORD`], if there is none yet, and returns its number.
    pub async fn account(&self, handle: &str) -> AccountId {
        let store = self.store();
        let parsed = Handle::parse(handle).expect("a handle");
        if let Some(account) = store.account(&parsed).await.expect("the store works") {
            return account.id;
        }
        let account = NewAccount {
            handle: parsed,
            name: FriendlyName::from_text(&display_name(handle)).expect("a name"),
            password_hash: PasswordHash::new(hash(PASSWORD)),
            created_at: 1_062_764_229,
            admin: false,
        };
        store.create_account(account).await.expect("a new account").id
    }

    /// Changes the password of an account, as the operator does.
    pub async fn set_password(&self, handle: &str, password: &str) {
        let handle = Handle::parse(handle).expect("a handle");
        let hash = PasswordHash::new(hash(password));
        self.store().set_password(&handle, hash).await.expect("a new password");
    }

    /// Makes an account an administrator.
    pub async fn make_admin(&self, handle: &str) {
        self.account(handle).await;
        let handle = Handle::parse(handle).expect("a handle");
        self.store().set_admin(&handle, true).await.expect("an administrator");
    }

    /// Bans an address, a range or an account, for so many seconds or for good, as the operator does.
    pub async fn ban(&self, target: &str, seconds: Option<i64>) {
        let made_at = now();
        let new = NewBan {
            target: target.parse().expect("a target"),
            reason: BanReason::default(),
            made_by: None,
            made_at,
            ends_at: seconds.map(|seconds| made_at + seconds),
        };
        self.store().add_ban(new).await.expect("a ban");
    }

    /// Lifts a ban.
    pub async fn lift_ban(&self, target: &str) {
        self.store().lift_ban(&target.parse().expect("a target")).await.expect("a ban to lift");
    }

    /// Makes an invitation for so many accounts and seconds, and returns its code.
    pub async fn invite(&self, uses: u32, seconds: i64) -> String {
        let made_at = now();
        let code = InvitationCode::from_random(rand::random());
        let text = code.expose().to_owned();
        let new = NewInvitation { code, made_by: None, made_at, expires_at: made_at + seconds, uses };
        self.store().create_invitation(new).await.expect("an invitation");
        text
    }

    /// Puts `contact` on `owner`'s forward list, before either signs in.
    pub async fn list(&self, owner: &str, contact: &str) {
        let owner = self.account(owner).await;
        self.account(contact).await;
        let name = FriendlyName::from_text(contact).expect("a name");
        let contact = Handle::parse(contact).expect("a handle");
        let added = self.store().add_to_forward(owner, &contact, &name, GroupArgument::Absent, 600).await;
        added.expect("a new contact");
    }

    /// Puts the two on each other's forward lists, before either signs in.
    pub async fn befriend(&self, one: &str, other: &str) {
        self.list(one, other).await;
        self.list(other, one).await;
    }
}

/// A service that has stopped; its files are still there.
#[derive(Debug)]
pub struct Stopped {
    folder: TempDir,
    config: Config,
}

impl Stopped {
    /// Starts it again on the same files, on new ports.
    pub async fn start(self) -> TestServer {
        let Self { folder, config } = self;
        let (addresses, running) = run(&config, database(&config).await).await;
        TestServer { addresses, folder, config, running }
    }
}

/// The store that a service usually has.
async fn database(config: &Config) -> Arc<dyn Store> {
    let database = config.data_dir.join("papillon.db");
    papillon_store::open(&database.to_string_lossy()).await.expect("a database")
}

async fn run(config: &Config, store: Arc<dyn Store>) -> (Addresses, Running) {
    // Bound here and handed over, so that no other test takes a port before the service does.
    let (msnp, dispatch, http, https) = (listen().await, listen().await, listen().await, listen().await);
    let (dns, metrics) = (listen_dns().await, listen().await);
    let address = |listener: &TcpListener| listener.local_addr().expect("an address");
    let addresses = Addresses {
        msnp: address(&msnp),
        dispatch: address(&dispatch),
        http: address(&http),
        https: address(&https),
        dns: address(&dns.tcp),
        metrics: address(&metrics),
    };
    let listeners = Listeners {
        msnp: Some(msnp.into()),
        dispatch: Some(dispatch.into()),
        http: Some(http.into()),
        https: Some(https.into()),
        dns: Some(dns),
        dns_ipv6: None,
        metrics: Some(metrics.into()),
    };
    let server = Server::bind(config.clone(), Arc::clone(&store), listeners).await;
    let server = server.expect("the service starts");
    let (stop, stopped) = mpsc::channel(1);
    let task = tokio::spawn(server.run(stopped));
    (addresses, Running { store, stop, task })
}

async fn listen() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port")
}

/// The same port for UDP and TCP: one that is free for both. Another test may have its UDP half, so several are tried.
async fn listen_dns() -> DnsSockets {
    for _ in 0..16 {
        let tcp = listen().await;
        let at = tcp.local_addr().expect("an address");
        if let Ok(udp) = UdpSocket::bind(at).await {
            return DnsSockets { udp, tcp };
        }
    }
    panic!("no port is free for UDP and TCP");
}

/// In seconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970");
    i64::try_from(since.as_secs()).expect("a time")
}

/// Hashing is made to be slow, and tests make many accounts: once for each password.
fn hash(password: &str) -> String {
    static HASHES: OnceLock<Mutex<HashMap<String, String>>> = OnceLock::new();
    let mut hashes = HASHES.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    let make = || passport::hash_password(password).expect("a hash");
    // Under the lock: two tests that want the same hash make it once.
    hashes.entry(password.to_owned()).or_insert_with(make).clone()
}
