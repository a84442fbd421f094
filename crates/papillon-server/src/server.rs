//! The server: it starts, accepts clients and stops.

#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use papillon_store::{Store, StoreError};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::addresses::Ports;
use crate::bans::{self, Bans};
use crate::config::{Config, Live};
use crate::counts::{Counts, Stage};
use crate::delivery::{Deliveries, Memory, MemoryLimits, OpenConnections, Place};
use crate::dns::{self, DnsSockets};
use crate::http;
use crate::invitation_mail::InvitationMail;
use crate::limits::all_threads_but_one;
use crate::listen::Backoff;
use crate::listen::Listener;
use crate::listen::Peeked;
use crate::listen::proxy_protocol::{introduced, is_trusted};
use crate::listen::{Arrival, EntryPoint};
use crate::metrics::{self, Metrics, MetricsSite};
use crate::passport::StoredAccounts;
use crate::passport::{Passport, Passwords, TicketMint};
use crate::people::change::Change;
use crate::people::conversations::Switchboards;
use crate::people::{AccountLocks, AccountRates, Directory, broadcast, store_watch};
use crate::refusals::Refusals;
use crate::roles::connection;
use crate::roles::notification;
use crate::service::Service;
use crate::site::gateway::Gateways;
use crate::site::pages::{
    self,
    accounts::{KeyError, Keys, People},
};
use crate::site::{self, Site};
use crate::tls;

/// Clients get this long to take their last lines at a shutdown.
const DRAIN: Duration = Duration::from_secs(5);

/// The sockets to serve on, already bound; each may be left out.
#[derive(Debug, Default)]
pub struct Listeners {
    /// Notification server and switchboard.
    pub msnp: Option<Listener>,
    /// Refers every client to the MSNP listener.
    pub dispatch: Option<Listener>,
    /// Passport without TLS, for clients behind something that adds it, and pages.
    pub http: Option<Listener>,
    /// Passport, and pages.
    pub https: Option<Listener>,
    /// The names of the old services.
    pub dns: Option<DnsSockets>,
    /// The same for clients that ask by IPv6, where the former take IPv4 only.
    pub dns_ipv6: Option<DnsSockets>,
    /// Metrics and health, for the operator's programs.
    pub metrics: Option<Listener>,
}

/// The error of a service that could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The store failed.
    #[error("the database cannot be used: {0}")]
    Store(#[from] StoreError),
    /// The certificates could not be made or read.
    #[error(transparent)]
    Tls(#[from] tls::TlsError),
    /// A listener does not know its own address.
    #[error("the address of a listener cannot be read: {0}; start the service again")]
    Listener(#[from] std::io::Error),
    /// The stored ticket key has a wrong length.
    #[error(
        "the ticket key in the database cannot be used: it does not have 32 bytes; remove the row 'ticket-key' from the table of secrets"
    )]
    TicketKey,
    /// A stored key of the pages has a wrong length.
    #[error(
        "a key in the database cannot be used: it does not have 32 bytes; remove the row '{0}' from the table of secrets"
    )]
    PageKey(&'static str),
}

/// The service, ready to run.
///
/// ```
/// use papillon_server::{Config, Listeners, Server};
/// use tokio::net::TcpListener;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path();
/// let store = papillon_store::SqliteStore::open(&folder.join("papillon.db")).await?;
/// let msnp = TcpListener::bind("127.0.0.1:0").await?;
/// println!("MSN Messenger can come to {}", msnp.local_addr()?);
/// let listeners = Listeners { msnp: Some(msnp.into()), ..Listeners::default() };
/// let server = Server::bind(Config::new(folder), store, listeners).await?;
///
/// let (stop, stopped) = tokio::sync::mpsc::channel(1);
/// let service = tokio::spawn(server.run(stopped));
/// // It serves until it is told to stop.
/// stop.send(()).await?;
/// service.await?;
/// # Ok(())
/// # }
/// ```
pub struct Server {
    service: Arc<Service>,
    listeners: Listeners,
    identity: Option<Arc<tls::TlsAcceptor>>,
    site: Arc<Site>,
    metrics: Arc<MetricsSite>,
}

