//! Any bytes on a direct connection: the frames are the same however the stream was cut, and no peer passes the
//! handshake without the nonce.

#![no_main]

use bytes::{Bytes, BytesMut};
use libfuzzer_sys::fuzz_target;
use msnp_p2p::Guid;
use msnp_p2p::direct::{FrameDecoder, Handshake, HandshakeStep, NonceRule};

fuzz_target!(|data: &[u8]| {
    let [cut, bytes @ ..] = data else { return };
    let whole = frames(bytes, bytes.len().max(1));
    assert_eq!(whole, frames(bytes, usize::from(*cut).max(1)));
    let secret = Guid([0x5a; 16]);
    for mut handshake in [Handshake::listen(NonceRule::Plain(secret), 1), Handshake::connect(NonceRule::Plain(secret), 1)] {
        for frame in &whole {
            let Ok(step) = handshake.handle_frame(frame) else { break };
            if matches!(step, HandshakeStep::Ready { .. }) {
                assert_eq!(frame[32..], secret.0);
                break;
            }
        }
    }
});

fn frames(bytes: &[u8], segment: usize) -> Vec<Bytes> {
    let mut decoder = FrameDecoder::new();
    let (mut buffer, mut frames) = (BytesMut::new(), Vec::new());
    for part in bytes.chunks(segment) {
        buffer.extend_from_slice(part);
        loop {
            match decoder.next(&mut buffer) {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(_) => return frames,
            }
        }
    }
    frames
}
