//! The reader of a connection, with the bytes that belong to no answered request.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::charged::Buffers;
use super::request::{self, MAX_HEAD};

/// The bytes of room that an idle connection keeps: most requests fit.
const SMALL: usize = 1024;

/// The bytes of a connection, as requests. Passwords are among them: bytes that are no longer needed are
/// overwritten.
pub(super) struct Reader {
    buffer: Zeroizing<Vec<u8>>,
    filled: usize,
    /// Charged before the buffer grows, for the head that is taken out of it as well.
    charged: Buffers,
}

/// The outcome of the wait for a request.
pub(super) enum Head {
    /// The client left without a word.
    Nothing,
    /// A whole head, or all there will ever be of it. It is not empty.
    Read(Zeroizing<Vec<u8>>),
    /// It begins as no request does.
    NoRequest,
    /// It does not end within 16 KiB.
    TooLong,
}

impl Reader {
    pub(super) fn new(charged: Buffers) -> Self {
        Self { buffer: Zeroizing::new(vec![0; SMALL]), filled: 0, charged }
    }

    /// Waits for the first byte of a request; `false` when the client has gone instead. The one before has been
    /// answered.
    pub(super) async fn begins(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> io::Result<bool> {
        if self.buffer.len() <= SMALL {
            self.charged.shrink();
        }
        Ok(self.filled > 0 || self.fill(stream).await? > 0)
    }

    /// The next request's head.
    pub(super) async fn head(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Head> {
        loop {
            // Read again from the beginning each time: it has at most 16 KiB.
            let bytes = &self.buffer[..self.filled];
            match bytes.iter().position(|byte| !b"\r\n".contains(byte)) {
                Some(start) if !bytes[start].is_ascii_alphabetic() => return Ok(Head::NoRequest),
                Some(start) => {
                    if let Some(head) = request::head(&bytes[start..]) {
                        return Ok(Head::Read(self.take(start, start + head.len())));
                    }
                }
                None => {}
            }
            if self.filled >= MAX_HEAD {
                return Ok(Head::TooLong);
            }
            if self.fill(stream).await? == 0 {
                // HTTP/0.9 knows no empty line. Any other request that ends here is refused by the parser.
                let start = self.buffer[..self.filled].iter().position(|byte| !b"\r\n".contains(byte));
                return Ok(start.map_or(Head::Nothing, |start| Head::Read(self.take(start, self.filled))));
            }
        }
    }

    /// A body of `length` bytes, which the caller has found not too many. `silence` is the longest time in which
    /// nothing of it comes.
    ///
    /// # Errors
    /// `UnexpectedEof` when the client ends before it is whole, `TimedOut` when it falls silent.
    pub(super) async fn body(
        &mut self,
        stream: &mut (impl AsyncRead + Unpin),
        length: usize,
        silence: Duration,
    ) -> io::Result<Zeroizing<Vec<u8>>> {
        let mut filled = self.filled.min(length);
        let mut body = self.take(0, filled);
        // An announcement alone gets no room: the buffer follows the bytes that have come, four times as much at a
        // time, so that copying costs no more than a third of the body.
        while filled < length {
            if filled == body.len() {
                grow(&mut body, (filled * 4).max(SMALL).min(length));
            }
            match timeout(silence, stream.read(&mut body[filled..])).await?? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => filled += read,
            }
        }
        Ok(body)
    }

    /// The bytes that have been read and belong to no request yet.
    pub(super) fn rest(&self) -> &[u8] {
        &self.buffer[..self.filled]
    }

    /// Whether something of the body is here already.
    pub(super) fn is_empty(&self) -> bool {
        self.filled == 0
    }

    /// Waits until the client has ended its side. Bytes that it sends meanwhile stay for later, up to 16 KiB; a client
    /// that sends more is not watched any longer.
    pub(super) async fn gone(&mut self, stream: &mut (impl AsyncRead + Unpin)) {
        while self.filled < MAX_HEAD {
            match self.fill(stream).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
        // The buffer is full, and to read more would mean to forget some: it does not count as gone.
        std::future::pending().await
    }

    /// Reads once, making room where there is none. No caller comes with `MAX_HEAD` bytes in the buffer: it would not
    /// grow, and a read into no room looks like the client's end.
    async fn fill(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> io::Result<usize> {
        if self.filled == self.buffer.len() {
            let to = (self.filled * 4).min(MAX_HEAD);
            self.charged.grow(2 * to)?;
            grow(&mut self.buffer, to);
        }
        let read = stream.read(&mut self.buffer[self.filled..]).await?;
        self.filled += read;
        Ok(read)
    }

    /// Takes out the bytes between the two places, and forgets those before.
    fn take(&mut self, start: usize, end: usize) -> Zeroizing<Vec<u8>> {
        // A new buffer for the rest: the old one may be large, and holds a password until it is wiped.
        let taken = Zeroizing::new(self.buffer[start..end].to_vec());
        let mut rest = Zeroizing::new(vec![0; (self.filled - end).max(SMALL)]);
        rest[..self.filled - end].copy_from_slice(&self.buffer[end..self.filled]);
        self.filled -= end;
        self.buffer = rest;
        taken
    }
}

/// Makes a buffer larger, and wipes the smaller one. A vector that grows by itself leaves its old bytes in memory.
fn grow(buffer: &mut Zeroizing<Vec<u8>>, to: usize) {
    let mut larger = Zeroizing::new(vec![0; to]);
    larger[..buffer.len()].copy_from_slice(buffer);
    *buffer = larger;
}
