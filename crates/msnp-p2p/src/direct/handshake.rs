//! The handshake of a direct connection: `foo`, then a nonce that proves that the right peer connected.
//!
//! The nonce went through the conversation, whose members the service has authenticated. A stranger that finds the open port
//! does not know it.

use bytes::{BufMut, Bytes, BytesMut};
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;

use super::{DirectError, frame_prefix};
use crate::Guid;
use crate::packet::{Flags, Header};

/// The nonces that the two sides show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NonceRule {
    /// The listener's `Nonce`, shown by the connecting side and echoed (MSN Messenger 6 and 7).
    Plain(Guid),
    /// Each side shows its own secret, whose hash it had announced (later clients).
    Hashed {
        /// Ours.
        own: Guid,
        /// The hash of the peer's, from its `Hashed-Nonce`.
        announced_by_peer: Guid,
    },
}

impl NonceRule {
    const fn to_show(self) -> Guid {
        match self {
            Self::Plain(nonce) => nonce,
            Self::Hashed { own, .. } => own,
        }
    }

    /// Zeros are announced by a side that does not listen: they are never right.
    fn accepts(self, shown: Guid) -> bool {
        let (shown, wanted) = match self {
            Self::Plain(nonce) => (shown, nonce),
            // The peer shows the secret itself: only the holder of it could announce its hash.
            Self::Hashed { announced_by_peer, .. } => (hash_nonce(shown), announced_by_peer),
        };
        // In constant time: any stranger can reach the port, and a guess must not learn how many bytes are right.
        !wanted.is_zero() && bool::from(shown.0.ct_eq(&wanted.0))
    }
}

/// The value of `Hashed-Nonce` for a secret: the first 16 bytes of its SHA-1 (LP; SHARP's samples
/// agree).
pub fn hash_nonce(secret: Guid) -> Guid {
    let mut hash = [0; 16];
    hash.copy_from_slice(&Sha1::digest(secret.0)[..16]);
    Guid(hash)
}

/// The beginning of one connection.
///
/// ```
/// use bytes::BytesMut;
/// use msnp_p2p::Guid;
/// use msnp_p2p::direct::{FrameDecoder, Handshake, HandshakeStep, NonceRule};
///
/// let rule = NonceRule::Plain(Guid([7; 16]));
/// let (mut connector, mut listener) = (Handshake::connect(rule, 4096), Handshake::listen(rule, 4096));
///
/// let mut frames = FrameDecoder::new();
/// let mut wire = BytesMut::from(&connector.opening().expect("the connecting side begins")[..]);
/// let mut reply = None;
/// while let Some(frame) = frames.next(&mut wire)? {
///     if let HandshakeStep::Ready { reply: said } = listener.handle_frame(&frame)? {
///         reply = said;
///     }
/// }
/// let mut wire = BytesMut::from(&reply.expect("the listening side answers")[..]);
/// let frame = frames.next(&mut wire)?.expect("a whole frame");
/// assert_eq!(connector.handle_frame(&frame)?, HandshakeStep::Ready { reply: None });
/// # Ok::<(), msnp_p2p::direct::DirectError>(())
/// ```
#[derive(Debug)]
pub struct Handshake {
    rule: NonceRule,
    identifier: u32,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// As listener: `foo` has to come.
    Foo,
    /// As listener: the peer's nonce has to come.
    Nonce,
    /// As connector: the listener's nonce has to come.
    Echo,
}

/// The outcome of a frame of the handshake. The list is complete: a caller has to act on both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandshakeStep {
    /// More has to come.
    Wait,
    /// Packets may flow, after this reply.
    Ready {
        /// Bytes to write, with their length before them.
        reply: Option<Bytes>,
    },
}

impl Handshake {
    /// The side that connected.
    pub const fn connect(rule: NonceRule, identifier: u32) -> Self {
        Self { rule, identifier, stage: Stage::Echo }
    }

    /// The side that listened.
    pub const fn listen(rule: NonceRule, identifier: u32) -> Self {
        Self { rule, identifier, stage: Stage::Foo }
    }

    /// The first bytes of the connecting side; the other one writes nothing. Both frames go at once: a listener answers
    /// only the second (LP, SHARP).
    pub fn opening(&self) -> Option<Bytes> {
        let greeting = [&frame_prefix(4)[..], b"foo\0"].concat();
        (self.stage == Stage::Echo).then(|| [&greeting[..], &self.nonce_frame()].concat().into())
    }

    /// Takes a frame without its length.
    ///
    /// # Errors
    /// [`DirectError::Greeting`] when the frame is not the one that has to come; [`DirectError::Nonce`] when
    /// it shows another nonce. The connection has to be closed.
    pub fn handle_frame(&mut self, frame: &Bytes) -> Result<HandshakeStep, DirectError> {
        match self.stage {
            Stage::Foo if frame[..] == b"foo\0"[..] => {
                self.stage = Stage::Nonce;
                Ok(HandshakeStep::Wait)
            }
            Stage::Foo => Err(DirectError::Greeting),
            Stage::Nonce => {
                self.check(frame)?;
                Ok(HandshakeStep::Ready { reply: Some(self.nonce_frame()) })
            }
            Stage::Echo => {
                self.check(frame)?;
                Ok(HandshakeStep::Ready { reply: None })
            }
        }
    }

