//! HTTP/2, for clients that choose it in their TLS hello. All of it is hyper's, within the limits that hold for
//! HTTP/1: as many requests may be answered at once as there may be connections. A request is answered to its end
//! although its client takes it back.

mod activity;
mod answer;
mod frames;
mod slots;

use std::future::ready;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use h2::Reason;
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
use self::answer::{Answer, Held};
use self::frames::Frames;
use self::slots::{Slot, Slots};
use super::bridge;
use super::charged::Buffers;
use super::deadlines::{self, BODY};
use super::entrance::{Stream, Upload, displaced, too_many_files};
use super::handler::Handler;
use super::paced::Paced;
use super::request::{MAX_HEAD, Request};
use super::response::Response;
use super::seats::Seat;
use super::visitor::Visitor;
use crate::delivery::Charge;

/// The most requests of one connection at once. hyper takes all of them before this server can refuse one.
const STREAMS: u32 = 16;
/// The same for a trusted proxy, which sends those of many clients.
const STREAMS_OF_PROXY: u32 = 100;
/// The bytes that a client may send of one body before they have been read; the next is for all bodies of a
/// connection.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 256 * 1024;
/// The bytes that wait for a client on one stream.
const UNSENT: usize = 16 * 1024;
/// The memory of a request by itself, in bytes: its tasks, and what is under way between hyper and them.
const REQUEST: usize = 8 * 1024;
/// The memory of a header beside its name and value, which are there twice.
const HEADER: usize = 384;

/// Answers requests until one of the two sides ends the connection, or nothing has happened on it for half a minute.
///
/// # Errors
/// When the connection fails.
pub(crate) async fn serve<S, H>(
    stream: S,
    handler: &Arc<H>,
    visitor: &Visitor,
    seat: Arc<Seat>,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
    H: Handler,
{
    let activity = Arc::new(Activity::default());
    let client = Some(visitor.peer.ip()).filter(|_| visitor.counted);
    let slots = Arc::new(Slots::new(handler.entrance().answers(), client));
    let asking = Arc::new(Asking {
        handler: Arc::clone(handler),
        visitor: visitor.clone(),
        seat,
        first: Arc::new(Semaphore::new(1)),
    });
    let service = {
        let (activity, slots) = (Arc::clone(&activity), Arc::clone(&slots));
        service_fn(move |request| {
            // Counted here and not in the future: a request counts as soon as hyper has it, before its first poll.
            let (asking, unanswered) = (Arc::clone(&asking), Unanswered::new(&activity));
            let slot = slots.take();
            asking.begin(request, unanswered, slot)
        })
    };
    let streams = if visitor.counted { STREAMS } else { STREAMS_OF_PROXY };
    let stream = Frames::new(Paced::new(stream), Buffers::new(handler.entrance().answers(), client));
    let connection = builder(streams).serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        ended = &mut connection => return ended.map_err(io::Error::other),
        () = handler.entrance().closed() => {
            connection.as_mut().graceful_shutdown();
            // The listener bounds this. A client that goes at once has nothing to be told.
            let _ = connection.await;
            return Ok(());
        }
        // The requests of the client end with it: nothing less gives memory back.
        () = slots.none_left() => return Err(io::Error::other("no memory is left for the client's address")),
        // It only tells the client, by a GOAWAY: the connection has to be polled on for that.
        () = activity.over() => connection.as_mut().graceful_shutdown(),
    }
    // A client that does not go by itself is disconnected.
    let _ = timeout_at(activity.last_moment(), connection).await;
    Ok(())
}

fn builder(streams: u32) -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .max_concurrent_streams(streams)
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
    seat: Arc<Seat>,
    /// One permit, for the request that needs no place beside its connection's.
    first: Arc<Semaphore>,
}

/// A request's places in the counts of its client.
type Counted = (Stream, Option<Upload>);

/// The answer to come. Boxed, so that hyper's memory for a request that is refused is small.
type Beginning = Pin<Box<dyn Future<Output = Result<http::Response<Answer>, h2::Error>> + Send>>;

/// An answer, the places of its request, and the charge for its body.
type Answered = (http::Response<Body>, (Stream, Option<Charge>));

impl<H: Handler> Asking<H> {
    /// Charges a request and begins to answer it, also by a refusal. Where there is no memory left the client may ask
    /// again. All of it before the answer is first polled: hyper hands over all requests that have come, and their heads
    /// would wait uncharged.
    fn begin(
        self: Arc<Self>,
        request: http::Request<Incoming>,
        unanswered: Unanswered,
        slot: Slot,
    ) -> Beginning {
        let (parts, body) = request.into_parts();
        let visitor = self.visitor_of(&parts);
        let client = visitor.as_ref().map_or(self.visitor.peer, |visitor| visitor.peer).ip();
        match self.handler.entrance().answers().charge(client, REQUEST + size(&parts)) {
            Some(charge) => Box::pin(async move {
                let asked = visitor.map(|visitor| (parts, body, visitor));
                Ok(self.answer(asked, Arc::new(charge), unanswered, slot).await)
            }),
            None => Box::pin(ready(Err(Reason::REFUSED_STREAM.into()))),
        }
    }

