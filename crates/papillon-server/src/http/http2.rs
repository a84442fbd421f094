//! HTTP/2, for clients that choose it in their TLS hello. All of it is hyper's, within the limits that hold for
//! HTTP/1: as many requests may be answered at once as there may be connections. A request is answered to its end
//! although its client takes it back.

mod activity;
mod answer;

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::request::Parts;
use http::{Method, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};
use zeroize::Zeroizing;

use self::activity::{Activity, Unanswered};
use self::answer::Answer;
use super::bridge;
use super::deadlines::{self, BODY};
use super::entrance::{Stream, Upload};
use super::handler::Handler;
use super::paced::Paced;
use super::request::{MAX_HEAD, Request};
use super::response::Response;
use super::visitor::Visitor;

/// The most requests of one connection at once. A proxy sends those of many clients.
const STREAMS: u32 = 100;
/// The bytes that a client may send of one body before they have been read; the next is for all bodies of a
/// connection.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 256 * 1024;
/// The bytes that wait for a client on one stream.
const UNSENT: usize = 16 * 1024;

/// Answers requests until one of the two sides ends the connection, or nothing has happened on it for half a minute.
///
/// # Errors
/// When the connection fails.
pub(crate) async fn serve<S, H>(stream: S, handler: &Arc<H>, visitor: &Visitor) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
    H: Handler,
{
    let activity = Arc::new(Activity::default());
    let asking = Arc::new(Asking {
        handler: Arc::clone(handler),
        visitor: visitor.clone(),
        first: Arc::new(Semaphore::new(1)),
    });
    let service = {
        let activity = Arc::clone(&activity);
        service_fn(move |request| {
            // Counted here and not in the future: a request counts as soon as hyper has it, before its first poll.
            let (asking, unanswered) = (Arc::clone(&asking), Unanswered::new(&activity));
            async move { Ok::<_, Infallible>(asking.answer(request, unanswered).await) }
        })
    };
    let connection = builder().serve_connection(TokioIo::new(Paced::new(stream)), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        ended = &mut connection => return ended.map_err(io::Error::other),
        () = handler.entrance().closed() => {
            connection.as_mut().graceful_shutdown();
            // The listener bounds this. A client that goes at once has nothing to be told.
            let _ = connection.await;
            return Ok(());
        }
        // It only tells the client, by a GOAWAY: the connection has to be polled on for that.
        () = activity.over() => connection.as_mut().graceful_shutdown(),
    }
    // A client that does not go by itself is disconnected.
    let _ = timeout_at(activity.last_moment(), connection).await;
    Ok(())
}

fn builder() -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .max_concurrent_streams(STREAMS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(UNSENT)
        // No pings: data that wait for a slow client delay its answer to them. `Activity` tells silence from slowness.
        .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX));
    builder
}

/// The client of a connection, and the handler of its requests.
struct Asking<H> {
    handler: Arc<H>,
    visitor: Visitor,
    /// One permit, for the request that needs no place beside its connection's.
    first: Arc<Semaphore>,
}

/// A request's places in the counts of its client.
type Counted = (Stream, Option<Upload>);

impl<H: Handler> Asking<H> {
    async fn answer(
        &self,
        request: http::Request<Incoming>,
        unanswered: Unanswered,
    ) -> http::Response<Answer> {
        let (parts, body) = request.into_parts();
        let (answer, place) = match self.respond(parts, body).await {
            Ok((answer, place)) => (answer, Some(place)),
            Err(refused) => (bridge::to_http(&refused), None),
        };
        let unsent = unanswered.answered();
        answer.map(|body| Answer::new(body, unsent, place))
    }

    async fn respond(
        &self,
        parts: Parts,
        body: Incoming,
    ) -> Result<(http::Response<Body>, Stream), Response> {
        let (most, counted, visitor) = self.admit(&parts, &body)?;
        let body = read_body(body, most).await?;
        let held = self.handler.may_hold(&with_body(&parts, &body)?);
        let answer = ask(Arc::clone(&self.handler), parts, body, visitor, counted);
        if held {
            // In this task: when the client takes the poll back, its lines stay for the next one.
            return answer.await;
        }
        // In a task of its own: a client that takes requests back as fast as it makes them would else start more work
        // than its places allow. A page finishes, with its places taken, although its client waits no longer.
        let failed =
            |_| Response::text(StatusCode::INTERNAL_SERVER_ERROR, "This cannot be shown at the moment.");
        tokio::spawn(answer).await.map_err(failed)?
    }

