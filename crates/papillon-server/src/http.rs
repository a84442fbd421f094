//! A small HTTP/1 server.
//!
//! It exists because the clients of 2003 need what today's HTTP libraries do not do: header names
//! with their exact spelling, answers to a request line without a version, and a TLS connection
//! that is closed in order (seen: Pidgin, aMSN, msnlib). Pages are handlers of an ordinary router
//! behind it.

mod arrivals;
mod bridge;
mod connection;
mod host;
mod reader;
mod request;
mod response;
mod routes;
mod visitor;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

pub(crate) use request::Request;
pub(crate) use response::Response;
pub use routes::{Ports, Site};
pub(crate) use visitor::Visitor;

use crate::opening::Opening;
use crate::proxy_protocol::{self, Beginning, MAX_HEADER, is_trusted};
use crate::tls::Door;
use arrivals::Arrival;
use connection::converse;

/// From the connection to the end of the TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// What those who are being answered get at shutdown.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// The longest wait after `accept` failed for want of something.
const MAX_BACKOFF: Duration = Duration::from_secs(1);

/// Serves `site` on `listener`, in TLS when there is a door to it, until `shutdown` turns true or
/// its sender is gone. Then nobody is accepted any more, and requests that are being answered get
/// five seconds.
///
/// The listeners of a site share its limit of connections. At the limit, new ones wait in the
/// system's queue. An address that has all that one may have open is turned away.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Arc<Door>>,
    site: Arc<Site>,
    mut shutdown: watch::Receiver<bool>,
) {
    let mut conversations = JoinSet::new();
    let mut backoff = Duration::ZERO;
    loop {
        let accepted = tokio::select! {
            biased;
            _ = shutdown.wait_for(|down| *down) => break,
            accepted = next(&listener, &site, backoff) => accepted,
        };
        while conversations.try_join_next().is_some() {}
        match accepted {
            Ok((stream, from, permit)) => {
                backoff = Duration::ZERO;
                // A proxy's clients count by their own addresses.
                let trusted = is_trusted(&site.trusted_proxies, from.ip());
                let arrival = if trusted { None } else { site.arrivals.enter(from.ip()) };
                if arrival.is_none() && !trusted {
                    tracing::debug!(%from, "too many HTTP connections from one address");
                    continue;
                }
                let (tls, site) = (tls.clone(), Arc::clone(&site));
                conversations.spawn(async move {
                    let _permit = permit;
                    if let Err(error) = receive(stream, tls, &site, arrival).await {
                        tracing::debug!(%error, "HTTP connection failed");
                    }
                });
            }
            // The client has gone again: nothing that waiting would help.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                backoff = (backoff * 2).clamp(Duration::from_millis(10), MAX_BACKOFF);
                tracing::warn!(%error, "cannot accept HTTP connections; trying again");
            }
        }
    }
    drop(listener);
    let finished = async { while conversations.join_next().await.is_some() {} };
    if timeout(LAST_WORDS, finished).await.is_err() {
        conversations.shutdown().await;
    }
}

/// The next connection, and the right to serve it. The right is asked for second, so that a
/// listener on which nothing happens holds none that another one could use.
async fn next(
    listener: &TcpListener,
    site: &Site,
    backoff: Duration,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    if !backoff.is_zero() {
        tokio::time::sleep(backoff).await;
    }
    let (stream, from) = listener.accept().await?;
    let permit = Arc::clone(&site.connections).acquire_owned().await.map_err(io::Error::other)?;
    Ok((stream, from, permit))
}

/// Serves one connection. The one of a trusted proxy is not counted yet.
async fn receive(
    stream: TcpStream,
    tls: Option<Arc<Door>>,
    site: &Site,
    arrival: Option<Arrival>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut visitor = Visitor::new(stream.peer_addr()?, stream.local_addr()?);
    let mut stream = Opening::new(stream);
    let _counted = match arrival {
        Some(arrival) => arrival,
        None => {
            timeout(HANDSHAKE, introduce(&mut stream, &mut visitor)).await??;
            let arrival = site.arrivals.enter(visitor.peer.ip());
            arrival.ok_or_else(|| io::Error::other("too many connections from one address behind a proxy"))?
        }
    };
    let Some(tls) = tls else {
        return converse(stream, site, &visitor).await;
    };
    let stream = timeout(HANDSHAKE, tls.accept(stream)).await??;
    visitor.secure = true;
    visitor.server_name = stream.server_name().map(str::to_owned).or(visitor.server_name);
    converse(stream, site, &visitor).await
}

/// Puts the client in the place of the proxy that speaks for it, if one does.
async fn introduce(stream: &mut Opening<TcpStream>, visitor: &mut Visitor) -> io::Result<()> {
    stream.make_room(MAX_HEADER);
    let beginning = stream.until(MAX_HEADER, |bytes| match proxy_protocol::read(bytes) {
        Beginning::More => None,
        beginning => Some(beginning),
    });
    match beginning.await? {
        Beginning::Header(length, client) => {
            stream.skip(length);
            if let Some(client) = client {
                *visitor = Visitor::new(client.peer, client.local);
                (visitor.secure, visitor.server_name) = (client.secure, client.server_name);
            }
            Ok(())
        }
        Beginning::None => Ok(()),
        Beginning::More | Beginning::Bad => {
            Err(io::Error::new(io::ErrorKind::InvalidData, "not the PROXY protocol"))
        }
    }
}
