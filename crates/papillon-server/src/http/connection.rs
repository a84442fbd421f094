//! One request and its answer, on whatever carries bytes.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::request::{self, MAX_HEAD, Method, Request};
use super::response::{Response, Status};
use super::routes::{Site, Visitor};

/// From the beginning of the connection to the end of the request's head.
const HEAD: Duration = Duration::from_secs(10);
/// For the client to take the answer.
const ANSWER: Duration = Duration::from_secs(10);
/// How long, and how much, is read after the answer. Closing on bytes that were not read makes
/// the system send a reset, and the reset can overtake the answer.
const DRAIN: Duration = Duration::from_secs(2);
const DRAIN_BYTES: u64 = 256 * 1024;

/// Reads a request, answers it and closes the connection in order: in TLS with a close_notify.
///
/// # Errors
/// When the connection fails. A client that says nothing is not an error.
pub(super) async fn converse<S>(mut stream: S, site: &Site, visitor: &Visitor) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    // Of its final size at once: growing would leave copies of a password behind.
    let mut buffer = Zeroizing::new(vec![0; MAX_HEAD]);
    let head = match timeout(HEAD, read_head(&mut stream, &mut buffer)).await {
        Ok(head) => head?,
        Err(_) => Head::Refused(Response::text(Status::RequestTimeout, "The request took too long.")),
    };
    let (response, head_only) = match head {
        Head::Nothing => return stream.shutdown().await,
        Head::Refused(response) => (response, false),
        Head::Read(head) => match Request::parse(head) {
            Ok(request) => (site.answer(&request, visitor).await, request.method == Method::Head),
            Err(response) => (response, false),
        },
    };
    let bytes = response.to_bytes(head_only);
    let send = async {
        stream.write_all(&bytes).await?;
        stream.flush().await?;
        stream.shutdown().await
    };
    timeout(ANSWER, send).await??;
    let mut sink = tokio::io::sink();
    let mut rest = stream.take(DRAIN_BYTES);
    // Whatever happens now, the answer is out.
    let _ = timeout(DRAIN, tokio::io::copy(&mut rest, &mut sink)).await;
    Ok(())
}

/// What came of waiting for a request.
enum Head<'a> {
    /// The client left without a word.
    Nothing,
    Read(&'a [u8]),
    Refused(Response),
}

async fn read_head<'a, S>(stream: &mut S, buffer: &'a mut [u8]) -> io::Result<Head<'a>>
where
    S: AsyncRead + Unpin,
{
    let mut filled = 0;
    let range = loop {
        let read = stream.read(&mut buffer[filled..]).await?;
        filled += read;
        let bytes = &buffer[..filled];
        let Some(start) = bytes.iter().position(|byte| !b"\r\n".contains(byte)) else {
            match read {
                0 if filled < buffer.len() => return Ok(Head::Nothing),
                0 => return Ok(too_long()),
                _ => continue,
            }
        };
        if !bytes[start].is_ascii_alphabetic() {
            // Mostly a TLS hello.
            let text = "This is no HTTP request. If it was meant for HTTPS, that is another port.";
            return Ok(Head::Refused(Response::text(Status::BadRequest, text)));
        }
        if let Some(head) = request::head(bytes) {
            break start..start + head.len();
        }
        if read == 0 {
            if filled == buffer.len() {
                return Ok(too_long());
            }
            // HTTP/0.9 knows no empty line. What else ends here is refused by the parser.
            break start..filled;
        }
    };
    Ok(Head::Read(&buffer[range]))
}

fn too_long() -> Head<'static> {
    Head::Refused(Response::text(Status::HeaderFieldsTooLarge, "The request is longer than 16 KiB."))
}

#[cfg(test)]
mod tests;
