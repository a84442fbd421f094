//! The HTTP gateway: a connection made of requests (HYP *HTTP Connections*).
//!
//! The rest of the client sees an ordinary stream. Behind it a task sends the written bytes as
//! `POST`s, one at a time. The way to get news depends on the gateway. One that knows `Lifespan` is
//! asked to hold a poll until there are some. Any other is asked soon after an exchange of bytes,
//! and then every two seconds as the official client does; so is a gateway behind a
//! proxy that ends held requests.

mod exchange;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod stream;

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use hyper::{StatusCode, Uri};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::destination::Destination;
use crate::{SignInError, Trust};
use exchange::{Fault, Line, News};
pub(crate) use stream::Through;
use stream::WhyNot;

/// The size of the buffer between the task and the client, in bytes.
const BUFFER: usize = 64 * 1024;
/// The most bytes that one request carries.
const MAX_REQUEST: usize = 32 * 1024;
const FIRST_POLL: Duration = Duration::from_millis(250);
const LAST_POLL: Duration = Duration::from_secs(2);
/// The time for which a gateway is asked to hold a poll, in seconds: less than any proxy waits.
const LIFESPAN: u64 = 25;

/// A stream through the gateway; it is opened with the first bytes written to it, and ends when
/// the gateway says so or cannot be reached.
///
/// It is counted among `open` for as long as something of it may be on its way.
pub(crate) fn open(gateway: Uri, trust: Trust, to: Destination, open: &Open) -> Through {
    let (ours, theirs) = tokio::io::duplex(BUFFER);
    let counted = open.enter();
    let why_not = WhyNot::default();
    let through = Through::new(ours, why_not.clone());
    tokio::spawn(async move {
        // It counts until the task ends, not the stream: the client drops the stream with its last bytes still in the
        // buffer.
        let _counted = counted;
        let (reader, writer) = tokio::io::split(theirs);
        let line = || Line::new(gateway.clone(), trust.clone());
        let session = GatewaySession {
            sending: line(),
            polling: line(),
            id: String::new(),
            lifespan: None,
            out: BytesMut::with_capacity(MAX_REQUEST),
            reader,
            writer,
            why_not,
        };
        if let Err(error) = session.run(to).await {
            tracing::debug!(%error, "a connection through the gateway is over");
        }
    });
    through
}

/// The error of a sign-in through this gateway, if one of the answers in its place made this error.
pub(crate) fn fault(gateway: &str, error: &io::Error) -> Option<SignInError> {
    let (gateway, fault) = (gateway.to_owned(), error.get_ref()?.downcast_ref::<Fault>()?);
    let what = fault.to_string();
    match fault {
        Fault::Broken(_) => None,
        Fault::Refused(status) if exchange::may_be_there(*status) => {
            Some(SignInError::GatewayRefused { gateway, status: status.as_u16(), what })
        }
        Fault::Refused(_) | Fault::Stranger => Some(SignInError::NoGateway { gateway, what }),
    }
}

/// The streams that are open. Their last bytes go out after the client has closed the
/// stream: a program that ends at once would lose them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Open(Arc<watch::Sender<usize>>);

/// One of them.
struct Counted(Open);

impl Open {
    fn enter(&self) -> Counted {
        self.0.send_modify(|count| *count += 1);
        Counted(self.clone())
    }

    /// Waits until there are none.
    pub(crate) async fn ended(&self) {
        // The sender is in here, so it cannot be gone.
        let _ = self.0.subscribe().wait_for(|count| *count == 0).await;
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.send_modify(|count| *count -= 1);
    }
}

struct GatewaySession {
    sending: Line,
    /// A poll that is held has a connection of its own.
    polling: Line,
    id: String,
    /// The time for which the gateway holds a poll; `None` when it does not.
    lifespan: Option<Duration>,
    /// The bytes that the client wrote.
    out: BytesMut,
    reader: ReadHalf<DuplexStream>,
    writer: WriteHalf<DuplexStream>,
    why_not: WhyNot,
}

/// The outcome of waiting.
enum Heard {
    /// The client has closed the stream.
    Goodbye,
    News(News),
    /// The poll was not held, and not answered either: it bears a SessionID that still counts.
    Broken(Fault),
    /// The poll's answer, if it was not overtaken, and then the other's.
    Both(Option<News>, Result<News, Fault>),
}

/// Whether the session goes on.
enum Next {
    Goes,
    Ends,
}

impl GatewaySession {
    async fn run(mut self, to: Destination) -> io::Result<()> {
        if self.reader.read_buf(&mut self.out).await? == 0 {
            return Ok(());
        }
        let (server, ip) = match to {
            Destination::Notification(address) => {
                // The official client names a notification server without a port, and a switchboard as `XFR` wrote it
                // (HYP).
                ("NS", address.rsplit_once(':').map_or(address.clone(), |(host, _)| host.to_owned()))
            }
            Destination::Switchboard(address) => ("SB", address.to_string()),
        };
        let query = format!("Action=open&Server={server}&IP={ip}&Lifespan={LIFESPAN}");
        let body = self.out.split().freeze();
        let opened = self.sending.post(&query, body, Duration::ZERO).await;
        // Web servers answer anything, and some of them with pages.
        let is_gateway = |news: &News| news.closed || !news.id.is_empty();
        let news =
            match opened.and_then(|news| if is_gateway(&news) { Ok(news) } else { Err(Fault::Stranger) }) {
                Ok(news) => news,
                Err(fault) => {
                    let words = fault.to_string();
                    // Before the stream ends: its reader looks for the reason when it sees the end.
                    self.why_not.tell(fault.into());
                    return Err(io::Error::other(words));
                }
            };
        self.lifespan = news.lifespan;
        let mut next = self.take(news).await?;
        let mut pause = FIRST_POLL;
        while let Next::Goes = next {
            // `read_buf` takes as much as there is room for, and would take nothing without any.
            self.out.reserve(MAX_REQUEST);
            next = match self.lifespan {
                Some(lifespan) => self.wait_for_news(lifespan).await?,
                None => self.ask_for_news(&mut pause).await?,
            };
        }
        Ok(())
    }

