//! The conversation on a connection: requests and their answers, one after another.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::charged::Buffers;
use super::deadlines::{self, ANSWER, BODY, HEAD, IDLE};
use super::entrance::{Upload, displaced, too_many_files};
use super::handler::Handler;
use super::modern::Modern;
use super::reader::{Head, Reader};
use super::request::{Request, Version};
use super::response::{Afterwards, Response};
use super::seats::Seat;
use super::visitor::Visitor;
use crate::delivery::Charge;
use crate::limits::Place;

/// The time limit for reading on after the last answer. Closing on bytes that were not read makes the system send a
/// reset, and the reset can overtake the answer.
const DRAIN: Duration = Duration::from_secs(2);
/// The most bytes that are read then: a client that goes on sending gets its reset.
const DRAIN_BYTES: u64 = 256 * 1024;
/// The bytes that are read of that at once.
const DRAIN_BUFFER: usize = 512;

/// The treatment of a request.
enum Reply {
    /// Nothing: the client has gone.
    None,
    /// These bytes are sent.
    Old(Zeroizing<Vec<u8>>, Afterwards, Option<Charge>),
    /// The router answers. The places of the request are free again afterwards.
    Modern(Box<Modern>, Counted),
}

/// A request's places in the counts of its client.
type Counted = (Option<Place>, Option<Upload>);

