//! The HTTP server, for legacy and for modern clients; it knows no paths.
//!
//! One reader takes requests off a connection ([`request`], [`reader`]). This server itself answers legacy clients:
//! they need header names with their exact spelling, and answers to a request line without a version (seen: Pidgin,
//! aMSN, msnlib). HTTP libraries do neither. hyper and a router of axum answer requests of modern clients
//! ([`modern`]), and all of HTTP/2 is hyper's ([`http2`]). A [`Handler`] chooses between them and has the answers.

pub(crate) mod bridge;
mod charged;
mod connection;
mod deadlines;
mod entrance;
mod forwarded;
mod front;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod handed;
mod handler;
pub(crate) mod http2;
pub(crate) mod listening;
mod modern;
mod paced;
mod reader;
mod request;
mod response;
pub(crate) mod seats;
mod visitor;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

pub(crate) use connection::converse;
pub(crate) use entrance::{Entrance, MAX_BODY};
pub(crate) use handler::Handler;
#[cfg(test)]
pub(crate) use request::MAX_HEAD;
pub(crate) use request::Request;
pub(crate) use response::Response;
pub(crate) use visitor::{Setting, Visitor};

use crate::counts::{Door, Role};
use crate::limits::Place;
use crate::listen::Listener;
use crate::listen::Peeked;
use crate::listen::proxy_protocol;
use crate::refusals::Refusal;
use crate::tls::TlsAcceptor;
use listening::listen;
use seats::Seat;

/// The time limit from the connection to the end of the TLS handshake, and for the header of a trusted proxy.
pub(crate) const HANDSHAKE: Duration = Duration::from_secs(10);

/// Serves a site on `listener`, in TLS when there is an acceptor for it, until `shutdown` turns true or
/// its sender is gone. Then no connection is accepted any more, idle connections end, and requests that are being
/// answered get five seconds.
///
/// The listeners of a site share its limit of connections. At the limit, a new one gets the seat of one for which the
/// service waits, or waits in the system's queue. A connection from an address at its limit is closed.
pub(crate) async fn serve<H: Handler>(
    listener: Listener,
    tls: Option<Arc<TlsAcceptor>>,
    handler: Arc<H>,
    shutdown: watch::Receiver<bool>,
) {
    let room = handler.entrance().room().clone();
    let mut down = shutdown.clone();
    // The entrance closes beside the listener: connections that it has accepted watch the entrance, not `shutdown`.
    let close = async {
        // A sender that is gone means the same.
        let _ = down.wait_for(|down| *down).await;
        handler.entrance().close();
    };
    let receiving = Arc::clone(&handler);
    let note = |why, client| handler.entrance().note(why, client);
    let serve = listen(listener, room, shutdown, note, move |stream, arrival, seat| {
        let (tls, handler) = (tls.clone(), Arc::clone(&receiving));
        async move { receive(stream, tls, &handler, arrival, seat).await }
    });
    tokio::join!(serve, close);
}

/// Serves one connection. The one of a trusted proxy is not counted yet.
async fn receive<H: Handler>(
    stream: TcpStream,
    tls: Option<Arc<TlsAcceptor>>,
    handler: &Arc<H>,
    arrival: Option<Place>,
    seat: Arc<Seat>,
) -> io::Result<()> {
    let door = if tls.is_some() { Door::Https } else { Door::Http };
    let _open = handler.entrance().connections().open(door, Role::Web);
    let mut visitor = Visitor::new(stream.peer_addr()?, stream.local_addr()?);
    let mut stream = Peeked::new(stream);
    let _counted = match arrival {
        Some(arrival) => Some(arrival),
        None => {
            match timeout(HANDSHAKE, proxy_protocol::introduced(&mut stream)).await?? {
                Some(client) => {
                    // Only now the client's address is known, and its place is counted against that.
                    visitor = Visitor::new(client.peer, client.local);
                    (visitor.secure, visitor.server_name) = (client.secure, client.server_name);
                    if handler.entrance().room().bans.refuses_address(visitor.peer.ip()) {
                        return Ok(());
                    }
                    seat.settle(visitor.peer.ip());
                    let arrival = handler.entrance().room().arrivals.enter(visitor.peer.ip());
                    Some(arrival.ok_or_else(|| {
                        handler.entrance().note(Refusal::ConnectionsOfAddress, visitor.peer.ip());
                        io::Error::other("too many connections from one address behind a proxy")
                    })?)
                }
                // No header: an HTTP proxy. Its requests may be those of many clients, so each is counted by itself.
                None => {
                    visitor.counted = false;
                    None
                }
            }
        }
    };
    // A connection that is not counted is a proxy's: its requests are charged, each to its client.
    let _charge = match visitor.counted {
        true => match handler.entrance().charge_connection(visitor.peer.ip(), tls.is_some()) {
            Some(charge) => Some(charge),
            None => return Err(io::Error::other("no memory is left for the client's address")),
        },
        false => None,
    };
    let Some(tls) = tls else {
        return converse(stream, &**handler, &visitor, seat).await;
    };
    let stream = timeout(HANDSHAKE, tls.accept(stream, visitor.peer.ip())).await??;
    visitor.secure = true;
    // A hello without a name, such as that of old Windows: the name counts that a proxy has told in its header.
    visitor.server_name = stream.server_name().map(str::to_owned).or(visitor.server_name);
    if stream.is_http2() {
        return http2::serve(stream, handler, &visitor, seat).await;
    }
    converse(stream, &**handler, &visitor, seat).await
}
