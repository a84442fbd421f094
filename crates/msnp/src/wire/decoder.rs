//! The decoder, which cuts frames from a stream.

use bytes::{Buf, Bytes, BytesMut};

use super::frame::{Frame, verb_of};
use super::is_blank;
use crate::command::{NotificationEvent, NotificationRequest, SwitchboardEvent, SwitchboardRequest};
use crate::numbers::decimal;

/// The stream to read. The table of its commands says which verbs carry a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// The commands of a client to a notification server.
    NotificationRequests,
    /// The commands of a notification server to a client.
    NotificationEvents,
    /// The commands of a client to a switchboard.
    SwitchboardRequests,
    /// The commands of a switchboard to a client.
    SwitchboardEvents,
}

impl Stream {
    fn has_payload(self, verb: &[u8]) -> bool {
        match self {
            Self::NotificationRequests => NotificationRequest::has_payload(verb),
            Self::NotificationEvents => NotificationEvent::has_payload(verb),
            Self::SwitchboardRequests => SwitchboardRequest::has_payload(verb),
            Self::SwitchboardEvents => SwitchboardEvent::has_payload(verb),
        }
    }
}

/// The longest line and payload that are read, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest line, its terminator not counted.
    pub line: usize,
    /// The longest payload.
    pub payload: usize,
}

impl Limits {
    /// Before sign-in: all lines of a client are short then. The longest word is a ticket, at most 4096 bytes.
    pub const SIGN_IN: Self = Self { line: 8 * 1024, payload: 1664 };
    /// After sign-in. 1664 is the original switchboard's limit (HYP, *Switchboard Messages*).
    pub const SIGNED_IN: Self = Self { line: 16 * 1024, payload: 1664 };
    /// The limits of a client that reads from a service: the protocol does not limit payloads there.
    pub const EVENTS: Self = Self { line: 16 * 1024, payload: 64 * 1024 };
}

/// A stream that cannot be read any further: the frame boundaries are lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// A line is longer than the limit.
    #[error("a line is longer than {0} bytes")]
    LineTooLong(usize),
    /// A payload is longer than the limit.
    #[error("a payload is longer than {0} bytes")]
    PayloadTooLong(usize),
    /// The length of a payload is missing or not a number.
    #[error("the length of a payload is missing or not a number")]
    PayloadLength,
    /// Nothing but empty lines.
    #[error("more than {0} empty lines follow each other")]
    TooManyEmptyLines(u32),
}

/// The most empty lines between two commands. Some clients put one after a payload. A peer that sends only empty lines
/// is not a client.
const MOST_EMPTY_LINES: u32 = 256;

/// Cuts frames from the front of a buffer as they become complete. Empty lines, and lines of blanks only, are
/// skipped.
///
/// It keeps no bytes of its own and allocates nothing: it checks a length that a peer announces
/// against the limit, then waits for the bytes. The same stream gives the same frames however it is
/// cut into segments.
///
/// ```
/// use bytes::BytesMut;
/// use msnp::wire::{Decoder, Limits, Stream};
///
/// let mut decoder = Decoder::new(Stream::SwitchboardRequests, Limits::SIGNED_IN);
/// let mut buffer = BytesMut::from("MSG 4 A 6\r\nHel");
/// assert_eq!(decoder.next(&mut buffer)?, None, "three bytes are missing");
///
/// buffer.extend_from_slice(b"lo!OUT\r\n");
/// let message = decoder.next(&mut buffer)?.expect("it is complete");
/// assert_eq!(message.payload(), "Hello!");
/// assert_eq!(decoder.next(&mut buffer)?.expect("the next one").verb(), b"OUT");
/// # Ok::<(), msnp::wire::FrameError>(())
/// ```
#[derive(Debug)]
pub struct Decoder {
    stream: Stream,
    limits: Limits,
    /// The number of bytes at the front of the buffer that are known to hold no line end. A line that comes byte by
    /// byte is so searched once, not once for each byte.
    scanned: usize,
    /// The line whose payload is not complete yet, and the length of the payload. The line is off the buffer already:
    /// the line ends that a payload holds are never looked at.
    waiting: Option<(Bytes, usize)>,
    /// The empty lines since the last command.
    empty: u32,
    /// The number of frames taken.
    taken: u64,
}