impl Server {
    /// Prepares everything that can fail: certificates, the ticket key, addresses.
    ///
    /// # Errors
    /// When the store or the data folder cannot be used.
    pub async fn bind(
        mut config: Config,
        store: Arc<dyn Store>,
        listeners: Listeners,
    ) -> Result<Self, ServerError> {
        config.settle_public_host();
        let front = &config.front;
        let ports = Ports {
            msnp: port(listeners.msnp.as_ref())?.map(|port| front.msnp_port.unwrap_or(port)),
            http: port(listeners.http.as_ref())?,
            https: port(listeners.https.as_ref())?.map(|port| front.https_port.unwrap_or(port)),
        };
        let identity = match listeners.https {
            Some(_) => {
                let folder = config.data_dir.join("tls");
                Some(tls::TlsAcceptor::open(folder, config.names(), config.old_windows, SystemTime::now())?)
            }
            None => None,
        };
        // The store keeps the first one that it is offered: all nodes and all later starts share that key.
        let candidate: [u8; 32] = rand::random();
        let key = store.secret("ticket-key", &candidate).await?;
        let key: [u8; 32] = key.try_into().map_err(|_| ServerError::TicketKey)?;
        let tickets = Arc::new(TicketMint::new(key, config.ticket_lifetime));
        let refusals = Arc::new(Refusals::default());
        let bans = Arc::new(Bans::new(Arc::clone(&refusals)));
        // Before the first connection: the watch over the store begins beside it.
        bans.replace(&store.bans(bans::now()).await?);
        let counts = Arc::new(Counts::default());
        let passport = Passport::new(
            Arc::new(StoredAccounts(Arc::clone(&store))),
            Arc::clone(&tickets),
            // Each hash keeps a core busy, and one core is for the rest.
            Passwords::new(all_threads_but_one()),
            &config.limits,
        );
        let passport = passport.counting(Arc::clone(&refusals)).with_bans(Arc::clone(&bans));
        let passport = Arc::new(passport.with_counts(Arc::clone(&counts)));
        let place = config.front.url.as_ref().map(ToString::to_string).or_else(|| config.public_host.clone());
        let open = Arc::new(OpenConnections::default());
        let memory = Memory::new(MemoryLimits {
            all: config.limits.memory_bytes,
            address: config.limits.memory_bytes_per_address,
            account: config.limits.memory_bytes_per_account,
        });
        let service = Arc::new(Service {
            failures: passport.failures().clone(),
            store,
            tickets,
            directory: Arc::new(Directory::new(Arc::clone(&open), notification::encode)),
            switchboards: Switchboards::new(config.timeouts.cookie, &config.limits),
            rates: AccountRates::new(&config.limits),
            locks: Arc::new(AccountLocks::new()),
            open,
            memory,
            mail: InvitationMail::new(config.data_dir.join("mail"), place.as_deref()),
            ports,
            refusals,
            bans,
            counts,
            logged: passport.failures().logged().clone(),
            config: Arc::new(Live::new(config)),
        });
        let dns = listeners.dns.as_ref().map(DnsSockets::local_addr).transpose()?;
        let metrics = Metrics::of(Arc::clone(&service), Arc::clone(&passport));
        let metrics = Arc::new(MetricsSite::new(metrics, Arc::clone(&service.counts.health)));
        let site = Arc::new(make_site(&service, passport, dns.map(|address| address.port())).await?);
        let server = Self { service, listeners, identity, site, metrics };
        server.reload().show_addresses(server.service.config.log_addresses);
        Ok(server)
    }

    /// A handle to change settings while the service runs.
    pub fn reload(&self) -> Reload {
        Reload {
            service: Arc::clone(&self.service),
            site: Arc::clone(&self.site),
            identity: self.identity.clone(),
        }
    }

