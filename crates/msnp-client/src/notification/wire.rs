//! Events in, requests out.

use std::io;
use std::net::SocketAddr;

use bytes::BytesMut;
use msnp::TransactionId;
use msnp::command::{NotificationEvent, NotificationRequest};
use msnp::wire::{Decoder, Encode, Limits, Stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::transport::Connection;

/// A notification connection.
pub(crate) struct Wire {
    connection: Connection,
    decoder: Decoder,
    buffer: BytesMut,
    next: u32,
}

impl Wire {
    pub(crate) fn new(connection: Connection) -> Self {
        let decoder = Decoder::new(Stream::NotificationEvents, Limits::EVENTS);
        Self { connection, decoder, buffer: BytesMut::with_capacity(8192), next: 0 }
    }

    /// Our end; `None` over HTTP.
    pub(crate) fn local(&self) -> Option<SocketAddr> {
        self.connection.local
    }

    /// The next number for a request; 0 is the service's own.
    pub(crate) fn transaction(&mut self) -> TransactionId {
        self.next = self.next.checked_add(1).unwrap_or(1);
        TransactionId(self.next)
    }

    pub(crate) async fn send(&mut self, request: &NotificationRequest) -> io::Result<()> {
        let mut out = BytesMut::new();
        request.encode(&mut out);
        self.connection.writer.write_all(&out).await?;
        self.connection.writer.flush().await
    }

    /// The next event that can be read; `None` at the end. Cancel-safe.
    ///
    /// Fails when the connection does, or when it cannot be told where events begin.
    pub(crate) async fn next(&mut self) -> io::Result<Option<NotificationEvent>> {
        loop {
            while let Some(frame) = self.decoder.next(&mut self.buffer).map_err(io::Error::other)? {
                match NotificationEvent::parse(&frame) {
                    Ok(event) => return Ok(Some(event)),
                    // Without a reason, or with one of a later dialect: the end, all the same.
                    Err(_) if frame.verb() == b"OUT" => return Ok(None),
                    Err(error) => tracing::debug!(%error, "an event is ignored"),
                }
            }
            if self.connection.reader.read_buf(&mut self.buffer).await? == 0 {
                return Ok(None);
            }
        }
    }

    /// Says that nothing follows.
    pub(crate) async fn finish(&mut self) {
        // The other side may be gone.
        let _ = self.connection.writer.shutdown().await;
    }
}
