//! The queue of commands to a switchboard.

use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use msnp::Dialect;
use msnp::command::{SwitchboardRequest, out};
use msnp::wire::EncodeFor;
use parking_lot::Mutex;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::Notify;

use super::Switchboard;

/// More than this waits only when the service does not read at all: the window and the answers
/// that texts wait for keep the queue far shorter. Then the connection is given up.
const LIMIT: usize = 1024 * 1024;
/// A buffer that has grown beyond this is not kept.
const KEPT: usize = 256 * 1024;

/// The time that an orderly end may take.
const FAREWELL: Duration = Duration::from_secs(5);

/// Commands, written one behind the other into one buffer that the writing task swaps for an empty
/// one. Nothing is allocated for a packet.
pub(super) struct Outbox {
    dialect: Dialect,
    inner: Mutex<Inner>,
    wake: Notify,
}

#[derive(Default)]
struct Inner {
    buffer: BytesMut,
    phase: Phase,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Phase {
    #[default]
    Open,
    /// Closed for commands; after the queued ones the connection ends.
    Finishing,
    /// The writing has ended.
    Abandoned,
}

impl Outbox {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self { dialect, inner: Mutex::default(), wake: Notify::new() }
    }

    /// Adds a command. `false` after the end, or when too much waits.
    pub(super) fn push(&self, request: &SwitchboardRequest) -> bool {
        self.append(|buffer| request.encode_for(self.dialect, buffer))
    }

    /// Adds the bytes that `write` writes.
    pub(super) fn append(&self, write: impl FnOnce(&mut BytesMut)) -> bool {
        let mut inner = self.inner.lock();
        if inner.phase != Phase::Open {
            return false;
        }
        let was_empty = inner.buffer.is_empty();
        write(&mut inner.buffer);
        if inner.buffer.len() > LIMIT {
            tracing::debug!("the switchboard does not read");
            // The commands that wait are given up with the connection: `take` ends before it writes them.
            inner.phase = Phase::Abandoned;
        }
        let fits = inner.phase == Phase::Open;
        drop(inner);
        // A buffer that was not empty has woken the task already; it takes all of it at once.
        if was_empty || !fits {
            self.wake.notify_one();
        }
        fits
    }

    /// `OUT`, and nothing after it.
    pub(super) fn finish(&self) {
        if self.push(&SwitchboardRequest::Out(out::Request)) {
            // After the push: `push` takes nothing in any other phase than `Open`.
            self.inner.lock().phase = Phase::Finishing;
            self.wake.notify_one();
        }
    }

    pub(super) fn is_finishing(&self) -> bool {
        self.inner.lock().phase != Phase::Open
    }

    pub(super) fn abandon(&self) {
        self.inner.lock().phase = Phase::Abandoned;
        self.wake.notify_one();
    }

    /// Waits for commands, and puts them into the empty `batch`. `false` at the end.
    async fn take(&self, batch: &mut BytesMut) -> bool {
        loop {
            {
                let mut inner = self.inner.lock();
                match inner.phase {
                    Phase::Abandoned => return false,
                    Phase::Finishing if inner.buffer.is_empty() => return false,
                    _ if !inner.buffer.is_empty() => {
                        // The two buffers change places, so that writing needs no lock and neither is allocated anew.
                        std::mem::swap(&mut inner.buffer, batch);
                        return true;
                    }
                    _ => {}
                }
            }
            self.wake.notified().await;
        }
    }
}

/// Writes until the end of the connection.
pub(super) async fn write<W: AsyncWrite + Unpin>(board: Arc<Switchboard>, mut writer: W) {
    let mut batch = BytesMut::new();
    let closed = board.closed();
    tokio::pin!(closed);
    while board.outbox.take(&mut batch).await {
        let written = tokio::select! {
            written = write_batch(&mut writer, &mut batch) => written,
            // A write can hang for as long as the service does not read.
            () = &mut closed => break,
        };
        if let Err(error) = written {
            tracing::debug!(%error, "a switchboard cannot be written to");
            break;
        }
        if batch.capacity() > KEPT {
            batch = BytesMut::new();
        }
    }
    board.end();
    // The other side sees the end anyway when the connection is dropped.
    let _ = tokio::time::timeout(FAREWELL, writer.shutdown()).await;
}

async fn write_batch<W: AsyncWrite + Unpin>(writer: &mut W, batch: &mut BytesMut) -> std::io::Result<()> {
    writer.write_all(batch).await?;
    batch.clear();
    writer.flush().await
}
