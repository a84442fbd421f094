//! HTTP/1.1 for modern clients: hyper writes the answers of the router.
//!
//! One reader takes the head and body of every request off the connection, within the same limits. hyper gets the head
//! as this server has understood it. So there is one reading of where a request ends, an old
//! client's request may follow on the same connection, and no form with a password stays in a buffer of hyper's.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH};
use http::{HeaderValue, StatusCode, Uri};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite};
use zeroize::Zeroizing;

use super::bridge;
use super::charged::AnswerMemory;
use super::entrance::too_much_under_way;
use super::handed::Handed;
use super::request::Request;
use super::response::{Afterwards, Response};
use super::seats::Seat;
use super::visitor::Visitor;
use crate::delivery::Charge;

/// The headers that hyper does not get: they are about the body, which has been read. hyper would look for it.
const DONE: [&str; 2] = ["Content-Length", "Expect"];

/// hyper's memory for one request, in bytes: its state, and a buffer each for reading and for writing.
const ENGINE: usize = 20 * 1024;
/// The copies of a request's head: this server's, hyper's, and the headers as the router gets them.
const HEADS: usize = 3;

/// A request for the router, and all that its answer needs.
pub(super) struct Modern {
    pages: Router,
    visitor: Visitor,
    seat: Arc<Seat>,
    memory: AnswerMemory,
    _charge: Charge,
    /// The charge for the page, which hyper copies as soon as it is made: kept until the client has taken the answer.
    page: Mutex<Option<Charge>>,
    head: Zeroizing<Vec<u8>>,
    body: Bytes,
    keeps_alive: bool,
    changes_protocol: bool,
}

impl Modern {
    /// A request with its body; `None` when its target is none that a router understands.
    ///
    /// # Errors
    /// The answer to send when there is no memory left.
    pub(super) fn new(
        request: &Request<'_>,
        pages: &Router,
        visitor: &Visitor,
        seat: &Arc<Seat>,
        memory: &AnswerMemory,
    ) -> Result<Option<Self>, Response> {
        let target = request.target();
        if target.parse::<Uri>().is_err() {
            return Ok(None);
        }
        let head = head(request, &target);
        let charge = memory.charge(visitor.peer.ip(), ENGINE + HEADS * head.len());
        Ok(Some(Self {
            pages: pages.clone(),
            visitor: visitor.clone(),
            seat: Arc::clone(seat),
            memory: memory.clone(),
            _charge: charge.ok_or_else(too_much_under_way)?,
            page: Mutex::default(),
            head,
            body: request.body.clone(),
            keeps_alive: request.keeps_alive(),
            changes_protocol: request.wants_web_socket(),
        }))
    }

    /// Whether the client asks to go on in another protocol, for which the connection is to be given away.
    pub(super) fn changes_protocol(&self) -> bool {
        self.changes_protocol
    }

    /// Answers on a connection that is lent.
    ///
    /// # Errors
    /// When the connection fails, or the client takes too long to take the answer.
    pub(super) async fn answer<S>(mut self, stream: &mut S) -> io::Result<Afterwards>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
    {
        let lent = Handed::lend(stream, std::mem::take(&mut self.head));
        // Atomic, because the connection's future has to be `Send`; one task does both, so no order is needed.
        let keeps_alive = AtomicBool::new(false);
        let service = service_fn(async |asked| {
            let (response, afterwards) = self.ask(asked).await;
            keeps_alive.store(afterwards == Afterwards::KeepAlive, Ordering::Relaxed);
            Ok::<_, Infallible>(response)
        });
        builder().serve_connection(TokioIo::new(lent), service).await.map_err(to_io)?;
        Ok(if keeps_alive.into_inner() { Afterwards::KeepAlive } else { Afterwards::Close })
    }

    /// Answers, and gives the connection away when the router changes its protocol. `early` has been read after the
    /// request. Returns when the connection is over, also when a task of the router's has it by then.
    ///
    /// # Errors
    /// As [`answer`](Self::answer).
    pub(super) async fn give_away<S>(mut self, stream: S, early: &[u8]) -> io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        self.keeps_alive = false;
        // The other protocol has rules of its own for a client that is silent.
        let _work = self.seat.work();
        let mut given = std::mem::take(&mut self.head);
        given.extend_from_slice(early);
        let (given, over) = Handed::give(stream, given);
        let service = service_fn(async |asked| Ok::<_, Infallible>(self.ask(asked).await.0));
        let connection = builder().keep_alive(false).serve_connection(TokioIo::new(given), service);
        connection.with_upgrades().await.map_err(to_io)?;
        // The upgraded connection lives in another task: its places in the counts are held here until it is over. An
        // error says that the sender is gone, and the connection with it.
        let _ = over.await;
        Ok(())
    }

    /// Asks the router. The outcome says whether another request may follow.
    async fn ask(&self, asked: http::Request<Incoming>) -> (http::Response<Body>, Afterwards) {
        let (parts, _) = asked.into_parts();
        let response = {
            let _work = self.seat.work();
            bridge::ask(&self.pages, parts, self.body.clone(), &self.visitor).await
        };
        let (mut response, page) = self.memory.charge_answer(self.visitor.peer.ip(), response);
        *self.page.lock() = page;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            return (response, Afterwards::Close);
        }
        let goes_on = self.keeps_alive && !closes(&response);
        let connection = if goes_on { "keep-alive" } else { "close" };
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static(connection));
        // hyper leaves out the body for `HEAD`, which the router has been asked as `GET`: the length is that of `GET`.
        if let Some(length) = response.body().size_hint().exact() {
            response.headers_mut().insert(CONTENT_LENGTH, length.into());
        }
        (response, if goes_on { Afterwards::KeepAlive } else { Afterwards::Close })
    }
}

/// Whether the connection ends with this answer, as with those to legacy clients: after an error it does.
fn closes(response: &http::Response<Body>) -> bool {
    let says = response.headers().get(CONNECTION).and_then(|value| value.to_str().ok());
    response.status().as_u16() >= 400 || says.is_some_and(|says| says.eq_ignore_ascii_case("close"))
}

fn head(request: &Request<'_>, target: &str) -> Zeroizing<Vec<u8>> {
    let headers =
        || request.headers().filter(|(name, _)| DONE.iter().all(|done| !name.eq_ignore_ascii_case(done)));
    let method = request.method.as_str();
    let length: usize = headers().map(|(name, value)| name.len() + value.len() + 4).sum();
    // Enough from the beginning, so that no copies are left in memory.
    let mut head = Zeroizing::new(Vec::with_capacity(method.len() + target.len() + length + 32));
    for part in [method, " ", target, " HTTP/1.1\r\n"] {
        head.extend_from_slice(part.as_bytes());
    }
    for (name, value) in headers() {
        for part in [name.as_bytes(), b": ", value, b"\r\n"] {
            head.extend_from_slice(part);
        }
    }
    head.extend_from_slice(b"\r\n");
    head
}

fn builder() -> http1::Builder {
    let mut builder = http1::Builder::new();
    // The end after the lent request is no end of the connection: without `half_close`, hyper would drop the answer.
    builder.half_close(true).title_case_headers(true);
    builder
}

fn to_io(error: hyper::Error) -> io::Error {
    io::Error::other(error)
}
