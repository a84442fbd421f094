//! The state that the packets and the connections of the listener share.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Mutex, RwLock};
use tokio::time::timeout;

use super::client_limits::ClientLimits;
use super::decide::{Asked, Decision, Forward, Rules, decide};
use super::forward::Forwarder;
use super::upstreams::Upstreams;
use super::{Current, Others, PublicHost};
use papillon_limits::Pace;

/// The time between two look-ups of the public host.
const LOOK_UP_EVERY: Duration = Duration::from_secs(60);
/// The longest time for which the first look-up holds up the first answers.
const FIRST_LOOK_UP: Duration = Duration::from_secs(2);

/// The desk at which all questions come in.
pub(super) struct Desk {
    current: Arc<dyn Current>,
    public_host: RwLock<Option<PublicHost>>,
    /// The number of questions of each client.
    pub(super) limits: ClientLimits,
    forwarder: Forwarder,
    turned_away: Mutex<Pace>,
}

impl Desk {
    /// A desk for the listener at `own`.
    pub(super) fn new(current: Arc<dyn Current>, own: SocketAddr) -> Self {
        let (settings, public_host) = (current.settings(), current.public_host());
        let upstreams = Upstreams::new(settings.upstreams.clone(), own);
        if settings.others == Others::Forward && upstreams.current().is_empty() {
            tracing::warn!(
                "the DNS listener knows no other DNS server to ask about other names: name one in \
                 dns_upstreams, or set dns_others to refuse"
            );
        }
        Self {
            public_host: RwLock::new(public_host.map(PublicHost::unresolved)),
            current,
            limits: ClientLimits::default(),
            forwarder: Forwarder::new(upstreams),
            // One line a minute for all: senders can be forged, and each could else write to the log.
            turned_away: Mutex::new(Pace::new(1, Duration::from_secs(60))),
        }
    }

    /// Decides about a packet.
    pub(super) fn decide(&self, packet: &[u8], asked: &Asked) -> Decision {
        // Strangers first: they must not push clients out of the limits' memory.
        if !self.serves(asked) || !self.limits.may_ask(asked.client.ip(), Instant::now()) {
            return Decision::Drop;
        }
        decide(packet, asked, &self.rules(self.public_host.read().as_ref()))
    }

    /// Whether a client is answered at all. In each minute the log names the first that is not.
    pub(super) fn serves(&self, asked: &Asked) -> bool {
        let serves = self.rules(None).serve(asked);
        if !serves && self.turned_away.lock().take() {
            let shown = self.current.log_addresses().then(|| asked.client.ip().to_canonical().to_string());
            let client = shown.unwrap_or_else(|| "-".into());
            tracing::info!(%client, "this DNS client is not answered: dns_clients does not include it");
        }
        serves
    }

    fn rules<'a>(&'a self, public_host: Option<&'a PublicHost>) -> Rules<'a> {
        let settings = self.current.settings();
        Rules {
            clients: &settings.clients,
            others: settings.others,
            services: self.current.services(),
            names: self.current.names(),
            public_host,
        }
    }

    /// Asks another server; the answer for the client.
    pub(super) async fn forward(&self, forward: &Forward, over: super::Transport) -> Vec<u8> {
        self.forwarder.answer(forward, over).await
    }

    /// Looks up the public host, so that the first client already is told the right address.
    pub(super) async fn find_public_host(&self) {
        // It is looked up again soon; meanwhile clients are told the address that they asked.
        let _ = timeout(FIRST_LOOK_UP, self.look_up()).await;
    }

    /// Looks up the public host again and again.
    pub(super) async fn keep_public_host_current(&self) {
        while self.public_host.read().as_ref().is_some_and(PublicHost::is_name) {
            self.look_up().await;
            tokio::time::sleep(LOOK_UP_EVERY).await;
        }
    }

    async fn look_up(&self) {
        // A copy: the lock is not held across the look-up, for which every packet would wait.
        let Some(host) = self.public_host.read().clone().filter(PublicHost::is_name) else { return };
        // After a failure the addresses from before stay.
        if let Some(found) = host.resolve().await {
            *self.public_host.write() = Some(found);
        }
    }
}
