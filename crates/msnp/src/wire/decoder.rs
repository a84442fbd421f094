//! The decoder, which cuts frames from a stream.

use bytes::{Buf, Bytes, BytesMut};

use super::frame::{Frame, verb_of};
use super::is_blank;
use crate::command::msg::RequestRef;
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

    /// Takes the message at the front of `unread` as [`next`](Self::next) would, without a copy: its length in bytes is
    /// returned with it, and to be taken off by the caller. `None` when the next frame is another one, is not complete, or
    /// is for `next` to read.
    ///
    /// This is what a switchboard does most.
    pub fn next_message<'a>(&mut self, unread: &'a [u8]) -> Option<(RequestRef<'a>, usize)> {
        if self.stream != Stream::SwitchboardRequests || self.waiting.is_some() {
            return None;
        }
        let (message, length) = RequestRef::take(unread, self.limits.payload)?;
        let line = length - message.payload.len() - 2;
        if line > self.limits.line {
            return None;
        }
        (self.scanned, self.empty) = (0, 0);
        self.taken += 1;
        Some((message, length))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn all(decoder: &mut Decoder, text: &str) -> Result<Vec<Frame>, FrameError> {
        let mut buffer = BytesMut::from(text);
        std::iter::from_fn(|| decoder.next(&mut buffer).transpose()).collect()
    }

    #[test]
    fn the_limits_are_those_that_the_protocol_knows() {
        let all = [Limits::SIGN_IN, Limits::SIGNED_IN, Limits::EVENTS];
        assert_eq!(
            all.map(|limits| (limits.line, limits.payload)),
            [(8192, 1664), (16_384, 1664), (16_384, 65_536)]
        );
    }

    #[test]
    fn the_longest_line_is_taken_with_either_end() {
        let limits = Limits { line: 10, payload: 5 };
        let of = |text: &str| all(&mut Decoder::new(Stream::SwitchboardRequests, limits), text);
        for end in ["\r\n", "\n"] {
            assert_eq!(of(&format!("OUT 456789{end}")).map(|frames| frames.len()), Ok(1), "{end:?}");
            assert_eq!(of(&format!("OUT 4567890{end}")), Err(FrameError::LineTooLong(10)), "{end:?}");
        }
        assert_eq!(of("OUT 4567890"), Ok(vec![]), "its last byte may be a CR");
        assert_eq!(of("OUT 45678901"), Err(FrameError::LineTooLong(10)));
    }

    #[test]
    fn the_longest_payload_is_taken() {
        let limits = Limits { line: 20, payload: 5 };
        let of = |text: &str| all(&mut Decoder::new(Stream::SwitchboardRequests, limits), text);
        assert_eq!(of("MSG 1 A 5\r\nhello").map(|frames| frames[0].payload().clone()), Ok("hello".into()));
        assert_eq!(of("MSG 1 A 6\r\nhello!"), Err(FrameError::PayloadTooLong(5)));
        assert_eq!(of("MSG 1 A 99999999999\r\n"), Err(FrameError::PayloadLength));
        assert_eq!(of("MSG 1 A x\r\n"), Err(FrameError::PayloadLength));
    }

    #[test]
    fn so_many_empty_lines_are_passed_over_in_a_row() {
        let of = |text: &str| all(&mut Decoder::new(Stream::SwitchboardRequests, Limits::SIGNED_IN), text);
        let most = "\r\n".repeat(256);
        assert_eq!(of(&format!("{most}OUT\r\n{most}OUT\r\n")).map(|frames| frames.len()), Ok(2));
        assert_eq!(of(&format!("{most}\r\n")), Err(FrameError::TooManyEmptyLines(256)));
    }

    #[test]
    fn frames_are_counted_and_a_missing_payload_is_known() {
        let mut decoder = Decoder::new(Stream::SwitchboardRequests, Limits::SIGNED_IN);
        assert_eq!((decoder.taken(), decoder.is_inside_frame()), (0, false));
        let mut buffer = BytesMut::from("OUT\r\nOUT\r\nMSG 1 A 2\r\nh");
        while decoder.next(&mut buffer).unwrap().is_some() {}
        assert_eq!((decoder.taken(), decoder.is_inside_frame()), (2, true));
        buffer.extend_from_slice(b"i");
        assert!(decoder.next(&mut buffer).unwrap().is_some());
        assert_eq!((decoder.taken(), decoder.is_inside_frame()), (3, false));
    }

    #[test]
    fn another_stream_and_other_limits_hold_from_the_next_frame_on() {
        let mut decoder = Decoder::new(Stream::NotificationRequests, Limits { line: 20, payload: 1 });
        let mut buffer = BytesMut::from("MSG 1 A 2\r\nMSG 1 A 2\r\nhi");
        assert_eq!(decoder.next(&mut buffer).unwrap().map(|frame| frame.payload().len()), Some(0));
        decoder.expect(Stream::SwitchboardRequests, Limits { line: 20, payload: 2 });
        assert_eq!(decoder.next(&mut buffer).unwrap().map(|frame| frame.payload().len()), Some(2));
    }
}