    /// The longest body of the request, its places in the counts, and its client.
    fn admit(&self, parts: &Parts, body: &Incoming) -> Result<(usize, Counted, Visitor), Response> {
        let request = Request::of_parts(parts)?;
        let entrance = self.handler.entrance();
        let most = self.handler.longest_body(&request);
        // A body of unknown length may be as long as any.
        let length =
            body.size_hint().exact().map_or(most, |exact| usize::try_from(exact).unwrap_or(usize::MAX));
        if length > most {
            return Err(Response::too_much());
        }
        let mut visitor = self.visitor.clone();
        visitor.asks(&request, self.handler.setting(), |address| entrance.trusts(address));
        entrance.let_in(&visitor)?;
        let place = entrance.count_stream(&visitor, &self.first)?;
        let room = entrance.make_room(length, &visitor)?;
        Ok((most, (place, room), visitor))
    }
}

/// Lets the site answer. The place is free again when the client has taken the answer, the room for the body when the
/// answer is made.
async fn ask<H: Handler>(
    handler: Arc<H>,
    parts: Parts,
    body: Bytes,
    visitor: Visitor,
    (place, _room): Counted,
) -> Result<(http::Response<Body>, Stream), Response> {
    let request = with_body(&parts, &body)?;
    let is_head = request.method == Method::HEAD;
    let answer = match handler.pages(&request) {
        Some(pages) => bridge::ask(pages, parts, body, &visitor).await,
        None => bridge::to_http(&handler.answer(&request, &visitor).await),
    };
    let answer = if is_head { without_body(answer) } else { answer };
    Ok((handler.entrance().answers().charge_answer(visitor.peer.ip(), answer), place))
}

/// A request whose body has been read.
fn with_body<'a>(parts: &'a Parts, body: &Bytes) -> Result<Request<'a>, Response> {
    let mut request = Request::of_parts(parts)?;
    request.length = u64::try_from(body.len()).unwrap_or(u64::MAX);
    request.body = body.clone();
    Ok(request)
}

/// The answer to `HEAD`.
fn without_body(mut answer: http::Response<Body>) -> http::Response<Body> {
    if let Some(length) = answer.body().size_hint().exact() {
        answer.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
    answer.map(|_| Body::empty())
}

/// All of a body, within the time that one on HTTP/1 has. Its bytes are overwritten when they are no longer needed.
async fn read_body(mut body: Incoming, most: usize) -> Result<Bytes, Response> {
    let begun = Instant::now();
    let mut read = Zeroizing::new(Vec::new());
    loop {
        // By the bytes that have come, because the length may not be known: the pace is that of HTTP/1.
        let patience = deadlines::of_body(u64::try_from(read.len()).unwrap_or(u64::MAX));
        let deadline = (begun + patience).min(Instant::now() + BODY);
        let frame = timeout_at(deadline, body.frame()).await.map_err(|_| Response::too_slow())?;
        let Some(frame) = frame else { return Ok(Bytes::from_owner(read)) };
        let cut_short = |_| Response::text(StatusCode::BAD_REQUEST, "The body ends in the middle.");
        let Ok(data) = frame.map_err(cut_short)?.into_data() else { continue };
        // `read` never has more than `most`: this check is before each addition.
        if data.len() > most - read.len() {
            return Err(Response::too_much());
        }
        if read.capacity() - read.len() < data.len() {
            // By hand, so that the smaller one is overwritten: it may hold a password.
            let mut larger = Zeroizing::new(Vec::with_capacity((read.len() + data.len()) * 2));
            larger.extend_from_slice(&read);
            read = larger;
        }
        read.extend_from_slice(&data);
    }
}