    /// Serves until the first message on `stop` (or its end). A second message cuts the time of
    /// grace short.
    pub async fn run(self, mut stop: mpsc::Receiver<()>) {
        let Self { service, listeners, identity, site, metrics: for_metrics } = self;
        // For the pages, which go on longer than the rest: see below.
        let (stopping, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        if let Some(listener) = listeners.msnp {
            tasks.spawn(accept(Arc::clone(&service), listener, EntryPoint::Msnp));
        }
        if let Some(listener) = listeners.dispatch {
            tasks.spawn(accept(Arc::clone(&service), listener, EntryPoint::Dispatch));
        }
        if let Some(sockets) = listeners.dns {
            let current: Arc<dyn dns::Current> = service.config.clone();
            tasks.spawn(dns::serve(sockets, listeners.dns_ipv6, current));
        }
        let (locks, directory) = (Arc::clone(&service.locks), Arc::clone(&service.directory));
        let (store, bans) = (Arc::clone(&service.store), Arc::clone(&service.bans));
        let health = Arc::clone(&service.counts.health);
        tasks.spawn(store_watch::watch(store, locks, directory, bans, health));
        if let Some(identity) = &identity {
            tasks.spawn(Arc::clone(identity).keep_current());
        }
        let (open, memory) = (Arc::clone(&service.open), Arc::clone(&service.memory));
        tasks.spawn(async move { open.relieve(&memory).await });
        let (refusals, logged) = (Arc::clone(&service.refusals), service.logged.clone());
        tasks.spawn(async move { refusals.log(|client| logged.of(client)).await });
        tasks.spawn(metrics::keep_history(Arc::clone(&service)));
        let mut web = JoinSet::new();
        if let Some(listener) = listeners.http {
            web.spawn(site::serve(listener, None, Arc::clone(&site), stopped.clone()));
        }
        if let Some(listener) = listeners.https {
            web.spawn(site::serve(listener, identity, site, stopped.clone()));
        }
        if let Some(listener) = listeners.metrics {
            web.spawn(http::serve(listener, None, for_metrics, stopped));
        }

        service.counts.health.reached(Stage::Serving);
        stop.recv().await;
        service.counts.health.reached(Stage::Stopping);
        // Until the end of the grace people still call each other, and come in by new connections: nothing is closed
        // before.
        announce_shutdown(&service, &mut stop).await;
        // First the listeners, so that the end that follows is the end of all connections.
        tasks.shutdown().await;
        close_down(&service);
        // Clients of the gateway still have to ask for their last lines, so the pages are not stopped yet.
        if tokio::time::timeout(DRAIN, service.open.emptied()).await.is_err() {
            tracing::warn!(left = service.open.count(), "some clients did not take their last lines");
        }
        // It fails if no listener for HTTP is left, which does not matter any more.
        let _ = stopping.send(true);
        while web.join_next().await.is_some() {}
        store_watch::keep_ban_refusals(&*service.store, &service.bans).await;
    }
}

/// Changes settings of a service that runs, and has certificates read again.
#[derive(Clone)]
pub struct Reload {
    service: Arc<Service>,
    site: Arc<Site>,
    identity: Option<Arc<tls::TlsAcceptor>>,
}

impl Reload {
    /// Adopts the settings that can change while the service runs ([`Config::adopt`]), from now on.
    ///
    /// # Errors
    /// When a name cannot stand in a certificate. Then nothing changes.
    pub fn adopt(&self, new: &Config) -> Result<(), tls::TlsError> {
        // The step that can fail comes first: with an error, nothing has changed.
        let adopted = Config::adopt(&self.service.config, new);
        if let Some(identity) = &self.identity {
            identity.tell_names(adopted.names())?;
        }
        self.site.tell_https_only(adopted.https_only);
        self.service.rates.adopt(&adopted.limits);
        self.service.config.adopt(new);
        self.show_addresses(adopted.log_addresses);
        Ok(())
    }

    fn show_addresses(&self, on: bool) {
        self.service.logged.show(on);
        if let Some(identity) = &self.identity {
            identity.show_addresses(on);
        }
    }

    /// Has the certificates read again at once; the log has the outcome.
    pub fn read_certificates(&self) {
        if let Some(identity) = &self.identity {
            identity.read_again();
        }
    }
}

/// The site that is served over HTTP. `dns` is the port of the DNS listener.
async fn make_site(
    service: &Arc<Service>,
    passport: Arc<Passport>,
    dns: Option<u16>,
) -> Result<Site, ServerError> {
    let (config, ports, store) = (&service.config, service.ports, &service.store);
    let keys = Keys::open(&**store).await.map_err(|error| match error {
        KeyError::Store(error) => ServerError::Store(error),
        KeyError::Damaged(name) => ServerError::PageKey(name),
    })?;
    let published = Arc::new(pages::PublishedAddresses::of(config, ports, dns, &**store).await?);
    let people = Arc::new(People::new(Arc::clone(service), Arc::clone(&passport), keys));
    let pages = pages::router(published).merge(pages::accounts::router(people));
    let pages = pages::at_a_pace(pages, Arc::clone(service));
    let behind = Arc::clone(service);
    // Passed in, because `site` does not import `roles`: a connection of the gateway is one of theirs.
    let serve_tunnel = Box::new(move |tunnel, origin, place| -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(connection::serve_tunnel(Arc::clone(&behind), tunnel, origin, place))
    });
    let gateways = Gateways::new(Arc::clone(service), serve_tunnel);
    let site = Site::new(passport, config.public_host.clone(), ports, &config.limits);
    let site = site.with_budget(&service.memory, &service.refusals);
    let site = site.with_pages(pages).with_gateways(gateways).with_https_only(config.https_only);
    let site = site.with_bans(Arc::clone(&service.bans)).with_counts(&service.counts);
    Ok(site.with_front(config.front.clone()).with_trusted_proxies(&config.trusted_proxies))
}