    fn check(&self, frame: &[u8]) -> Result<(), DirectError> {
        let header = Header::parse(frame).map_err(|_| DirectError::Greeting)?;
        if frame.len() != Header::LEN || !header.flags.contains(Flags::HANDSHAKE) {
            return Err(DirectError::Greeting);
        }
        // The frame is one header long, so its last 16 bytes are those from 32 on.
        let shown = frame.last_chunk().copied().map(Guid).ok_or(DirectError::Greeting)?;
        if self.rule.accepts(shown) { Ok(()) } else { Err(DirectError::Nonce) }
    }

    /// A header whose last 16 bytes are the nonce, in place of the fields at 32, 36 and 40. A GUID is written as Windows
    /// keeps it: its first three groups are little-endian.
    fn nonce_frame(&self) -> Bytes {
        let header = Header { identifier: self.identifier, flags: Flags::HANDSHAKE, ..Header::default() };
        let mut frame = BytesMut::with_capacity(4 + Header::LEN);
        frame.put_slice(&frame_prefix(Header::LEN));
        // In place of the three fields after byte 32.
        frame.put_slice(&header.to_bytes()[..32]);
        frame.put_slice(&self.rule.to_show().0);
        frame.freeze()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::direct::FrameDecoder;

    fn guid(text: &str) -> Guid {
        Guid::parse(text).unwrap()
    }

    /// Runs a handshake over a wire; returns the outcome of each side.
    fn meet(connector: NonceRule, listener: NonceRule) -> Result<(), DirectError> {
        let mut connector = Handshake::connect(connector, 7);
        let mut listener = Handshake::listen(listener, 9);
        assert_eq!(listener.opening(), None);
        let mut wire = BytesMut::from(&connector.opening().unwrap()[..]);
        let mut decoder = FrameDecoder::with_limit(FrameDecoder::MAX_HANDSHAKE);
        let greeting = decoder.next(&mut wire)?.unwrap();
        assert_eq!(listener.handle_frame(&greeting)?, HandshakeStep::Wait);
        let nonce = decoder.next(&mut wire)?.unwrap();
        let HandshakeStep::Ready { reply: Some(reply) } = listener.handle_frame(&nonce)? else { panic!() };
        let step = connector.handle_frame(&reply.slice(4..))?;
        assert_eq!(step, HandshakeStep::Ready { reply: None });
        Ok(())
    }

    #[test]
    fn the_bytes_of_a_captured_handshake() {
        let nonce = guid("{122D2937-5C86-4C7B-81F5-0E05017880C2}");
        let opening = Handshake::connect(NonceRule::Plain(nonce), 0x1122_3344).opening().unwrap();
        assert_eq!(
            hex::encode(opening),
            "04000000666f6f0030000000000000004433221100000000000000000000000000000000\
             000000000001000037292d12865c7b4c81f50e05017880c2"
        );
    }

    #[test]
    fn hashes_of_two_samples() {
        for (secret, announced) in [
            ("37292d12865c7b4c81f50e05017880c2", "{2B95F56D-9CA0-9A64-82CE-ADC1F3C55845}"),
            ("3da617a52ea2dc4085a554f9e196f46e", "{F960C412-A40F-E37D-DD1D-AE264E958F28}"),
        ] {
            let secret = Guid(hex::decode(secret).unwrap().try_into().unwrap());
            assert_eq!(hash_nonce(secret).to_string(), announced);
        }
    }

    #[test]
    fn the_right_nonce_opens() {
        let plain = NonceRule::Plain(Guid([5; 16]));
        assert_eq!(meet(plain, plain), Ok(()));
        let (a, b) = (Guid([1; 16]), Guid([2; 16]));
        let hashed = |own, peer| NonceRule::Hashed { own, announced_by_peer: hash_nonce(peer) };
        assert_eq!(meet(hashed(a, b), hashed(b, a)), Ok(()));
    }

    #[test]
    fn a_wrong_nonce_or_zeros_do_not() {
        let (right, wrong) = (Guid([5; 16]), Guid([6; 16]));
        assert_eq!(meet(NonceRule::Plain(wrong), NonceRule::Plain(right)), Err(DirectError::Nonce));
        let zero = NonceRule::Plain(Guid::ZERO);
        assert_eq!(meet(zero, zero), Err(DirectError::Nonce));
        let hashed = |own, peer| NonceRule::Hashed { own, announced_by_peer: peer };
        assert_eq!(meet(hashed(right, hash_nonce(right)), hashed(right, wrong)), Err(DirectError::Nonce));
    }

    #[test]
    fn other_first_frames_do_not() {
        let listen = || Handshake::listen(NonceRule::Plain(Guid([5; 16])), 1);
        for frame in [&b"foo"[..], b"foo!", b"bar\0", &[0; 48]] {
            let frame = Bytes::copy_from_slice(frame);
            assert_eq!(listen().handle_frame(&frame), Err(DirectError::Greeting));
        }
        for length in [4, 47, 48, 49] {
            let mut handshake = listen();
            handshake.handle_frame(&Bytes::from_static(b"foo\0")).unwrap();
            // Without the flag, or of another length.
            let frame = Bytes::from(vec![0; length]);
            assert_eq!(handshake.handle_frame(&frame), Err(DirectError::Greeting), "{length}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_frames_panic_or_open(frames: Vec<Vec<u8>>) {
            let mut handshake = Handshake::listen(NonceRule::Plain(Guid([5; 16])), 1);
            for frame in frames {
                let step = handshake.handle_frame(&frame.into());
                let opened = matches!(step, Ok(HandshakeStep::Ready { .. }));
                proptest::prop_assert!(!opened);
            }
        }
    }
}
