//! Requests and their answers, one after another, on whatever carries bytes.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::reader::{Head, Reader};
use super::request::{Request, Version};
use super::response::{Afterwards, Response};
use super::visitor::Visitor;
use crate::site::Site;

/// From its first byte to the end of a request's head; and from the beginning of a connection to its first request.
const HEAD: Duration = Duration::from_secs(10);
/// A connection on which nothing more is asked ends after this.
const IDLE: Duration = Duration::from_secs(30);
/// For the next bytes of a body; for all of it, so much more for each of them: a telephone line's pace.
const BODY: Duration = Duration::from_secs(10);
const BODY_BYTES_PER_SECOND: u64 = 2_000;
/// For the client to take an answer, and for each of its bytes.
const ANSWER: Duration = Duration::from_secs(10);
/// How long, and how much, is read after the last answer. Closing on bytes that were not read makes
/// the system send a reset, and the reset can overtake the answer.
const DRAIN: Duration = Duration::from_secs(2);
const DRAIN_BYTES: u64 = 256 * 1024;

/// Answers requests until one of the two sides ends the connection, and closes it in order: in TLS
/// with a close_notify.
///
/// # Errors
/// When the connection fails. A client that says nothing is not an error.
pub(super) async fn converse<S>(mut stream: S, site: &Site, visitor: &Visitor) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut reader = Reader::new();
    let mut patience = HEAD;
    let mut closing = site.closing.subscribe();
    loop {
        let begins = tokio::select! {
            biased;
            begins = timeout(patience, reader.begins(&mut stream)) => begins,
            () = over(&mut closing) => return stream.shutdown().await,
        };
        let begins = match begins {
            Ok(begins) => begins?,
            Err(_) if patience == HEAD => {
                return say_goodbye(&mut stream, &too_slow().to_bytes(false, Afterwards::Close)).await;
            }
            Err(_) => false,
        };
        if !begins {
            return stream.shutdown().await;
        }
        let Some((bytes, afterwards)) = exchange(&mut stream, &mut reader, site, visitor).await? else {
            return stream.shutdown().await;
        };
        if afterwards == Afterwards::Close {
            return say_goodbye(&mut stream, &bytes).await;
        }
        send(&mut stream, &bytes).await?;
        patience = IDLE;
    }
}

/// Waits until nothing more is to be asked.
async fn over(closing: &mut watch::Receiver<bool>) {
    // A site that is gone is over as well.
    let _ = closing.wait_for(|closing| *closing).await;
}

/// Reads a request and makes its answer; `None` when the client has gone.
async fn exchange<S>(
    stream: &mut S,
    reader: &mut Reader,
    site: &Site,
    visitor: &Visitor,
) -> io::Result<Option<(Zeroizing<Vec<u8>>, Afterwards)>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let refused =
        |response: Response| Ok(Some((response.to_bytes(false, Afterwards::Close), Afterwards::Close)));
    let head = match timeout(HEAD, reader.head(stream)).await {
        Ok(head) => head?,
        Err(_) => return refused(too_slow()),
    };
    let head = match head {
        Head::Nothing => return Ok(None),
        Head::NoRequest => return refused(no_request()),
        Head::TooLong => return refused(too_long()),
        Head::Read(head) => head,
    };
    let mut request = match Request::parse(&head) {
        Ok(request) => request,
        Err(response) => return refused(response),
    };
    let Some(length) = usize::try_from(request.length).ok().filter(|length| *length <= Site::most(&request))
    else {
        let text = "Nothing here takes that much.";
        return refused(Response::text(StatusCode::PAYLOAD_TOO_LARGE, text));
    };
    let visitor = site.visitor(&request, visitor);
    let _counted = match site.count(&visitor) {
        Ok(counted) => counted,
        Err(response) => return refused(response),
    };
    let _room = match site.make_room(length, &visitor) {
        Ok(room) => room,
        Err(response) => return refused(response),
    };
    if length > 0 {
        match read_body(stream, reader, &request, length).await? {
            Some(body) => request.body = Bytes::from_owner(body),
            None => return refused(too_slow()),
        }
    }
    let response = tokio::select! {
        biased;
        response = site.answer(&request, &visitor) => response,
        // A client that has only ended its own side cannot be told from one that has gone. Neither is answered: an
        // answer that nobody reads would take messages with it, which otherwise wait for the next poll.
        () = reader.gone(stream), if Site::may_hold(&request) => return Ok(None),
    };
    let afterwards =
        if request.keeps_alive() && !response.closes() { Afterwards::KeepAlive } else { Afterwards::Close };
    Ok(Some((response.to_bytes(request.method == Method::HEAD, afterwards), afterwards)))
}

/// `None` when it takes too long.
async fn read_body<S>(
    stream: &mut S,
    reader: &mut Reader,
    request: &Request<'_>,
    length: usize,
) -> io::Result<Option<Zeroizing<Vec<u8>>>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let expects = request.header("Expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue"));
    if expects && request.version == Some(Version::Http11) && reader.is_empty() {
        send(stream, b"HTTP/1.1 100 Continue\r\n\r\n").await?;
    }
    let patience = BODY + Duration::from_secs(request.length / BODY_BYTES_PER_SECOND);
    match timeout(patience, reader.body(stream, length, BODY)).await {
        Ok(Err(error)) if error.kind() == io::ErrorKind::TimedOut => Ok(None),
        Ok(body) => body.map(Some),
        Err(_) => Ok(None),
    }
}

async fn send(stream: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<()> {
    let seconds = u64::try_from(bytes.len()).unwrap_or(u64::MAX) / BODY_BYTES_PER_SECOND;
    let write = async {
        stream.write_all(bytes).await?;
        stream.flush().await
    };
    timeout(ANSWER + Duration::from_secs(seconds), write).await?
}

/// Sends the last answer, and lets it arrive.
async fn say_goodbye<S>(stream: &mut S, bytes: &[u8]) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    send(stream, bytes).await?;
    timeout(ANSWER, stream.shutdown()).await??;
    let mut sink = tokio::io::sink();
    let mut rest = stream.take(DRAIN_BYTES);
    // Whatever happens now, the answer is out.
    let _ = timeout(DRAIN, tokio::io::copy(&mut rest, &mut sink)).await;
    Ok(())
}

fn too_slow() -> Response {
    Response::text(StatusCode::REQUEST_TIMEOUT, "The request took too long.")
}

fn no_request() -> Response {
    // Mostly a TLS hello.
    let text = "This is no HTTP request. If it was meant for HTTPS, that is another port.";
    Response::text(StatusCode::BAD_REQUEST, text)
}

fn too_long() -> Response {
    let text = "The request's head is longer than 16 KiB.";
    Response::text(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, text)
}

#[cfg(test)]
mod tests;
