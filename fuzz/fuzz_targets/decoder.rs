//! Any bytes, cut into any segments: neither the decoder nor the commands' parsers panic, and the
//! frames are the same however the stream was cut. The first byte chooses the stream, the second the length of a segment.

#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use msnp::Dialect;
use msnp::command::{NotificationEvent, NotificationRequest, SwitchboardEvent, SwitchboardRequest};
use msnp::wire::{Decoder, Frame, FrameError, Limits, Stream};

const STREAMS: [(Stream, Limits); 4] = [
    (Stream::NotificationRequests, Limits::SIGNED_IN),
    (Stream::NotificationEvents, Limits::EVENTS),
    (Stream::SwitchboardRequests, Limits::SIGNED_IN),
    (Stream::SwitchboardEvents, Limits::EVENTS),
];

fuzz_target!(|data: &[u8]| {
    let [choice, segment, bytes @ ..] = data else { return };
    let (stream, limits) = STREAMS[usize::from(choice % 4)];
    let whole = frames(stream, limits, bytes, bytes.len().max(1));
    let cut = frames(stream, limits, bytes, usize::from(*segment).max(1));
    assert_eq!(whole, cut);
});

/// The frames, and the error that ends them, when the bytes arrive in segments of this length.
fn frames(stream: Stream, limits: Limits, bytes: &[u8], segment: usize) -> (Vec<Frame>, Option<FrameError>) {
    let mut decoder = Decoder::new(stream, limits);
    let mut buffer = BytesMut::new();
    let mut frames = Vec::new();
    for part in bytes.chunks(segment) {
        buffer.extend_from_slice(part);
        loop {
            match decoder.next(&mut buffer) {
                Ok(Some(frame)) => {
                    for dialect in Dialect::ALL {
                        parse(stream, &frame, *dialect);
                    }
                    frames.push(frame);
                }
                Ok(None) => break,
                Err(error) => return (frames, Some(error)),
            }
        }
    }
    (frames, None)
}

/// Parses a frame. Any outcome is good: only a panic is not.
fn parse(stream: Stream, frame: &Frame, dialect: Dialect) {
    match stream {
        Stream::NotificationRequests => drop(NotificationRequest::parse(frame, dialect)),
        Stream::NotificationEvents => match NotificationEvent::parse(frame, dialect) {
            Ok(NotificationEvent::Not(alert)) => drop(alert.text()),
            Ok(NotificationEvent::Ipg(page)) => drop(page.text()),
            _ => {}
        },
        Stream::SwitchboardRequests => drop(SwitchboardRequest::parse(frame, dialect)),
        Stream::SwitchboardEvents => drop(SwitchboardEvent::parse(frame, dialect)),
    }
}
