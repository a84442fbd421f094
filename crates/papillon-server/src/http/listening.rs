//! The loop that accepts connections, no more than there is room for.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::Limits;
use crate::bans::Bans;
use crate::limits::{AddressCounter, Place};
use crate::listen::Backoff;
use crate::listen::Listener;
use crate::listen::proxy_protocol::{AddressRange, is_trusted};

/// The time that requests under way get at shutdown.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// The room for connections: of all clients together, and of one address.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    connections: Arc<Semaphore>,
    pub(crate) arrivals: Arc<AddressCounter>,
    pub(crate) trusted_proxies: Arc<[AddressRange]>,
    pub(crate) bans: Arc<Bans>,
}

impl Room {
    /// Room within these limits. The clients of trusted proxies count by their own addresses.
    pub(crate) fn new(limits: &Limits, trusted_proxies: &[AddressRange]) -> Self {
        // A semaphore panics beyond its own limit; with none, nobody could connect.
        let most = limits.http_connections.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            connections: Arc::new(Semaphore::new(most)),
            arrivals: AddressCounter::new(limits.http_connections_per_address),
            trusted_proxies: trusted_proxies.into(),
            bans: Arc::default(),
        }
    }
}

/// Accepts connections and hands them to `receive`, until `shutdown` turns true or its sender is gone.
/// Then open connections get five seconds.
///
/// A connection comes with its place in the count of its address. One of a trusted proxy comes without:
/// `receive` finds out the address of its client. `full` is told of each address that is at its limit.
pub(crate) async fn listen<Receive, Received>(
    listener: Listener,
    room: Room,
    mut shutdown: watch::Receiver<bool>,
    full: impl Fn(IpAddr),
    receive: Receive,
) where
    Receive: Fn(TcpStream, Option<Place>) -> Received,
    Received: Future<Output = io::Result<()>> + Send + 'static,
{
    let mut conversations = JoinSet::new();
    let mut backoff = Backoff::default();
    loop {
        let accepted = {
            // Made once for each connection: it may have one in its hands already, which waits for its permit.
            let mut next = pin!(next(&listener, &room, &backoff));
            loop {
                tokio::select! {
                    // At a listener where connections never cease to come, shutdown still has its turn.
                    biased;
                    _ = shutdown.wait_for(|down| *down) => break None,
                    // A `JoinSet` keeps the memory of tasks that are over until they are asked for, also when nobody
                    // comes any more.
                    Some(_) = conversations.join_next() => {}
                    accepted = &mut next => break Some(accepted),
                }
            }
        };
        let Some(accepted) = accepted else { break };
        match accepted {
            Ok((stream, from, permit)) => {
                backoff.reset();
                let trusted = is_trusted(&room.trusted_proxies, from.ip());
                let arrival = if trusted { None } else { room.arrivals.enter(from.ip()) };
                if arrival.is_none() && !trusted {
                    full(from.ip());
                    continue;
                }
                let received = receive(stream, arrival);
                conversations.spawn(async move {
                    let _permit = permit;
                    if let Err(error) = received.await {
                        tracing::debug!(%error, "HTTP connection failed");
                    }
                });
            }
            // The client has gone before it was accepted: no fault of this machine, so no pause.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                backoff.failed();
                tracing::warn!(%error, "cannot accept HTTP connections; trying again");
            }
        }
    }
    // From here on new connections are refused by the system, instead of waiting in its queue for nothing.
    drop(listener);
    let finished = async { while conversations.join_next().await.is_some() {} };
    if timeout(LAST_WORDS, finished).await.is_err() {
        conversations.shutdown().await;
    }
}

/// The next connection, and the permit to serve it. The permit is asked for second, so that an idle listener holds
/// none that another one could use. At the limit one accepted connection waits here, and all others in the system's
/// queue.
async fn next(
    listener: &Listener,
    room: &Room,
    backoff: &Backoff,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    backoff.wait().await;
    let (stream, from) = loop {
        let (stream, from) = listener.accept().await?;
        // The client of a proxy is not known yet.
        if is_trusted(&room.trusted_proxies, from.ip()) || !room.bans.refuses_address(from.ip()) {
            break (stream, from);
        }
    };
    // It fails only for a semaphore that is closed, and this one never is.
    let permit = Arc::clone(&room.connections).acquire_owned().await.map_err(io::Error::other)?;
    Ok((stream, from, permit))
}
