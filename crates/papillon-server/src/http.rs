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
use tokio_rustls::TlsAcceptor;

pub(crate) use request::Request;
pub(crate) use response::Response;
pub use routes::{Ports, Site};
pub(crate) use visitor::Visitor;

use crate::tls::Identity;
use connection::converse;

/// From the connection to the end of the TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// What those who are being answered get at shutdown.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// The longest wait after `accept` failed for want of something.
const MAX_BACKOFF: Duration = Duration::from_secs(1);

/// Serves `site` on `listener`, in TLS when there is an identity, until `shutdown` turns true or
/// its sender is gone. Then nobody is accepted any more, connections on which nothing is asked end, and
/// requests that are being answered get five seconds.
///
/// The listeners of a site share its limit of connections. At the limit, new ones wait in the
/// system's queue. An address that has all that one may have open is turned away.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Arc<Identity>>,
    site: Arc<Site>,
    mut shutdown: watch::Receiver<bool>,
) {
    let tls = tls.map(|identity| TlsAcceptor::from(identity.server_config()));
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
                let Some(arrival) = site.arrivals.enter(from.ip()) else {
                    tracing::debug!(%from, "too many HTTP connections from one address");
                    continue;
                };
                let (tls, site) = (tls.clone(), Arc::clone(&site));
                conversations.spawn(async move {
                    let _counted = (permit, arrival);
                    if let Err(error) = receive(stream, tls, &site).await {
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
    site.closing.send_replace(true);
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

async fn receive(stream: TcpStream, tls: Option<TlsAcceptor>, site: &Site) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut visitor = Visitor::new(stream.peer_addr()?, stream.local_addr()?);
    let Some(tls) = tls else {
        return converse(stream, site, &visitor).await;
    };
    let stream = timeout(HANDSHAKE, tls.accept(stream)).await??;
    visitor.secure = true;
    visitor.server_name = stream.get_ref().1.server_name().map(str::to_owned);
    converse(stream, site, &visitor).await
}