impl Decoder {
    /// A decoder at the start of a stream.
    pub fn new(stream: Stream, limits: Limits) -> Self {
        Self { stream, limits, scanned: 0, waiting: None, empty: 0, taken: 0 }
    }

    /// Changes the stream and the limits from the next frame on.
    pub fn expect(&mut self, stream: Stream, limits: Limits) {
        self.stream = stream;
        self.limits = limits;
    }

    /// Whether a line has been taken whose payload has yet to come.
    pub fn is_inside_frame(&self) -> bool {
        self.waiting.is_some()
    }

    /// The number of frames taken so far. While it does not grow, the stream carries no command.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// Takes the next complete frame, or `None` when more bytes are needed.
    ///
    /// # Errors
    /// When a line or a payload is longer than the limits, the length of a payload cannot be read, or nothing
    /// comes but empty lines. The boundaries of frames are lost then: the connection has to be closed.
    pub fn next(&mut self, buffer: &mut BytesMut) -> Result<Option<Frame>, FrameError> {
        let (line, length) = match self.waiting.take() {
            Some(waiting) => waiting,
            None => {
                let Some(line) = self.take_command(buffer)? else { return Ok(None) };
                let length = self.payload_length(&line)?;
                (line, length)
            }
        };
        if buffer.len() < length {
            // Nothing is reserved for the payload: its length is only the peer's word.
            self.waiting = Some((line, length));
            return Ok(None);
        }
        self.taken += 1;
        let payload = if length == 0 { Bytes::new() } else { buffer.split_to(length).freeze() };
        Ok(Some(Frame { line, payload }))
    }

    /// Takes the next line that has something on it.
    fn take_command(&mut self, buffer: &mut BytesMut) -> Result<Option<Bytes>, FrameError> {
        while let Some(line) = self.take_line(buffer)? {
            if !verb_of(&line).is_empty() {
                self.empty = 0;
                return Ok(Some(line));
            }
            self.empty += 1;
            if self.empty > MOST_EMPTY_LINES {
                return Err(FrameError::TooManyEmptyLines(MOST_EMPTY_LINES));
            }
        }
        Ok(None)
    }

    fn take_line(&mut self, buffer: &mut BytesMut) -> Result<Option<Bytes>, FrameError> {
        let end = memchr::memchr(b'\n', &buffer[self.scanned..]).map(|at| at + self.scanned);
        // One byte more than the limit may be the CR of a line end that is still to come.
        if end.unwrap_or(buffer.len()) > self.limits.line + 1 {
            return Err(FrameError::LineTooLong(self.limits.line));
        }
        let Some(end) = end else {
            self.scanned = buffer.len();
            return Ok(None);
        };
        self.scanned = 0;
        let mut line = buffer.split_to(end).freeze();
        buffer.advance(1);
        // msnp.py ends lines with LF alone.
        if line.last() == Some(&b'\r') {
            line.truncate(line.len() - 1);
        }
        // Without a CR the byte beyond the limit was one of the line's own.
        if line.len() > self.limits.line {
            return Err(FrameError::LineTooLong(self.limits.line));
        }
        Ok(Some(line))
    }

    fn payload_length(&self, line: &[u8]) -> Result<usize, FrameError> {
        // An unknown verb counts as one without a payload. The server disconnects its sender, so no payload of it is ever
        // taken for commands; the client passes such a line over and reads on.
        if !self.stream.has_payload(verb_of(line)) {
            return Ok(0);
        }
        // From the end: the number of words before the length differs from form to form.
        let last = line.rsplit(|b| is_blank(*b)).find(|word| !word.is_empty());
        let length = last
            .and_then(|word| std::str::from_utf8(word).ok())
            .and_then(decimal)
            .ok_or(FrameError::PayloadLength)?;
        match usize::try_from(length) {
            Ok(length) if length <= self.limits.payload => Ok(length),
            _ => Err(FrameError::PayloadTooLong(self.limits.payload)),
        }
    }
}
