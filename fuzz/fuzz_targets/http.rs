//! Any bytes on a connection of HTTP/1, through both engines: the site gets the same requests however the stream was cut. The
//! first byte is the length of a segment.

#![no_main]

use libfuzzer_sys::fuzz_target;
use papillon_server::fuzzing::conversation;

fuzz_target!(|data: &[u8]| {
    if let [segment, bytes @ ..] = data {
        conversation(bytes, usize::from(*segment));
    }
});
