//! A small DNS listener, so that a legacy machine needs one setting: its DNS server.
//!
//! It answers the names of the old services with the address of this one, and passes all other questions on to the
//! system's resolver, or refuses them. It is no open resolver: it serves [`Clients`] only, a packet to a stranger is
//! never much larger than the one that came in the stranger's name, and each client has a rate limit.
//!
//! | to find | look in |
//! |---|---|
//! | the decision about a packet, without any I/O | `decide.rs`, `query.rs` |
//! | the check of another server's answer | `relay.rs` |
//! | the other servers, and the questions to them | `upstreams.rs`, `forward.rs` |
//! | the clients that are served, and their limits | `clients.rs`, `client_limits.rs` |

mod client_limits;
mod clients;
mod decide;
mod desk;
mod forward;
mod public_host;
mod query;
mod relay;
mod tcp;
mod udp;
mod upstreams;

use std::io;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;

use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinSet;

pub use clients::{BadClients, Clients};
pub use decide::{Asked, Decision, Forward, Rules, Transport, decide};
pub use public_host::PublicHost;
pub use relay::Unrelated;

use desk::Desk;

/// The operator's settings of the DNS listener.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Settings {
    /// The clients that get an answer.
    pub clients: Clients,
    /// The treatment of questions about names other than those of the old services.
    pub others: Others,
    /// The servers to which such questions are passed on; `None` is those of the system, read from
    /// `/etc/resolv.conf` whenever they are needed.
    pub upstreams: Option<Vec<SocketAddr>>,
}

impl Settings {
    /// The same, with other servers to pass questions on to; `None` is those of the system.
    #[must_use]
    pub fn with_upstreams(mut self, upstreams: Option<Vec<SocketAddr>>) -> Self {
        self.upstreams = upstreams;
        self
    }
}

/// The current settings: they can change while the listener runs. It is asked for each packet, so it has to answer at
/// once.
pub trait Current: Send + Sync {
    /// The operator's settings.
    fn settings(&self) -> &Settings;

    /// The names of the old services, which stand for this one.
    fn services(&self) -> &[&str];

    /// More names that do.
    fn names(&self) -> &[String];

    /// Whether the log shows the addresses of clients at levels above `debug`.
    fn log_addresses(&self) -> bool;

    /// The name or the address that clients are told, as it was at the start.
    fn public_host(&self) -> Option<&str>;
}

/// The treatment of questions that are not about the old services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Others {
    /// They are passed on to the system's resolver.
    #[default]
    Forward,
    /// They are refused; the client asks its next server, if it has one.
    Refuse,
}

impl FromStr for Others {
    type Err = BadOthers;

    fn from_str(word: &str) -> Result<Self, BadOthers> {
        match word {
            "forward" => Ok(Self::Forward),
            "refuse" => Ok(Self::Refuse),
            _ => Err(BadOthers),
        }
    }
}

/// Neither of the two words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected forward or refuse")]
pub struct BadOthers;

/// The sockets of the listener, bound to the same address and port.
#[derive(Debug)]
pub struct DnsSockets {
    /// The socket for nearly all questions.
    pub udp: UdpSocket,
    /// For answers that are too large for a packet.
    pub tcp: TcpListener,
}

impl DnsSockets {
    /// The address of both.
    ///
    /// # Errors
    /// When the system does not know it.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.udp.local_addr()
    }
}

/// Answers until it is dropped; at `more`, too, if there are some.
pub async fn serve(sockets: DnsSockets, more: Option<DnsSockets>, current: Arc<dyn Current>) {
    let desk = match sockets.local_addr() {
        Ok(own) => Arc::new(Desk::new(current, own)),
        Err(error) => return tracing::error!(%error, "the DNS listener has no address and does not answer"),
    };
    // Questions that come meanwhile wait in the sockets: the first answer is right already, and clients keep it for a
    // minute.
    desk.find_public_host().await;
    let mut tasks = JoinSet::new();
    for sockets in [Some(sockets), more].into_iter().flatten() {
        tasks.spawn(udp::serve(sockets.udp, Arc::clone(&desk)));
        tasks.spawn(tcp::serve(sockets.tcp, Arc::clone(&desk)));
    }
    tasks.spawn(async move { desk.keep_public_host_current().await });
    while tasks.join_next().await.is_some() {}
}
