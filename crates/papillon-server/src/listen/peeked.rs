//! A connection whose beginning has been read before its server is known.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::BufMut;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use zeroize::Zeroizing;

/// This much is read at once.
const CHUNK: usize = 1024;

/// A connection whose first bytes can be looked at. The server of the connection reads them again.
#[derive(Debug)]
pub(crate) struct Peeked<S> {
    stream: S,
    /// The bytes that have been read, and the number of them that have been served. Zeroed when they are dropped: a
    /// request's password may be among them.
    read: Zeroizing<Vec<u8>>,
    served: usize,
    /// The most bytes that its server may still read.
    allowance: usize,
}

impl<S: AsyncRead + Unpin> Peeked<S> {
    /// A connection of which nothing has been read.
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, read: Zeroizing::default(), served: 0, allowance: usize::MAX }
    }

    /// Makes room for the bytes that will be read: where that is not exceeded, no copies are left in memory.
    pub(crate) fn make_room(&mut self, count: usize) {
        self.read.reserve_exact(count);
    }

    /// Reads until `decide` comes to a decision about the bytes that have been read and not been served. The caller
    /// sets the time limit.
    ///
    /// # Errors
    /// When the connection fails or ends before, or `most` bytes are not enough.
    pub(crate) async fn until<T>(
        &mut self,
        most: usize,
        mut decide: impl FnMut(&[u8]) -> Option<T>,
    ) -> io::Result<T> {
        loop {
            let beginning = self.read.get(self.served..).unwrap_or_default();
            if let Some(decision) = decide(beginning) {
                return Ok(decision);
            }
            let room = most.saturating_sub(beginning.len()).min(CHUNK);
            if room == 0 {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a beginning without end"));
            }
            if self.stream.read_buf(&mut (&mut *self.read).limit(room)).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// Lets the server of the connection read so many bytes from here on. Then reading fails.
    pub(crate) fn allow(&mut self, bytes: usize) {
        self.allowance = bytes;
    }

    /// Leaves out the next `count` bytes that have been read.
    pub(crate) fn skip(&mut self, count: usize) {
        self.serve(count);
    }

    /// The connection, and the bytes that have been read of it and not been served.
    pub(crate) fn into_parts(mut self) -> (S, Vec<u8>) {
        let rest = self.read.get(self.served..).unwrap_or_default().to_vec();
        self.read = Zeroizing::default();
        (self.stream, rest)
    }

    /// Reads more than was asked for, and keeps the rest: old TLS asks for the few bytes before each record
    /// alone, and its clients send three records at once.
    fn poll_read_ahead(&mut self, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut room = [MaybeUninit::uninit(); CHUNK];
        let mut chunk = ReadBuf::uninit(&mut room);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut chunk))?;
        let (now, later) = chunk.filled().split_at(chunk.filled().len().min(buffer.remaining()));
        buffer.put_slice(now);
        self.read.extend_from_slice(later);
        Poll::Ready(Ok(()))
    }

    fn serve(&mut self, count: usize) {
        self.served = self.served.saturating_add(count).min(self.read.len());
        // All is served: the connection holds no memory here from now on.
        if self.served == self.read.len() {
            (self.read, self.served) = (Zeroizing::default(), 0);
        }
    }
}

impl<S: AsyncRead + Unpin> Peeked<S> {
    fn poll_serve(&mut self, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let beginning = self.read.get(self.served..).unwrap_or_default();
        // A larger read gains nothing from reading ahead, and would be copied once more.
        if beginning.is_empty() && (1..CHUNK / 2).contains(&buffer.remaining()) {
            return self.poll_read_ahead(cx, buffer);
        }
        if beginning.is_empty() || buffer.remaining() == 0 {
            return Pin::new(&mut self.stream).poll_read(cx, buffer);
        }
        let count = beginning.len().min(buffer.remaining());
        buffer.put_slice(&beginning[..count]);
        self.serve(count);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Peeked<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(self.poll_serve(cx, buffer))?;
        let left = self.allowance.checked_sub(buffer.filled().len() - before);
        self.allowance =
            left.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a message without end"))?;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Peeked<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;

    /// Waits for this many bytes.
    fn at_least(count: usize) -> impl FnMut(&[u8]) -> Option<Vec<u8>> {
        move |bytes| (bytes.len() >= count).then(|| bytes.to_vec())
    }

    #[tokio::test]
    async fn what_was_looked_at_is_read_again() {
        let (mut there, here) = tokio::io::duplex(3);
        let writer = async {
            there.write_all(b"header and the rest").await.unwrap();
            there.shutdown().await.unwrap();
        };
        let reader = async {
            let mut opening = Peeked::new(here);
            assert!(opening.until(100, at_least(4)).await.unwrap().starts_with(b"head"));
            assert!(opening.until(100, at_least(8)).await.unwrap().starts_with(b"header a"));
            opening.skip(7);
            assert!(opening.until(100, at_least(1)).await.unwrap().starts_with(b"a"));
            let mut rest = String::new();
            opening.read_to_string(&mut rest).await.unwrap();
            assert_eq!(rest, "and the rest");
        };
        tokio::join!(writer, reader);
    }

    #[tokio::test]
    async fn small_reads_are_served_from_one_larger_one() {
        let (mut there, here) = tokio::io::duplex(64);
        there.write_all(b"0123456789").await.unwrap();
        let mut opening = Peeked::new(here);
        let mut bytes = [0; 5];
        opening.read_exact(&mut bytes[..2]).await.unwrap();
        assert_eq!((&bytes[..2], &opening.read[opening.served..]), (&b"01"[..], &b"23456789"[..]));
        opening.read_exact(&mut bytes).await.unwrap();
        assert_eq!(&bytes, b"23456");
        there.shutdown().await.unwrap();
        let mut rest = Vec::new();
        opening.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"789");
    }

    #[tokio::test]
    async fn no_more_is_served_than_is_allowed() {
        let (mut there, here) = tokio::io::duplex(64);
        there.write_all(b"0123456789").await.unwrap();
        let mut opening = Peeked::new(here);
        opening.until(100, at_least(2)).await.unwrap();
        opening.allow(6);
        let mut bytes = [0; 4];
        opening.read_exact(&mut bytes).await.unwrap();
        opening.allow(4);
        opening.read_exact(&mut bytes).await.unwrap();
        let error = opening.read_exact(&mut bytes[..2]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }

    #[tokio::test]
    async fn no_more_is_read_than_may_be() {
        let (mut there, here) = tokio::io::duplex(64);
        there.write_all(b"0123456789").await.unwrap();
        let mut opening = Peeked::new(here);
        opening.make_room(4);
        let room = opening.read.capacity();
        let error = opening.until(4, |_| None::<()>).await.unwrap_err();
        assert_eq!((error.kind(), opening.read.capacity()), (io::ErrorKind::InvalidData, room));
        there.shutdown().await.unwrap();
        let error = opening.until(20, |_| None::<()>).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
