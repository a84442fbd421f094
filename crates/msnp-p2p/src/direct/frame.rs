//! The frames of a direct connection: a length, little-endian, and as many bytes.

use bytes::{Buf, Bytes, BytesMut};

use super::DirectError;

/// Cuts frames from the front of a buffer. It keeps no bytes and allocates nothing: an announced
/// length is checked first and then waited for.
#[derive(Debug)]
pub struct FrameDecoder {
    limit: usize,
}

impl FrameDecoder {
    /// The longest frame in bytes: a header and what libpurple takes after it.
    pub const MAX_FRAME: usize = 48 + 8192;
    /// The longest frame of a handshake.
    pub const MAX_HANDSHAKE: usize = 48;

    /// For a connection that passed its handshake.
    pub const fn new() -> Self {
        Self::with_limit(Self::MAX_FRAME)
    }

    /// Takes frames up to this many bytes.
    pub const fn with_limit(limit: usize) -> Self {
        Self { limit }
    }

    /// Changes the limit for the frames that follow.
    pub const fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Takes the next frame, or `None` when more bytes are needed. Empty frames keep connections
    /// alive and are skipped.
    ///
    /// # Errors
    /// [`DirectError::TooLong`] when a frame is announced that is longer than the limit: the connection has
    /// to be closed.
    pub fn next(&mut self, buffer: &mut BytesMut) -> Result<Option<Bytes>, DirectError> {
        loop {
            let Some(length) = buffer.first_chunk().map(|length| u32::from_le_bytes(*length)) else {
                return Ok(None);
            };
            // Before the wait for its bytes: a length alone must not make the buffer grow.
            if length as usize > self.limit {
                return Err(DirectError::TooLong(length));
            }
            if length > 0 {
                let end = 4 + length as usize;
                if buffer.len() < end {
                    return Ok(None);
                }
                buffer.advance(4);
                return Ok(Some(buffer.split_to(length as usize).freeze()));
            }
            buffer.advance(4);
        }
    }
}

impl Default for FrameDecoder {
    fn default() -> Self {
        Self::new()
    }
}

/// The prefix of a frame of this many bytes.
pub const fn frame_prefix(length: usize) -> [u8; 4] {
    // No frame is longer than `MAX_FRAME`, so it fits.
    (length as u32).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(bytes: &[u8]) -> Result<Vec<Bytes>, DirectError> {
        let (mut decoder, mut buffer) = (FrameDecoder::new(), BytesMut::from(bytes));
        std::iter::from_fn(|| decoder.next(&mut buffer).transpose()).collect()
    }

    #[test]
    fn foo_is_a_frame_and_empty_ones_are_skipped() {
        let bytes = hex::decode("0000000004000000666f6f000000000001").unwrap();
        assert_eq!(frames(&bytes), Ok(vec![Bytes::from_static(b"foo\0")]));
    }

    #[test]
    fn lengths_are_refused_before_they_are_waited_for() {
        assert_eq!(frames(&[0xff; 4]), Err(DirectError::TooLong(u32::MAX)));
        assert_eq!(frames(&8241_u32.to_le_bytes()), Err(DirectError::TooLong(8241)));
        assert_eq!(frames(&8240_u32.to_le_bytes()), Ok(vec![]));
        let mut small = FrameDecoder::with_limit(FrameDecoder::MAX_HANDSHAKE);
        assert_eq!(small.next(&mut BytesMut::from(&[49, 0, 0, 0][..])), Err(DirectError::TooLong(49)));
    }

    proptest::proptest! {
        #[test]
        fn no_cut_changes_the_frames(bytes: Vec<u8>, cut: proptest::sample::Index) {
            let at = cut.index(bytes.len() + 1);
            let mut decoder = FrameDecoder::new();
            let mut buffer = BytesMut::new();
            let mut cut_frames = Vec::new();
            for part in [&bytes[..at], &bytes[at..]] {
                buffer.extend_from_slice(part);
                while let Ok(Some(frame)) = decoder.next(&mut buffer) {
                    cut_frames.push(frame);
                }
            }
            if let Ok(frames) = frames(&bytes) {
                proptest::prop_assert_eq!(frames, cut_frames);
            }
        }
    }

    #[test]
    fn the_limit_of_the_handshake_ends_with_it() {
        let frame = |length: u32| {
            BytesMut::from(&[&length.to_le_bytes()[..], &vec![7; length as usize]].concat()[..])
        };
        let mut decoder = FrameDecoder::with_limit(FrameDecoder::MAX_HANDSHAKE);
        assert_eq!(decoder.next(&mut frame(48)).unwrap().map(|frame| frame.len()), Some(48));
        assert_eq!(decoder.next(&mut frame(49)), Err(DirectError::TooLong(49)));
        decoder.set_limit(FrameDecoder::MAX_FRAME);
        assert_eq!(decoder.next(&mut frame(8240)).unwrap().map(|frame| frame.len()), Some(8240));
        assert_eq!(decoder.next(&mut frame(8241)), Err(DirectError::TooLong(8241)));
        assert_eq!(FrameDecoder::default().next(&mut frame(8241)), Err(DirectError::TooLong(8241)));
    }

    #[test]
    fn a_frame_is_waited_for_to_its_last_byte() {
        let mut buffer = BytesMut::from(&[3, 0, 0, 0, b'f', b'o'][..]);
        let mut decoder = FrameDecoder::new();
        assert_eq!((decoder.next(&mut buffer), buffer.len()), (Ok(None), 6));
        buffer.extend_from_slice(b"o!");
        assert_eq!(decoder.next(&mut buffer), Ok(Some(Bytes::from_static(b"foo"))));
        assert_eq!(buffer[..], b"!"[..]);
        assert_eq!(frame_prefix(0x1234), [0x34, 0x12, 0, 0]);
    }
}