    /// Gives the client the bytes of an answer.
    async fn take(&mut self, news: News) -> io::Result<Next> {
        // It waits when the client does not read: no further request is made, and the gateway keeps the rest.
        self.writer.write_all(&news.body).await?;
        if news.closed {
            self.writer.shutdown().await?;
            return Ok(Next::Ends);
        }
        if let Some(host) = &news.host {
            self.sending.move_to(host);
            self.polling.move_to(host);
        }
        self.id = news.id;
        Ok(Next::Goes)
    }

    /// Polls after a pause that grows as long as no bytes come, or sends.
    async fn ask_for_news(&mut self, pause: &mut Duration) -> io::Result<Next> {
        let query = tokio::select! {
            read = self.reader.read_buf(&mut self.out) => {
                if read? == 0 {
                    return Ok(Next::Ends);
                }
                format!("SessionID={}", self.id)
            }
            () = sleep(*pause) => format!("Action=poll&SessionID={}", self.id),
        };
        let sent = !self.out.is_empty();
        let news = self.sending.post(&query, self.out.split().freeze(), Duration::ZERO).await?;
        // 0.25, 0.5, 1, 2, 2 … seconds: an answer to the bytes just sent comes soon, and silence is no busier than the
        // official client's (HYP *HTTP Connections*).
        *pause = if sent || !news.body.is_empty() { FIRST_POLL } else { (*pause * 2).min(LAST_POLL) };
        self.take(news).await
    }

    /// Has a poll held until there is something, or until there is something to send.
    async fn wait_for_news(&mut self, lifespan: Duration) -> io::Result<Next> {
        match self.poll_or_send(lifespan).await? {
            Heard::Goodbye => Ok(Next::Ends),
            Heard::News(news) => self.take(news).await,
            Heard::Broken(fault) => {
                tracing::debug!(%fault, "a poll cannot be held");
                self.lifespan = None;
                Ok(Next::Goes)
            }
            Heard::Both(polled, sent) => {
                // In this order: the gateway answers the poll first, so its bytes are the older ones.
                if let Some(polled) = polled
                    && let Next::Ends = self.take(polled).await?
                {
                    return Ok(Next::Ends);
                }
                self.take(sent?).await
            }
        }
    }

    /// Has a poll held, and sends in the middle of it when the client writes.
    ///
    /// Both requests bear the same SessionID. The gateway answers the poll first; from then on the SessionID of the other
    /// answer counts.
    async fn poll_or_send(&mut self, lifespan: Duration) -> io::Result<Heard> {
        // `read_buf` may lose the race without losing bytes: it takes none unless it is ready.
        let query = format!("Action=poll&SessionID={}&Lifespan={}", self.id, lifespan.as_secs());
        let mut poll = pin!(self.polling.post(&query, Bytes::new(), lifespan));
        let read = tokio::select! {
            answer = &mut poll => return match answer {
                Ok(news) => Ok(Heard::News(news)),
                // The SessionID is not known any more. Any other fault is a proxy's, and the session lives on.
                Err(fault @ Fault::Refused(StatusCode::BAD_REQUEST)) => Err(fault.into()),
                Err(fault) => Ok(Heard::Broken(fault)),
            },
            read = self.reader.read_buf(&mut self.out) => read?,
        };
        if read == 0 {
            return Ok(Heard::Goodbye);
        }
        let query = format!("SessionID={}", self.id);
        let send = self.sending.post(&query, self.out.split().freeze(), Duration::ZERO);
        let (polled, sent) = both(poll, send).await?;
        Ok(Heard::Both(polled, sent))
    }
}

/// Waits for both answers, unless one shows that the session is lost. The poll may have been
/// overtaken on its way, and was refused then; it took nothing with it. The other is refused when
/// the session ended with the poll's answer.
async fn both(
    poll: impl Future<Output = Result<News, Fault>>,
    send: impl Future<Output = Result<News, Fault>>,
) -> Result<(Option<News>, Result<News, Fault>), Fault> {
    let poll = async {
        match poll.await {
            Ok(news) => Ok(Some(news)),
            Err(Fault::Refused(StatusCode::BAD_REQUEST)) => Ok(None),
            Err(fault) => Err(fault),
        }
    };
    let send = async {
        match send.await {
            Err(fault @ Fault::Broken(_)) => Err(fault),
            answered => Ok(answered),
        }
    };
    tokio::try_join!(poll, send)
}

#[cfg(test)]
mod tests;
