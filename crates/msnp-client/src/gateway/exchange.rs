//! The exchange of requests and answers with the gateway, one after another.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::LIFESPAN;
use crate::Trust;
use crate::unanswered;
use crate::verifier::{Untrusted, Verifier};

/// The largest answer that is taken, in bytes: twice as many as Papillon lets wait for one client.
const MAX_ANSWER: usize = 8 << 20;
/// The time that an answer may take, beyond the time that the gateway was asked to hold it.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
const HEADER: &str = "X-MSN-Messenger";

/// An answer.
#[derive(Debug, Default)]
pub(super) struct News {
    /// The SessionID that the next request has to carry.
    pub(super) id: String,
    /// The host for the next request; the gateway may move a session.
    pub(super) host: Option<String>,
    /// The session is over.
    pub(super) closed: bool,
    /// The time for which the gateway holds a poll, if it does.
    pub(super) lifespan: Option<Duration>,
    pub(super) body: Bytes,
}

/// The reason for which there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("it answers HTTP {0}: {meaning}", meaning = meaning(*.0))]
    Refused(StatusCode),
    /// The answer is a good one, but not a gateway's.
    #[error("it answers as a web server does")]
    Stranger,
    #[error(transparent)]
    Broken(#[from] io::Error),
}

/// The meaning of a status that no answer of a gateway has.
const fn meaning(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 | 403 | 451 => "the service, or a proxy in front of it, refuses this client",
        407 => "a proxy on the way wants a name and a password",
        502 | 504 => "a proxy is there, and does not reach the service",
        429 | 503 => "the service, or a proxy in front of it, has no room for this client now",
        500 => "the service, or a proxy in front of it, has failed",
        _ => "that is no answer of a gateway",
    }
}

/// Whether a gateway may be there all the same: it refuses, or a proxy that stands before it does.
pub(super) const fn may_be_there(status: StatusCode) -> bool {
    matches!(status.as_u16(), 401 | 403 | 407 | 429 | 451 | 500 | 502..=504)
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Broken(error) => error,
            fault => Self::other(fault),
        }
    }
}

/// A way to the gateway: one request at a time, over one connection as long as both sides keep it.
pub(super) struct Line {
    gateway: Uri,
    trust: Trust,
    /// The gateway's own name for itself.
    host: Option<String>,
    open: Option<SendRequest<Full<Bytes>>>,
}

impl Line {
    pub(super) fn new(gateway: Uri, trust: Trust) -> Self {
        Self { gateway, trust, host: None, open: None }
    }

    /// Goes to another host from now on.
    pub(super) fn move_to(&mut self, host: &str) {
        if self.host.as_deref() != Some(host) {
            self.host = Some(host.to_owned());
            self.open = None;
        }
    }

