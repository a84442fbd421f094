//! The HTTP gateway: connections of clients that have nothing but HTTP (HYP *HTTP Connections*).
//!
//! It is a transport only. The bytes of a request go into a [`Tunnel`], behind which stand the same notification
//! server and switchboard as behind a socket. Lines that wait there go into the answer. [`session`] has the order of
//! requests, [`query`] their forms.

#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod query;
mod session;
mod table;

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};

use crate::delivery::{Place, Tunnel};
use crate::http::{Request, Response, Visitor};
use crate::listen::{EntryPoint, Origin};
use crate::refusals::Refusal;
use crate::service::Service;
use query::Ask;
use session::{Answer, Denied, GatewaySession};
use table::{Entry, Table};

/// The path of the gateway, in lower case.
pub(crate) const PATH: &str = "/gateway/gateway.dll";
/// The type of a body as official clients name it.
const CONTENT_TYPE: &str = "application/x-msn-messenger";
/// The header with the state of a session.
const HEADER: &str = "X-MSN-Messenger";
/// The longest time for which a poll is held: proxies disconnect idle requests.
const LONGEST_HOLD: Duration = Duration::from_secs(60);

/// Serves a tunnel as the listeners serve a socket, until the connection is over.
pub(crate) type ServeTunnel =
    dyn Fn(Arc<Tunnel>, Origin, Place) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync;

/// The gateway, with its sessions.
pub(crate) struct Gateways {
    service: Arc<Service>,
    table: Arc<Table>,
    serve_tunnel: Box<ServeTunnel>,
}

impl Gateways {
    /// A gateway to this service, whose tunnels are served by `serve_tunnel`.
    pub(crate) fn new(service: Arc<Service>, serve_tunnel: Box<ServeTunnel>) -> Self {
        let table = Table::new(service.config.limits.gateway_sessions_per_address);
        Self { service, table: Arc::new(table), serve_tunnel }
    }

    /// Whether a request may be held back until there are lines for it: a poll.
    pub(crate) fn may_hold(request: &Request<'_>) -> bool {
        request.length == 0 && request.path.eq_ignore_ascii_case(PATH)
    }

    /// Answers one request. When this is dropped before it has an answer, no line that waits for the client is lost;
    /// the bytes of the request have been brought.
    pub(crate) async fn answer(&self, request: &Request<'_>, visitor: &Visitor) -> Response {
        if request.method != Method::POST {
            let text = "This is the gateway for messengers: it answers POST only.";
            return Response::text(StatusCode::METHOD_NOT_ALLOWED, text).with_header("Allow", "POST");
        }
        let ask = match Ask::parse(request.query) {
            Ok(ask) => ask,
            Err(garbled) => return Response::text(StatusCode::BAD_REQUEST, &garbled.to_string()),
        };
        let (hold, body) = (ask.hold().min(LONGEST_HOLD), request.body.clone());
        let answer = match ask {
            Ask::Open { .. } => self.open(visitor, body).await,
            Ask::Go { id, .. } => match self.table.find(id.session) {
                Some(session) => session.exchange(id.nonce, body, hold).await,
                None => Err(Denied::Unknown),
            },
        };
        match answer {
            Ok(answer) => respond(answer, &visitor.host, hold),
            Err(denied) => Response::text(denied.status(), &denied.to_string()),
        }
    }

    /// Opens a connection. Its first verb tells for which server.
    async fn open(&self, visitor: &Visitor, body: Bytes) -> Result<Answer, Denied> {
        let config = &self.service.config;
        let address = visitor.peer.ip();
        let place = self.service.admit(Some(address)).ok_or(Denied::Full)?;
        let share = self.service.memory.share(address);
        let traffic = Arc::clone(&self.service.counts.traffic);
        let tunnel = Tunnel::new(config.limits.outbox_bytes, config.timeouts.gateway_idle, share, traffic);
        let (session, first) = GatewaySession::new(Arc::clone(&tunnel));
        let entry = Table::enter(&self.table, &session, address).ok_or_else(|| {
            self.service.refusals.note(Refusal::ConnectionsOfAddress, Some(address), None);
            Denied::Full
        })?;
        // Without a port: each request may come from another.
        let client = SocketAddr::new(address, 0);
        let origin =
            Origin { client, local: visitor.local, entry_point: EntryPoint::Gateway, by_proxy: false };
        tokio::spawn(serve(entry, (self.serve_tunnel)(tunnel, origin, place)));
        // It is never held, also with a `Lifespan`: until its answer the client has no SessionID.
        session.exchange(first, body, Duration::ZERO).await
    }
}

async fn serve(entry: Entry, connection: impl Future<Output = ()>) {
    connection.await;
    // It lives as long as the connection, not as a request: between two polls the session has to be found.
    drop(entry);
}

/// `GW-IP` is the host that the client asked for, so that the next request finds its way through
/// every proxy and every NAT as this one did.
fn respond(answer: Answer, host: &str, hold: Duration) -> Response {
    let Answer { id, lines, last } = answer;
    let mut state = format!("SessionID={id}; GW-IP={host}");
    if last {
        state.push_str("; Session=close");
    }
    if !hold.is_zero() {
        state.push_str(&format!("; Lifespan={}", hold.as_secs()));
    }
    Response::new(StatusCode::OK, CONTENT_TYPE, lines)
        .with_header(HEADER, state)
        .with_header("Cache-Control", "no-store")
}
