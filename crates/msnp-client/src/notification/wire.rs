//! The notification connection: events in, requests out.

use std::io;
use std::net::SocketAddr;

use bytes::BytesMut;
use msnp::command::{NotificationEvent, NotificationRequest};
use msnp::wire::{Decoder, EncodeFor, Limits, Stream};
use msnp::{Dialect, TransactionId};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::transport::Connection;

/// The most characters of an unreadable line that are kept for an error.
const MAX_QUOTED: usize = 60;

/// A notification connection.
pub(crate) struct Wire {
    connection: Connection,
    dialect: Dialect,
    decoder: Decoder,
    buffer: BytesMut,
    next: u32,
    /// The first line since the last event that is none.
    unreadable: Option<String>,
}

impl Wire {
    /// A connection that speaks this dialect.
    pub(crate) fn new(connection: Connection, dialect: Dialect) -> Self {
        let decoder = Decoder::new(Stream::NotificationEvents, Limits::EVENTS);
        Self {
            connection,
            dialect,
            decoder,
            buffer: BytesMut::with_capacity(8192),
            next: 0,
            unreadable: None,
        }
    }

    /// The beginning of the first line that came since the last event and is none: another protocol's, perhaps.
    pub(crate) fn unreadable(&self) -> Option<&str> {
        self.unreadable.as_deref()
    }

    /// Our end; `None` over HTTP.
    pub(crate) fn local(&self) -> Option<SocketAddr> {
        self.connection.local
    }

    /// The next number for a request; 0 is the service's own.
    pub(crate) fn transaction(&mut self) -> TransactionId {
        // After 2^32 it begins again.
        self.next = self.next.checked_add(1).unwrap_or(1);
        TransactionId(self.next)
    }

    pub(crate) async fn send(&mut self, request: &NotificationRequest) -> io::Result<()> {
        let mut out = BytesMut::new();
        request.encode_for(self.dialect, &mut out);
        self.connection.writer.write_all(&out).await?;
        self.connection.writer.flush().await
    }

    /// The next event that can be read; `None` at the end. Cancel-safe.
    ///
    /// Fails when the connection does, or when it cannot be told where events begin.
    pub(crate) async fn next(&mut self) -> io::Result<Option<NotificationEvent>> {
        loop {
            while let Some(frame) = self.decoder.next(&mut self.buffer).map_err(unreadable)? {
                match NotificationEvent::parse(&frame, self.dialect) {
                    Ok(event) => {
                        self.unreadable = None;
                        return Ok(Some(event));
                    }
                    // Without a reason, or with one of a later dialect: the end, all the same.
                    Err(_) if frame.verb() == b"OUT" => return Ok(None),
                    Err(error) => {
                        tracing::debug!(%error, "an event is ignored");
                        self.unreadable.get_or_insert_with(|| beginning(frame.line()));
                    }
                }
            }
            // Cancel-safe: `read_buf` takes bytes only when it completes, and `buffer` outlives a dropped call.
            if self.connection.reader.read_buf(&mut self.buffer).await? == 0 {
                return Ok(None);
            }
        }
    }

    /// Ends the writing side.
    pub(crate) async fn finish(&mut self) {
        // The other side may be gone.
        let _ = self.connection.writer.shutdown().await;
    }
}

/// As much of a line as fits into an error.
fn beginning(line: &[u8]) -> String {
    String::from_utf8_lossy(line).trim_ascii_end().chars().take(MAX_QUOTED).collect()
}

/// An error that [`crate::login::lost`] tells from one of the network.
fn unreadable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use msnp::command::{fln, out};

    use super::*;

    /// The outcome of these lines; the service sends nothing more, and does not close.
    async fn events(lines: &str) -> Vec<NotificationEvent> {
        let (ours, mut theirs) = tokio::io::duplex(1024);
        theirs.write_all(lines.as_bytes()).await.unwrap();
        let (reader, writer) = tokio::io::split(ours);
        let connection = Connection { reader: Box::new(reader), writer: Box::new(writer), local: None };
        let mut wire = Wire::new(connection, Dialect::NEWEST);
        let mut events = Vec::new();
        while let Some(event) = wire.next().await.unwrap() {
            events.push(event);
            if let Some(NotificationEvent::Out(_)) = events.last() {
                break;
            }
        }
        events
    }

    #[tokio::test]
    async fn a_goodbye_is_the_end_whatever_its_reason() {
        let gone = NotificationEvent::Fln(fln::Push { handle: "bob@example.com".parse().unwrap() });
        for goodbye in ["OUT", "OUT RCT 5"] {
            let lines = format!("XYZ 1\r\n\r\n\nFLN bob@example.com\r\n{goodbye}\r\n");
            assert_eq!(events(&lines).await, std::slice::from_ref(&gone), "{goodbye}");
        }
        let reason = out::Reason::ServerShuttingDown;
        assert_eq!(events("OUT SSD\r\n").await, [NotificationEvent::Out(out::Notice { reason })]);
    }
}