async fn accept(service: Arc<Service>, listener: Listener, entry_point: EntryPoint) {
    let mut backoff = Backoff::default();
    loop {
        backoff.wait().await;
        match listener.accept().await {
            Ok((stream, client)) => {
                backoff.reset();
                start(&service, stream, client, entry_point);
            }
            // The client has gone again: waiting would not help.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                backoff.failed();
                tracing::warn!(%error, "a connection could not be accepted; trying again");
            }
        }
    }
}

fn start(service: &Arc<Service>, stream: TcpStream, client: SocketAddr, entry_point: EntryPoint) {
    let is_proxy = is_trusted(&service.config.trusted_proxies, client.ip());
    // The client of a proxy is not known yet: its place is counted against its address when the proxy has named it.
    if !is_proxy && service.bans.refuses_address(client.ip()) {
        return;
    }
    let Some(place) = service.admit((!is_proxy).then_some(client.ip())) else { return };
    // Any wait for the client is in its own task: others are accepted meanwhile.
    let service = Arc::clone(service);
    let arrival = Arrival { client, local: None, entry_point, by_proxy: false };
    if is_proxy {
        tokio::spawn(serve_behind_proxy(service, stream, arrival, place));
    } else {
        tokio::spawn(connection::serve(service, stream, Vec::new(), arrival, place));
    }
}

/// Serves the client of a proxy: the one that it names, if it does.
async fn serve_behind_proxy(service: Arc<Service>, stream: TcpStream, mut arrival: Arrival, place: Place) {
    let mut stream = Peeked::new(stream);
    let introduced = tokio::select! {
        introduced = tokio::time::timeout(service.config.timeouts.sign_in, introduced(&mut stream)) => introduced,
        () = place.evicted() => return,
    };
    match introduced.map_err(io::Error::from).flatten() {
        Ok(Some(client)) => {
            (arrival.client, arrival.local, arrival.by_proxy) = (client.peer, Some(client.local), true);
        }
        // A program on the proxy's machine, or a proxy that does not name its clients: it is served as itself.
        Ok(None) => {}
        Err(error) => {
            tracing::debug!(%error, proxy = %arrival.client, "a proxy's connection failed");
            return;
        }
    }
    if service.bans.refuses_address(arrival.client.ip()) || !service.settle(&place, arrival.client.ip()) {
        return;
    }
    let (stream, early) = stream.into_parts();
    connection::serve(service, stream, early, arrival, place).await;
}

/// Tells everybody that the service goes down, and waits as long as the configuration says.
async fn announce_shutdown(service: &Service, stop: &mut mpsc::Receiver<()>) {
    let grace = service.config.shutdown_grace;
    if grace.is_zero() {
        return;
    }
    broadcast::maintenance(
        &service.directory,
        u32::try_from(grace.as_secs().div_ceil(60)).unwrap_or(u32::MAX),
    );
    // A second message, or the end of the channel, cuts it short.
    let _ = tokio::time::timeout(grace, stop.recv()).await;
}

fn close_down(service: &Service) {
    // People first, so that each gets its `OUT SSD`; then all connections, those on switchboards among them.
    service.directory.tell_everybody(&Change::ShuttingDown, &mut Deliveries::new());
    service.open.close_all();
}

fn port(listener: Option<&Listener>) -> std::io::Result<Option<u16>> {
    listener.map(|listener| listener.local_addr().map(|address| address.port())).transpose()
}
