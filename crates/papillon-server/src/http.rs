//! A small HTTP/1 server.
//!
//! It exists because the clients of 2003 need what today's HTTP libraries do not do: header names
//! with their exact spelling, answers to a request line without a version, and a TLS connection
//! that is closed in order (seen: Pidgin, aMSN, msnlib). Pages are handlers of an ordinary router
//! behind it.

pub(crate) mod bridge;
mod connection;
mod forwarded;
mod front;
pub(crate) mod listening;
mod reader;
mod request;
mod response;
mod visitor;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

pub(crate) use request::Request;
pub(crate) use response::Response;
pub(crate) use visitor::{Setting, Visitor};

use crate::limits::Arrival;
use crate::listen::Listener;
use crate::listen::Peeked;
use crate::listen::proxy_protocol;
use crate::site::Site;
use crate::tls::Door;
use connection::converse;
use listening::listen;

/// From the connection to the end of the TLS handshake.
pub(crate) const HANDSHAKE: Duration = Duration::from_secs(10);

/// Serves `site` on `listener`, in TLS when there is a door to it, until `shutdown` turns true or
/// its sender is gone. Then nobody is accepted any more, connections on which nothing is asked end, and
/// requests that are being answered get five seconds.
///
/// The listeners of a site share its limit of connections. At the limit, new ones wait in the
/// system's queue. An address that has all that one may have open is turned away.
pub async fn serve(
    listener: impl Into<Listener>,
    tls: Option<Arc<Door>>,
    site: Arc<Site>,
    shutdown: watch::Receiver<bool>,
) {
    let room = site.room.clone();
    let mut down = shutdown.clone();
    let closing = &site.closing;
    let close = async {
        // Its end means the same.
        let _ = down.wait_for(|down| *down).await;
        closing.send_replace(true);
    };
    let receiving = Arc::clone(&site);
    let serve = listen(listener.into(), room, shutdown, move |stream, arrival| {
        let (tls, site) = (tls.clone(), Arc::clone(&receiving));
        async move { receive(stream, tls, &site, arrival).await }
    });
    tokio::join!(serve, close);
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
    let mut stream = Peeked::new(stream);
    let _counted = match arrival {
        Some(arrival) => Some(arrival),
        None => {
            match timeout(HANDSHAKE, proxy_protocol::introduced(&mut stream)).await?? {
                Some(client) => {
                    visitor = Visitor::new(client.peer, client.local);
                    (visitor.secure, visitor.server_name) = (client.secure, client.server_name);
                    let arrival = site.room.arrivals.enter(visitor.peer.ip());
                    let full = || io::Error::other("too many connections from one address behind a proxy");
                    Some(arrival.ok_or_else(full)?)
                }
                // Its requests may be those of many.
                None => {
                    visitor.counted = false;
                    None
                }
            }
        }
    };
    let Some(tls) = tls else {
        return converse(stream, site, &visitor).await;
    };
    let stream = timeout(HANDSHAKE, tls.accept(stream, visitor.peer.ip())).await??;
    visitor.secure = true;
    visitor.server_name = stream.server_name().map(str::to_owned).or(visitor.server_name);
    converse(stream, site, &visitor).await
}
