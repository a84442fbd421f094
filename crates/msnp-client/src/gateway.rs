//! The HTTP gateway: a connection made of requests (HYP *HTTP Connections*).
//!
//! The rest of the client sees an ordinary stream. Behind it a task sends what was written as
//! `POST`s, one at a time, and asks for news when there is nothing to send: right after something
//! happened it asks soon, and then every two seconds as the official client does.

use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::transport::Destination;

/// How much waits between the task and the client, in bytes.
const BUFFER: usize = 64 * 1024;
/// How much one request carries at most.
const MAX_REQUEST: usize = 32 * 1024;
/// The largest answer that is taken.
const MAX_ANSWER: usize = 8 << 20;
/// How long an answer may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
const FIRST_POLL: Duration = Duration::from_millis(250);
const LAST_POLL: Duration = Duration::from_secs(2);
const HEADER: &str = "X-MSN-Messenger";

/// A stream through the gateway; it is opened with the first bytes written to it, and ends when
/// the gateway says so or cannot be reached.
pub(crate) fn open(gateway: Uri, to: Destination) -> DuplexStream {
    let (ours, theirs) = tokio::io::duplex(BUFFER);
    tokio::spawn(async move {
        if let Err(error) = Session::new(gateway).run(to, theirs).await {
            tracing::debug!(%error, "a connection through the gateway is over");
        }
    });
    ours
}

struct Session {
    gateway: Uri,
    /// Where the next request goes; the gateway may move a session.
    host: Option<String>,
    id: String,
    closed: bool,
}

impl Session {
    fn new(gateway: Uri) -> Self {
        Self { gateway, host: None, id: String::new(), closed: false }
    }

    async fn run(mut self, to: Destination, stream: DuplexStream) -> io::Result<()> {
        let (mut reader, mut writer) = tokio::io::split(stream);
        let mut out = BytesMut::with_capacity(MAX_REQUEST);
        if reader.read_buf(&mut out).await? == 0 {
            return Ok(());
        }
        let (server, ip) = match to {
            Destination::Notification(address) => {
                ("NS", address.rsplit_once(':').map_or(address.clone(), |(host, _)| host.to_owned()))
            }
            Destination::Switchboard(address) => ("SB", address.to_string()),
        };
        let mut query = format!("Action=open&Server={server}&IP={ip}");
        let mut pause = FIRST_POLL;
        loop {
            let sent = !out.is_empty();
            let news = self.post(&query, out.split().freeze()).await?;
            writer.write_all(&news).await?;
            if self.closed {
                return writer.shutdown().await;
            }
            pause = if sent || !news.is_empty() { FIRST_POLL } else { (pause * 2).min(LAST_POLL) };
            query = tokio::select! {
                read = reader.read_buf(&mut out) => {
                    if read? == 0 {
                        return Ok(());
                    }
                    format!("SessionID={}", self.id)
                }
                () = sleep(pause) => format!("Action=poll&SessionID={}", self.id),
            };
            out.reserve(MAX_REQUEST);
        }
    }

    /// Sends one request and gives what the service had to say.
    async fn post(&mut self, query: &str, body: Bytes) -> io::Result<Bytes> {
        let answer = timeout(ANSWER_TIMEOUT, self.exchange(query, body)).await??;
        if answer.status() != StatusCode::OK {
            return Err(io::Error::other(format!("the gateway answers {}", answer.status())));
        }
        let state = answer.headers().get(HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
        for part in state.split(';') {
            match part.trim().split_once('=') {
                Some(("SessionID", id)) => self.id = id.to_owned(),
                Some(("GW-IP", host)) if !host.is_empty() => self.host = Some(host.to_owned()),
                Some(("Session", "close")) => self.closed = true,
                _ => {}
            }
        }
        let body = Limited::new(answer.into_body(), MAX_ANSWER).collect();
        Ok(timeout(ANSWER_TIMEOUT, body).await?.map_err(io::Error::other)?.to_bytes())
    }

    async fn exchange(&mut self, query: &str, body: Bytes) -> io::Result<Response<hyper::body::Incoming>> {
        let stream = self.connect().await?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
        tokio::spawn(connection);
        let authority = self.gateway.authority().map(ToString::to_string).unwrap_or_default();
        let request = Request::post(format!("http://{authority}{}?{query}", self.gateway.path()))
            .header(HOST, authority)
            .header(USER_AGENT, "MSMSGS")
            .header(CONTENT_TYPE, "application/x-msn-messenger")
            .header("Pragma", "no-cache")
            .body(Full::new(body))
            .map_err(io::Error::other)?;
        sender.send_request(request).await.map_err(io::Error::other)
    }

    /// To the host that the gateway named, or to the gateway itself when that one cannot be
    /// reached from here.
    async fn connect(&mut self) -> io::Result<TcpStream> {
        let port = self.gateway.port_u16().unwrap_or(80);
        if let Some(host) = &self.host {
            match TcpStream::connect((host.as_str(), port)).await {
                Ok(stream) => return Ok(stream),
                Err(error) => {
                    tracing::debug!(%error, host, "the gateway's own name for itself does not work")
                }
            }
            self.host = None;
        }
        TcpStream::connect((self.gateway.host().unwrap_or_default(), port)).await
    }
}
