//! A connection in memory to a service that has sent everything already.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf, sink};
use tokio::runtime::{Builder, Runtime};

use crate::transport::Connection;

/// Bytes that come in segments and then end.
struct Said {
    bytes: Vec<u8>,
    read: usize,
    segment: usize,
}

impl AsyncRead for Said {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let rest = self.bytes.get(self.read..).unwrap_or_default();
        let count = rest.len().min(self.segment).min(buffer.remaining());
        buffer.put_slice(&rest[..count]);
        self.read += count;
        Poll::Ready(Ok(()))
    }
}

/// A service that says this, so many bytes at a time, and hears nothing.
pub(super) fn connection(bytes: &[u8], segment: usize) -> Connection {
    let said = Said { bytes: bytes.to_vec(), read: 0, segment: segment.max(1) };
    Connection { reader: Box::new(said), writer: Box::new(sink()), local: None }
}

thread_local! {
    static RUNTIME: RefCell<Runtime> = RefCell::new(
        Builder::new_current_thread().enable_time().build().expect("a runtime without sockets can be made"),
    );
}

/// Runs on a runtime of this thread that has a clock and no sockets.
pub(super) fn block_on<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.with_borrow(|runtime| runtime.block_on(future))
}
