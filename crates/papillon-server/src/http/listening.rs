//! The loop that accepts connections, no more than there is room for.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::seats::{Seat, Seated, Seats};
use crate::Limits;
use crate::bans::Bans;
use crate::limits::{AddressCounter, Place};
use crate::listen::Backoff;
use crate::listen::Listener;
use crate::listen::proxy_protocol::{AddressRange, is_trusted};
use crate::refusals::Refusal;

/// The time that requests under way get at shutdown.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// The time for which the service waits for the only connection of an address while another address has none.
const PATIENCE: Duration = Duration::from_secs(5);

/// The room for connections: of all clients together, and of one address.
#[derive(Clone)]
pub(crate) struct Room {
    seats: Arc<Seats>,
    pub(crate) arrivals: Arc<AddressCounter>,
    pub(crate) trusted_proxies: Arc<[AddressRange]>,
    pub(crate) bans: Arc<Bans>,
}

impl Room {
    /// Room within these limits. The clients of trusted proxies count by their own addresses.
    pub(crate) fn new(limits: &Limits, trusted_proxies: &[AddressRange]) -> Self {
        Self {
            seats: Seats::new(limits.http_connections, PATIENCE),
            arrivals: AddressCounter::new(limits.http_connections_per_address),
            trusted_proxies: trusted_proxies.into(),
            bans: Arc::default(),
        }
    }
}

/// Accepts connections and hands them to `receive`, until `shutdown` turns true or its sender is gone.
/// Then open connections get five seconds.
///
/// A connection comes with its place in the count of its address, and with its seat. One of a trusted proxy comes without
/// a place: `receive` finds out the address of its client. `note` is told of each connection that is closed for another
/// one, or because its address is at its limit.
pub(crate) async fn listen<Receive, Received>(
    listener: Listener,
    room: Room,
    mut shutdown: watch::Receiver<bool>,
    note: impl Fn(Refusal, IpAddr),
    receive: Receive,
) where
    Receive: Fn(TcpStream, Option<Place>, Arc<Seat>) -> Received,
    Received: Future<Output = io::Result<()>> + Send + 'static,
{
    let mut conversations = JoinSet::new();
    let mut backoff = Backoff::default();
    loop {
        let accepted = {
            // Made once for each connection: it may have one in its hands already, which waits for its seat.
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
            Ok((stream, from, (seat, evicted))) => {
                backoff.reset();
                if let Some(evicted) = evicted {
                    note(Refusal::PendingConnections, evicted);
                }
                let trusted = is_trusted(&room.trusted_proxies, from.ip());
                let arrival = if trusted { None } else { room.arrivals.enter(from.ip()) };
                if arrival.is_none() && !trusted {
                    note(Refusal::ConnectionsOfAddress, from.ip());
                    continue;
                }
                let received = receive(stream, arrival, Arc::clone(&seat));
                conversations.spawn(async move {
                    tokio::select! {
                        received = received => {
                            if let Err(error) = received {
                                tracing::debug!(%error, "HTTP connection failed");
                            }
                        }
                        () = seat.evicted() => {}
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

/// The next connection, and its seat. The seat is asked for second, so that an idle listener holds none that another one
/// could use. Where there is none for it, one accepted connection waits here, and all others in the system's queue.
async fn next(
    listener: &Listener,
    room: &Room,
    backoff: &Backoff,
) -> io::Result<(TcpStream, SocketAddr, Seated)> {
    backoff.wait().await;
    loop {
        let (stream, from) = listener.accept().await?;
        // The client of a proxy is not known yet.
        let client = Some(from.ip()).filter(|client| !is_trusted(&room.trusted_proxies, *client));
        if client.is_none_or(|client| !room.bans.refuses_address(client)) {
            return Ok((stream, from, room.seats.wait(client).await));
        }
    }
}