/// Answers requests until one of the two sides ends the connection, and closes it in order: in TLS
/// with a close_notify.
///
/// # Errors
/// When the connection fails. A client that says nothing is not an error.
pub(crate) async fn converse<S, H>(
    mut stream: S,
    handler: &H,
    visitor: &Visitor,
    seat: Arc<Seat>,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    H: Handler,
{
    let client = Some(visitor.peer.ip()).filter(|_| visitor.counted);
    let mut reader = Reader::new(Buffers::new(handler.entrance().answers(), client));
    let mut patience = HEAD;
    loop {
        let begins = tokio::select! {
            // A request that is here already is answered, also at shutdown.
            biased;
            begins = timeout(patience, reader.begins(&mut stream)) => begins,
            () = handler.entrance().closed() => return stream.shutdown().await,
        };
        let begins = match begins {
            Ok(begins) => begins?,
            // Before the first request silence is an error, and the client is told. After it, an answer that nobody
            // asked for could be taken for that of the request which the client is just sending: it only closes.
            Err(_) if patience == HEAD => {
                send(&mut stream, &Response::too_slow().to_bytes(false, Afterwards::Close)).await?;
                return say_goodbye(&mut stream).await;
            }
            Err(_) => false,
        };
        if !begins {
            return stream.shutdown().await;
        }
        let afterwards = match exchange(&mut stream, &mut reader, handler, (visitor, &seat)).await? {
            Reply::None => return stream.shutdown().await,
            // `_charge` lives until the client has taken the answer.
            Reply::Old(bytes, afterwards, _charge) => {
                send(&mut stream, &bytes).await?;
                afterwards
            }
            // `_counted` lives until the end of its arm: the request counts while its answer is sent.
            Reply::Modern(request, _counted) if request.changes_protocol() => {
                return request.give_away(stream, reader.rest()).await;
            }
            Reply::Modern(request, _counted) => request.answer(&mut stream).await?,
        };
        if afterwards == Afterwards::Close {
            return say_goodbye(&mut stream).await;
        }
        patience = IDLE;
    }
}

/// Reads a request, and makes its answer where the router does not.
async fn exchange<S, H>(
    stream: &mut S,
    reader: &mut Reader,
    handler: &H,
    (visitor, seat): (&Visitor, &Arc<Seat>),
) -> io::Result<Reply>
where
    S: AsyncRead + AsyncWrite + Unpin,
    H: Handler,
{
    let head = match timeout(HEAD, reader.head(stream)).await {
        Ok(head) => head?,
        Err(_) => return Ok(refused(&Response::too_slow())),
    };
    let head = match head {
        Head::Nothing => return Ok(Reply::None),
        Head::NoRequest => return Ok(refused(&no_request())),
        Head::TooLong => return Ok(refused(&too_long())),
        Head::Read(head) => head,
    };
    let mut request = match Request::parse(&head) {
        Ok(request) => request,
        Err(response) => return Ok(refused(&response)),
    };
    let (visitor, length, mut counted) = match admit(&request, handler, visitor) {
        Ok(admitted) => admitted,
        Err(response) => return Ok(refused(&response)),
    };
    if length > 0 {
        match read_body(stream, reader, &request, (length, &mut counted.1)).await? {
            // The owner is wiped when the last clone of the body is dropped: a form may hold a password.
            Ok(body) => request.body = Bytes::from_owner(body),
            Err(response) => return Ok(refused(&response)),
        }
    }
    let answers = handler.entrance().answers();
    if let Some(pages) = handler.pages(&request).filter(|_| request.is_modern()) {
        match Modern::new(&request, pages, &visitor, seat, answers) {
            Ok(Some(modern)) => return Ok(Reply::Modern(Box::new(modern), counted)),
            Ok(None) => {}
            Err(response) => return Ok(refused(&response)),
        }
    }
    let work = seat.work();
    let response = tokio::select! {
        // An answer that is ready is sent, although the client's end of the stream may have come with the request.
        biased;
        response = handler.answer(&request, &visitor) => response,
        // A client that has only ended its own side cannot be told from one that has gone. Neither is answered: an
        // answer that nobody reads would take messages with it, which otherwise wait for the next poll.
        () = reader.gone(stream), if handler.may_hold(&request) => return Ok(Reply::None),
    };
    drop(work);
    let afterwards =
        if request.keeps_alive() && !response.closes() { Afterwards::KeepAlive } else { Afterwards::Close };
    let bytes = response.to_bytes(request.method == Method::HEAD, afterwards);
    match answers.charge_bytes(visitor.peer.ip(), bytes.len()) {
        Some(charge) => Ok(Reply::Old(bytes, afterwards, Some(charge))),
        None => Ok(Reply::None),
    }
}

/// The client of a request, the length of its body, and its places in the counts.
fn admit<H: Handler>(
    request: &Request<'_>,
    handler: &H,
    connected: &Visitor,
) -> Result<(Visitor, usize, Counted), Response> {
    // Refused by its announced length: nothing of the body has been read, and no place has been taken.
    let most = handler.longest_body(request);
    let length = usize::try_from(request.length).ok().filter(|length| *length <= most);
    let length = length.ok_or_else(Response::too_much)?;
    let entrance = handler.entrance();
    let mut visitor = connected.clone();
    visitor.asks(request, handler.setting(), |address| entrance.trusts(address));
    entrance.let_in(&visitor)?;
    let counted = entrance.count(&visitor)?;
    let room = entrance.make_room(length, &visitor)?;
    Ok((visitor, length, (counted, room)))
}

/// An answer before the request has been understood, or its body read. The connection ends: the next request would
/// begin somewhere in the bytes of this one.
fn refused(response: &Response) -> Reply {
    Reply::Old(response.to_bytes(false, Afterwards::Close), Afterwards::Close, None)
}

/// The inner error is the answer to send: it takes too long, or another body has got its place.
async fn read_body<S>(
    stream: &mut S,
    reader: &mut Reader,
    request: &Request<'_>,
    (length, upload): (usize, &mut Option<Upload>),
) -> io::Result<Result<Zeroizing<Vec<u8>>, Response>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    // A client with bytes of the body on their way already does not wait for leave to send it.
    let expects = request.header("Expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue"));
    if expects && request.version == Some(Version::Http11) && reader.is_empty() {
        send(stream, b"HTTP/1.1 100 Continue\r\n\r\n").await?;
    }
    // Two limits: all of the body at a telephone line's pace, and no silence of ten seconds within it.
    let body = timeout(deadlines::of_body(request.length), reader.body(stream, length, BODY));
    let body = tokio::select! {
        body = body => body,
        () = displaced(upload.as_ref()) => return Ok(Err(too_many_files())),
    };
    if let Some(upload) = upload {
        upload.is_whole();
    }
    match body {
        // The reader's own limit, as an error of the stream.
        Ok(Err(error)) if error.kind() == io::ErrorKind::TimedOut => Ok(Err(Response::too_slow())),
        Ok(body) => body.map(Ok),
        Err(_) => Ok(Err(Response::too_slow())),
    }
}

async fn send(stream: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<()> {
    let write = async {
        stream.write_all(bytes).await?;
        stream.flush().await
    };
    timeout(deadlines::of_answer(u64::try_from(bytes.len()).unwrap_or(u64::MAX)), write).await?
}

/// Ends the connection after the last answer, and lets that arrive.
async fn say_goodbye<S>(stream: &mut S) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    // First our end of the stream, so that the client sees the end of the answer; then its rest is read.
    timeout(ANSWER, stream.shutdown()).await??;
    let mut sink = tokio::io::sink();
    // With a buffer of its own size: the usual one has 8 KiB, and an address that is refused has many of these at once.
    let mut rest = BufReader::with_capacity(DRAIN_BUFFER, stream.take(DRAIN_BYTES));
    // The answer is out: no failure from here on concerns it.
    let _ = timeout(DRAIN, tokio::io::copy_buf(&mut rest, &mut sink)).await;
    Ok(())
}

fn no_request() -> Response {
    // Mostly a TLS hello: its first byte, 22, is no letter.
    let text = "This is no HTTP request. If it was meant for HTTPS, that is another port.";
    Response::text(StatusCode::BAD_REQUEST, text)
}

fn too_long() -> Response {
    let text = "The request's head is longer than 16 KiB.";
    Response::text(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, text)
}
