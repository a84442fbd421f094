//! A connection whose client has to take its answers at the pace of a telephone line.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::deadlines;

/// See the module. Writing fails with `TimedOut` when the client is too slow.
pub(super) struct Paced<S> {
    stream: S,
    /// When the first byte was written that has not been flushed, and how many have been taken since.
    unflushed: Option<(Instant, u64)>,
    /// Set while the client takes nothing. Boxed, so that the usual connection does not carry the room for one.
    timer: Option<Pin<Box<Sleep>>>,
}

impl<S> Paced<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, unflushed: None, timer: None }
    }

    /// Waits no longer than the pace allows; bytes that have been `taken` give more time.
    fn pace<T>(
        &mut self,
        cx: &mut Context<'_>,
        outcome: Poll<io::Result<T>>,
        taken: impl Fn(&T) -> u64,
    ) -> Poll<io::Result<T>> {
        let (since, so_far) = self.unflushed.get_or_insert_with(|| (Instant::now(), 0));
        if let Poll::Ready(outcome) = outcome {
            // A new one next time: bytes that were taken have moved the deadline.
            self.timer = None;
            *so_far += outcome.as_ref().map_or(0, taken);
            return Poll::Ready(outcome);
        }
        let deadline = *since + deadlines::of_answer(*so_far);
        // Polled also for its wake-up: the stream wakes this task only when the client takes something.
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        timer.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // Not paced: the limits for requests are those of the reader, and for HTTP/2 of `read_body`.
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.pace(cx, outcome, |taken| u64::try_from(*taken).unwrap_or(u64::MAX))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(cx);
        let outcome = self.pace(cx, outcome, |()| 0);
        // All has been taken: the next answer has its time from its own beginning.
        if outcome.is_ready() {
            self.unflushed = None;
        }
        outcome
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.pace(cx, outcome, |()| 0)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_is_given_up() {
        let (_client, server) = tokio::io::duplex(8);
        let error = Paced::new(server).write_all(&[0; 100]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_client_gets_all_and_a_slower_one_does_not() {
        let outcome = async |every: Duration| {
            let (mut client, server) = tokio::io::duplex(1_000);
            let mut server = Paced::new(server);
            let read = async {
                let mut buffer = [0; 1_000];
                loop {
                    tokio::time::sleep(every).await;
                    if client.read(&mut buffer).await.unwrap() == 0 {
                        break;
                    }
                }
            };
            let write = async {
                let outcome = server.write_all(&[0; 100_000]).await;
                drop(server);
                outcome
            };
            tokio::join!(write, read).0.map_err(|error| error.kind())
        };
        assert_eq!(outcome(Duration::from_millis(400)).await, Ok(()));
        assert_eq!(outcome(Duration::from_secs(2)).await, Err(io::ErrorKind::TimedOut));
    }
}