    async fn answer(
        &self,
        asked: Result<(Parts, Incoming, Visitor), Response>,
        charge: Arc<Charge>,
        unanswered: Unanswered,
        mut slot: Slot,
    ) -> http::Response<Answer> {
        let answered = match asked {
            Ok((parts, body, visitor)) => self.respond(parts, body, visitor, Arc::clone(&charge)).await,
            Err(refused) => Err(refused),
        };
        let (answer, taken) = match answered {
            Ok((answer, taken)) => (answer, Some(taken)),
            Err(refused) => (bridge::to_http(&refused), None),
        };
        let unsent = unanswered.answered();
        if !answer.body().is_end_stream() {
            slot.ends_with_this();
        }
        let held = Held { _request: charge, _taken: taken, _slot: slot };
        answer.map(|body| Answer::new(body, unsent, held))
    }

    /// The client of a request.
    fn visitor_of(&self, parts: &Parts) -> Result<Visitor, Response> {
        let request = Request::of_parts(parts)?;
        let mut visitor = self.visitor.clone();
        let entrance = self.handler.entrance();
        visitor.asks(&request, self.handler.setting(), |address| entrance.trusts(address));
        Ok(visitor)
    }

    async fn respond(
        &self,
        parts: Parts,
        body: Incoming,
        visitor: Visitor,
        charge: Arc<Charge>,
    ) -> Result<Answered, Response> {
        let (length, (place, mut room)) = self.admit(&parts, &body, &visitor)?;
        let body = tokio::select! {
            body = read_body(body, length) => body?,
            () = displaced(room.as_ref()) => return Err(too_many_files()),
        };
        if let Some(room) = &mut room {
            room.is_whole();
        }
        let held = self.handler.may_hold(&with_body(&parts, &body)?);
        let work = self.seat.work();
        let (handler, counted) = (Arc::clone(&self.handler), (place, room));
        let answer = async move {
            let (_charge, _work) = (charge, work);
            ask(handler, parts, body, visitor, counted).await
        };
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

    /// The longest that the body of the request may come to be, and its places in the counts.
    fn admit(&self, parts: &Parts, body: &Incoming, visitor: &Visitor) -> Result<(usize, Counted), Response> {
        let request = Request::of_parts(parts)?;
        let entrance = self.handler.entrance();
        let most = self.handler.longest_body(&request);
        // A body of unknown length may be as long as any.
        let length =
            body.size_hint().exact().map_or(most, |exact| usize::try_from(exact).unwrap_or(usize::MAX));
        if length > most {
            return Err(Response::too_much());
        }
        entrance.let_in(visitor)?;
        let place = entrance.count_stream(visitor, &self.first)?;
        let room = entrance.make_room(length, visitor)?;
        Ok((length, (place, room)))
    }
}

/// The memory of a request's head, in bytes.
fn size(parts: &Parts) -> usize {
    let headers = parts.headers.iter();
    let headers: usize = headers.map(|(name, value)| HEADER + 2 * (name.as_str().len() + value.len())).sum();
    headers + 2 * parts.uri.path_and_query().map_or(0, |target| target.as_str().len())
}

/// Lets the site answer. The place is free again when the client has taken the answer, the room for the body when the
/// answer is made.
async fn ask<H: Handler>(
    handler: Arc<H>,
    parts: Parts,
    body: Bytes,
    visitor: Visitor,
    (place, _room): Counted,
) -> Result<Answered, Response> {
    let request = with_body(&parts, &body)?;
    let is_head = request.method == Method::HEAD;
    let answer = match handler.pages(&request) {
        Some(pages) => bridge::ask(pages, parts, body, &visitor).await,
        None => bridge::to_http(&handler.answer(&request, &visitor).await),
    };
    let answer = if is_head { without_body(answer) } else { answer };
    let (answer, charge) = handler.entrance().answers().charge_answer(visitor.peer.ip(), answer);
    Ok((answer, (place, charge)))
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
            let room = ((read.len() + data.len()) * 2).min(most);
            let mut larger = Zeroizing::new(Vec::with_capacity(room));
            larger.extend_from_slice(&read);
            read = larger;
        }
        read.extend_from_slice(&data);
    }
}
