//! The TLS proxy for old Windows, in a process of its own. So legacy TLS is away from people's data. The proxy passes
//! the bytes on to a service that need not know of it.

mod forward;

use std::io;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::Limits;
use crate::http::HANDSHAKE;
use crate::http::listening::{Room, listen};
use crate::http::seats::Seat;
use crate::limits::Turns;
use crate::listen::Listener;
use crate::listen::Peeked;
use crate::listen::proxy_protocol::{TakenOff, header};
use crate::refusals::Refusal;
use crate::tls::{OldWindows, Side};

/// The addresses of the service, as `HOST:PORT`. The service has to trust the proxy to name its clients.
#[derive(Debug, Clone)]
pub struct Upstream {
    /// Its plain listener, for clients with old Windows.
    pub http: String,
    /// Its HTTPS listener: the bytes of other clients are passed on as they are.
    pub https: String,
}

/// Serves the clients of `listener`, until `shutdown` turns true or its sender is gone; then open connections get five
/// seconds. Each connection to the service begins with a header of the PROXY protocol,
/// version 2.
pub async fn serve(
    listener: impl Into<Listener>,
    old: Arc<OldWindows>,
    upstream: Upstream,
    limits: &Limits,
    shutdown: watch::Receiver<bool>,
) {
    let upstream = Arc::new(upstream);
    // Handshakes always leave a thread to the bytes of connections that are open.
    let turns = Turns::default();
    let renewal = tokio::spawn(Arc::clone(&old).keep_current());
    let note = |why: Refusal, from| tracing::debug!(%from, why = why.name(), "turned a connection away");
    listen(listener.into(), Room::new(limits, &[]), shutdown, note, move |stream, arrival, seat| {
        let (old, upstream, turns) = (Arc::clone(&old), Arc::clone(&upstream), turns.clone());
        async move {
            let _counted = arrival;
            receive(stream, &old, &upstream, &turns, &seat).await
        }
    })
    .await;
    renewal.abort();
}

async fn receive(
    stream: TcpStream,
    old: &OldWindows,
    upstream: &Upstream,
    turns: &Turns,
    seat: &Arc<Seat>,
) -> io::Result<()> {
    let (peer, local) = (stream.peer_addr()?, stream.local_addr()?);
    let side = timeout(HANDSHAKE, turns.take(old.let_in(Peeked::new(stream)))).await??;
    // From here on the service judges for how long it waits for the client, and ends the connection.
    let _forwarding = seat.work();
    match side {
        Side::Modern(client) => {
            // The service reads the hello itself, so the header tells nothing of TLS.
            let header = header(peer, local, None, None)?;
            forward::forward(client, &upstream.https, &header).await
        }
        Side::Old(client) => {
            let tls = TakenOff { version: client.version(), cipher: client.cipher() };
            tracing::debug!(%peer, tls.version, tls.cipher, "let old Windows in");
            let header = header(peer, local, client.server_name(), Some(tls))?;
            forward::forward(client, &upstream.http, &header).await
        }
    }
}
