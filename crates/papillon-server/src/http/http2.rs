//! HTTP/2, for clients that choose it in their TLS hello: all of it is hyper's, within the limits that hold for
//! HTTP/1.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{Method, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use zeroize::Zeroizing;

use super::bridge;
use super::deadlines::{self, ANSWER, BODY, IDLE};
use super::handler::Handler;
use super::paced::Paced;
use super::request::{MAX_HEAD, Request};
use super::response::Response;
use super::visitor::Visitor;

/// Requests of one connection at once. A proxy sends those of many people.
const STREAMS: u32 = 100;
/// What a client may send of one body, and of all on a connection, before it has been read, in bytes.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 256 * 1024;
/// What waits for a client on one stream, in bytes.
const UNSENT: usize = 64 * 1024;
/// A client that does not answer a ping within [`ANSWER`] is gone.
const PING: Duration = Duration::from_secs(20);

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
    let service = {
        let (handler, visitor, activity) = (Arc::clone(handler), visitor.clone(), Arc::clone(&activity));
        service_fn(move |request| {
            let (handler, visitor) = (Arc::clone(&handler), visitor.clone());
            let (unanswered, activity) = (Unanswered::new(&activity), Arc::clone(&activity));
            async move {
                let response = answer(&*handler, &visitor, request).await;
                drop(unanswered);
                // Each part that the client makes room for is news.
                let body = response.map(|body| {
                    Body::new(body.map_frame(move |frame| {
                        activity.note();
                        frame
                    }))
                });
                Ok::<_, Infallible>(body)
            }
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
        () = activity.over() => connection.as_mut().graceful_shutdown(),
    }
    // A client that does not go by itself is left.
    let _ = timeout(ANSWER, connection).await;
    Ok(())
}

fn builder() -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(UNSENT)
        .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX))
        .keep_alive_interval(PING)
        .keep_alive_timeout(ANSWER);
    builder
}

/// Answers one request.
async fn answer<H: Handler>(
    handler: &H,
    connected: &Visitor,
    request: http::Request<Incoming>,
) -> http::Response<Body> {
    let (parts, body) = request.into_parts();
    match respond(handler, connected, &parts, body).await {
        Ok(answer) => answer,
        Err(refused) => bridge::to_http(&refused),
    }
}

async fn respond<H: Handler>(
    handler: &H,
    connected: &Visitor,
    parts: &http::request::Parts,
    body: Incoming,
) -> Result<http::Response<Body>, Response> {
    let mut request = Request::of_parts(parts)?;
    let entrance = handler.entrance();
    let most = handler.longest_body(&request);
    // What is not announced may be as long as any.
    let length = body.size_hint().exact().map_or(most, |exact| usize::try_from(exact).unwrap_or(usize::MAX));
    if length > most {
        return Err(Response::too_much());
    }
    let mut visitor = connected.clone();
    visitor.asks(&request, handler.setting(), |address| entrance.trusts(address));
    let _counted = entrance.count(&visitor)?;
    let _room = entrance.make_room(length, &visitor)?;
    request.body = read_body(body, most).await?;
    let pages = handler.pages(&request).cloned();
    let answer = match pages {
        Some(pages) => bridge::ask(&pages, parts.clone(), request.body, &visitor).await,
        None => bridge::to_http(&handler.answer(&request, &visitor).await),
    };
    Ok(if parts.method == Method::HEAD { without_body(answer) } else { answer })
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
        let patience = deadlines::of_body(u64::try_from(read.len()).unwrap_or(u64::MAX));
        let deadline = (begun + patience).min(Instant::now() + BODY);
        let frame = timeout_at(deadline, body.frame()).await.map_err(|_| Response::too_slow())?;
        let Some(frame) = frame else { return Ok(Bytes::from_owner(read)) };
        let cut_short = |_| Response::text(StatusCode::BAD_REQUEST, "The body ends in the middle.");
        let Ok(data) = frame.map_err(cut_short)?.into_data() else { continue };
        if data.len() > most - read.len() {
            return Err(Response::too_much());
        }
        if read.capacity() - read.len() < data.len() {
            // A larger one, of which the smaller is overwritten.
            let mut larger = Zeroizing::new(Vec::with_capacity((read.len() + data.len()) * 2));
            larger.extend_from_slice(&read);
            read = larger;
        }
        read.extend_from_slice(&data);
    }
}

/// When something last happened on a connection.
#[derive(Debug)]
struct Activity(Mutex<State>);

#[derive(Debug)]
struct State {
    /// Requests that have no answer yet.
    unanswered: usize,
    last: Instant,
}

impl Default for Activity {
    fn default() -> Self {
        Self(Mutex::new(State { unanswered: 0, last: Instant::now() }))
    }
}

impl Activity {
    /// Waits until nothing has happened for as long as a connection may be idle.
    async fn over(&self) {
        loop {
            let idle_at = {
                let state = self.0.lock();
                let last = if state.unanswered > 0 { Instant::now() } else { state.last };
                last + IDLE
            };
            if idle_at <= Instant::now() {
                return;
            }
            sleep_until(idle_at).await;
        }
    }

    fn note(&self) {
        self.0.lock().last = Instant::now();
    }
}

/// A request without an answer, for as long as this lives.
struct Unanswered(Arc<Activity>);

impl Unanswered {
    fn new(activity: &Arc<Activity>) -> Self {
        activity.0.lock().unanswered += 1;
        Self(Arc::clone(activity))
    }
}

impl Drop for Unanswered {
    fn drop(&mut self) {
        let mut state = self.0.0.lock();
        state.unanswered -= 1;
        state.last = Instant::now();
    }
}
