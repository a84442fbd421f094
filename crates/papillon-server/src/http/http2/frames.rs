//! The frames of a client on their way to hyper: a frame that is not whole, and a head in several frames that does not
//! end, are charged, because hyper keeps them before there is a request to charge.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::http::charged::Buffers;

/// The bytes of a client before its first frame (RFC 9113, section 3.4).
const PREFACE: usize = 24;
/// The bytes of a frame before its payload (section 4.1).
const FRAME_HEAD: usize = 9;
const HEADERS: u8 = 1;
const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 4;
/// A frame up to this length, in bytes, fits into the buffer that every connection has.
const SMALL: usize = 1024;
/// The memory of a head in several frames, in bytes, until it has ended: hyper takes five of 16 KiB more for it, copies
/// them, and has made headers of them, which are many when they are empty.
const OPEN_HEAD: usize = 192 * 1024;

/// See the module. Reading fails when the client's address has no memory left.
pub(super) struct Frames<S> {
    stream: S,
    charged: Buffers,
    place: Place,
    /// Whether a head has begun that has not ended with its last frame.
    is_head_open: bool,
}

/// The place of the next byte.
enum Place {
    /// Within the head of a frame: so many bytes of it have been read.
    Head([u8; FRAME_HEAD], usize),
    /// Within a payload: so many bytes are left.
    Payload(usize),
}

impl<S> Frames<S> {
    pub(super) fn new(stream: S, charged: Buffers) -> Self {
        Self { stream, charged, place: Place::Payload(PREFACE), is_head_open: false }
    }

    /// Follows bytes that have been read.
    ///
    /// # Errors
    /// When there is no memory left for what they begin.
    fn follow(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match &mut self.place {
                Place::Payload(left) => {
                    let count = bytes.len().min(*left);
                    *left -= count;
                    bytes = &bytes[count..];
                    if *left == 0 {
                        self.payload_ends();
                    }
                }
                Place::Head(head, filled) => {
                    let count = bytes.len().min(FRAME_HEAD - *filled);
                    head[*filled..*filled + count].copy_from_slice(&bytes[..count]);
                    *filled += count;
                    bytes = &bytes[count..];
                    if *filled == FRAME_HEAD {
                        let head = *head;
                        self.frame_begins(head)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn frame_begins(&mut self, [high, middle, low, kind, flags, ..]: [u8; FRAME_HEAD]) -> io::Result<()> {
        let length = usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low);
        let is_of_head = matches!(kind, HEADERS | CONTINUATION);
        let was_open = self.is_head_open;
        if is_of_head {
            self.is_head_open = flags & END_HEADERS == 0;
        }
        if !was_open && self.is_head_open {
            self.charged.grow(OPEN_HEAD)?;
        } else if !was_open && length > SMALL {
            self.charged.grow(length)?;
        }
        self.place = Place::Payload(length);
        if length == 0 {
            self.payload_ends();
        }
        Ok(())
    }

    fn payload_ends(&mut self) {
        self.place = Place::Head([0; FRAME_HEAD], 0);
        if !self.is_head_open {
            self.charged.shrink();
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Frames<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        Poll::Ready(self.follow(&buffer.filled()[before..]))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Frames<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
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
    use std::net::IpAddr;
    use std::sync::Arc;

    use super::*;
    use crate::delivery::{Memory, MemoryLimits};
    use crate::http::charged::AnswerMemory;

    const CLIENT: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const DATA: u8 = 0;

    fn frame(kind: u8, flags: u8, length: usize) -> Vec<u8> {
        let [.., high, middle, low] = length.to_be_bytes();
        [&[high, middle, low, kind, flags, 0, 0, 0, 1][..], &vec![0; length]].concat()
    }

    /// The bytes that are charged after each of these pieces, or `None` when there is no memory for it.
    fn charged(pieces: &[&[u8]]) -> Vec<Option<usize>> {
        let memory = Memory::new(MemoryLimits { all: usize::MAX, address: OPEN_HEAD, account: 0 });
        let answers = AnswerMemory { memory: Arc::clone(&memory), refusals: Arc::default() };
        let mut frames = Frames::new((), Buffers::new(&answers, Some(CLIENT)));
        frames.follow(&[0; PREFACE]).expect("a preface takes nothing");
        pieces.iter().map(|piece| frames.follow(piece).ok().map(|()| memory.charged())).collect()
    }

    #[test]
    fn a_large_frame_is_charged_until_it_is_whole() {
        let (large, small) = (frame(DATA, 0, 5_000), frame(HEADERS, END_HEADERS, 900));
        let pieces =
            [&large[..8], &large[8..9], &large[9..5_008], &large[5_008..], &small[..500], &small[500..]];
        assert_eq!(charged(&pieces), [0, 5_000, 5_000, 0, 0, 0].map(Some));
    }

    #[test]
    fn a_head_in_several_frames_is_charged_until_it_ends() {
        let (begin, more, end) =
            (frame(HEADERS, 0, 40), frame(CONTINUATION, 0, 0), frame(CONTINUATION, END_HEADERS, 9));
        let whole = frame(HEADERS, END_HEADERS, 40);
        let pieces = [&begin[..], &more[..], &end[..17], &end[17..], &whole[..]];
        assert_eq!(charged(&pieces), [OPEN_HEAD, OPEN_HEAD, OPEN_HEAD, 0, 0].map(Some));
    }

    #[test]
    fn bytes_of_one_read_are_followed_frame_by_frame() {
        let all = [frame(HEADERS, 0, 2_000), frame(CONTINUATION, END_HEADERS, 2_000), frame(DATA, 0, 2_000)]
            .concat();
        assert_eq!(charged(&[&all[..all.len() - 1]]), [Some(2_000)]);
    }

    #[test]
    fn the_connection_ends_where_there_is_no_memory() {
        let memory = Memory::new(MemoryLimits { all: usize::MAX, address: OPEN_HEAD - 1, account: 0 });
        let answers = AnswerMemory { memory: Arc::clone(&memory), refusals: Arc::default() };
        let mut frames = Frames::new((), Buffers::new(&answers, Some(CLIENT)));
        let bytes = [vec![0; PREFACE], frame(HEADERS, 0, 40)].concat();
        assert!(frames.follow(&bytes).is_err());
        drop(frames);
        assert_eq!(memory.charged(), 0);
    }
}
