//! One connection to the service, as its client sees it.

use bytes::BytesMut;
use msnp::Dialect;
use msnp::command::{NotificationEvent, SwitchboardEvent};
use msnp::wire::{Decoder, Frame, Limits, Stream};
use papillon_server::fuzzing::{Line, World};

/// A connection, and the requests that wait for an answer on it.
pub struct Connection {
    line: Line,
    stream: Stream,
    pub dialect: Dialect,
    transaction: u32,
    /// The requests without an answer yet.
    open: Vec<u32>,
    /// Bytes have been sent that may take the next request for a payload.
    is_blurred: bool,
    pub is_over: bool,
}

impl Connection {
    /// To the notification server or the switchboard.
    pub fn new(world: &World, stream: Stream, dialect: Dialect) -> Self {
        let line = world.connect();
        Self { line, stream, dialect, transaction: 0, open: Vec::new(), is_blurred: false, is_over: false }
    }

    /// The number of the next request.
    pub fn number(&mut self) -> u32 {
        self.transaction += 1;
        self.transaction
    }

    /// Sends a request that the service has to answer with its number, now or when somebody has taken something.
    pub fn ask(&mut self, bytes: &[u8]) {
        self.open.push(self.transaction);
        self.line.bring(bytes);
    }

    /// Sends bytes of which nothing has to come.
    pub fn send(&mut self, bytes: &[u8]) {
        self.line.bring(bytes);
    }

    /// Sends bytes after which nothing certain can be said of the next ones.
    pub fn blur(&mut self, bytes: &[u8]) {
        self.is_blurred = true;
        self.line.bring(bytes);
    }

    /// Takes the lines that wait: each can be read.
    pub fn take(&mut self) -> Vec<Frame> {
        let (bytes, is_over) = self.line.take();
        self.is_over |= is_over;
        let mut decoder = Decoder::new(self.stream, Limits::EVENTS);
        let (mut buffer, mut frames) = (BytesMut::from(&bytes[..]), Vec::new());
        while let Some(frame) = decoder.next(&mut buffer).expect("the service speaks the protocol") {
            let read = match self.stream {
                Stream::NotificationEvents => NotificationEvent::parse(&frame, self.dialect).map(drop),
                _ => SwitchboardEvent::parse(&frame, self.dialect).map(drop),
            };
            read.unwrap_or_else(|error| panic!("{error}: {:?}", String::from_utf8_lossy(frame.line())));
            if let Some(number) = word(&frame, 1).and_then(|word| word.parse().ok()) {
                self.open.retain(|open| *open != number);
            }
            frames.push(frame);
        }
        assert!(buffer.is_empty() && !decoder.is_inside_frame(), "a line is cut off");
        frames
    }

    /// Every request has been answered, or the connection is over.
    pub fn check(&self) {
        assert!(self.is_over || self.is_blurred || self.open.is_empty(), "no answer to {:?}", self.open);
    }

    /// The client is gone without a word.
    pub fn vanish(&mut self) {
        self.is_over = true;
        self.line.vanish();
    }
}

/// A word of a line.
pub fn word(frame: &Frame, at: usize) -> Option<&str> {
    std::str::from_utf8(frame.line()).ok()?.split_ascii_whitespace().nth(at)
}