    /// Sends one request and waits for the answer, which the gateway may hold back for `held`.
    pub(super) async fn post(&mut self, query: &str, body: Bytes, held: Duration) -> Result<News, Fault> {
        // A gateway that holds the poll for its whole time is not late yet: the network's share comes on top.
        let patience = held + ANSWER_TIMEOUT;
        let answer = timeout(patience, self.exchange(query, body)).await.map_err(io::Error::from)??;
        if answer.status() != StatusCode::OK {
            return Err(Fault::Refused(answer.status()));
        }
        let state = answer.headers().get(HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut news = News::read(state);
        let body = Limited::new(answer.into_body(), MAX_ANSWER).collect();
        let body = timeout(ANSWER_TIMEOUT, body).await.map_err(io::Error::from)?;
        news.body = body.map_err(io::Error::other)?.to_bytes();
        Ok(news)
    }

    async fn exchange(&mut self, query: &str, body: Bytes) -> io::Result<Response<Incoming>> {
        if let Some(mut open) = self.open.take()
            && open.ready().await.is_ok()
            && let Ok(answer) = open.send_request(self.request(query, body.clone())?).await
        {
            self.open = Some(open);
            return Ok(answer);
        }
        // A connection that was kept may have been closed meanwhile. To ask once more does no harm:
        // a request that has been answered after all finds that its SessionID is used up.
        let mut fresh = self.connect().await?;
        let answer = fresh.send_request(self.request(query, body)?).await.map_err(unanswered::to_io)?;
        self.open = Some(fresh);
        Ok(answer)
    }

    fn request(&self, query: &str, body: Bytes) -> io::Result<Request<Full<Bytes>>> {
        let authority = self.gateway.authority().map(ToString::to_string).unwrap_or_default();
        let scheme = self.gateway.scheme_str().unwrap_or("http");
        // An absolute target, as official clients write it: they expect a proxy on the way.
        Request::post(format!("{scheme}://{authority}{}?{query}", self.gateway.path()))
            .header(HOST, authority)
            // As the official client writes them (HYP).
            .header(USER_AGENT, "MSMSGS")
            .header(CONTENT_TYPE, "application/x-msn-messenger")
            .header("Pragma", "no-cache")
            .body(Full::new(body))
            .map_err(io::Error::other)
    }

    /// To the host that the gateway named, or to the gateway itself when that one cannot be
    /// reached from here.
    async fn connect(&mut self) -> io::Result<SendRequest<Full<Bytes>>> {
        let own = self.gateway.host().unwrap_or_default();
        // Forgotten unless it works: behind a router a gateway often names itself by an address that is of no use here.
        if let Some(host) = self.host.take() {
            match self.connect_to(&host).await {
                Ok(open) => {
                    self.host = Some(host);
                    return Ok(open);
                }
                Err(error) => {
                    tracing::debug!(%error, host, "the gateway's own name for itself does not work");
                }
            }
        }
        self.connect_to(own).await
    }

    async fn connect_to(&self, host: &str) -> io::Result<SendRequest<Full<Bytes>>> {
        let host = host.trim_matches(['[', ']']);
        let secure = self.gateway.scheme_str() == Some("https");
        let port = self.gateway.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let stream = TcpStream::connect((host, port)).await?;
        // Requests are small and wait for their answers: Nagle's algorithm would only delay them.
        stream.set_nodelay(true)?;
        if !secure {
            return converse(stream).await;
        }
        // One for each connection, because it remembers the certificate that it refused.
        let verifier = Verifier::new(&self.trust).map_err(io::Error::other)?;
        let connector = TlsConnector::from(Arc::new(verifier.config().map_err(io::Error::other)?));
        let name = host.to_owned().try_into().map_err(io::Error::other)?;
        let stream = connector.connect(name, stream).await.map_err(|error| {
            let refused = verifier.refused(&format!("{host}:{port}"));
            refused.map_or(error, |shown| io::Error::other(Untrusted(shown)))
        })?;
        converse(stream).await
    }
}

async fn converse<S>(stream: S) -> io::Result<SendRequest<Full<Bytes>>>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    // The task ends with the sender. An error in it reaches the sender as well.
    tokio::spawn(connection);
    Ok(sender)
}

impl News {
    /// Reads the header: `SessionID=1.2; GW-IP=host; Session=close`.
    pub(super) fn read(state: &str) -> Self {
        let mut news = Self::default();
        for part in state.split(';') {
            match part.trim().split_once('=') {
                Some(("SessionID", id)) => id.clone_into(&mut news.id),
                Some(("GW-IP", host)) if !host.is_empty() => news.host = Some(host.to_owned()),
                Some(("Session", "close")) => news.closed = true,
                // Zero holds nothing: a client that took it for a held poll would ask without a pause.
                Some(("Lifespan", seconds)) => {
                    // It was asked for so much; with more, a gateway would have its client wait for ever.
                    let seconds = seconds.parse::<u64>().ok().filter(|seconds| *seconds > 0);
                    news.lifespan = seconds.map(|seconds| Duration::from_secs(seconds.min(LIFESPAN)));
                }
                _ => {}
            }
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_says_what_comes_next() {
        let news = News::read("SessionID=954547325.13160; GW-IP=192.0.2.18");
        assert_eq!((&*news.id, news.host.as_deref()), ("954547325.13160", Some("192.0.2.18")));
        assert!(!news.closed && news.lifespan.is_none());
        let news = News::read("SessionID=1.2;GW-IP=;Session=close; Lifespan=25");
        assert_eq!((&*news.id, news.host, news.closed), ("1.2", None, true));
        assert_eq!(news.lifespan, Some(Duration::from_secs(25)));
        assert!(News::read("Lifespan=0").lifespan.is_none());
        // Longer than the client has asked for, and than a clock can go.
        let news = News::read("Lifespan=18446744073709551615");
        assert_eq!(news.lifespan, Some(Duration::from_secs(LIFESPAN)));
    }
}
