//! Any bytes of a switchboard: a request of the client gets an answer, or fails at the end. The first byte chooses the
//! dialect, the second is the length of a segment.

#![no_main]

use libfuzzer_sys::fuzz_target;
use msnp_client::fuzzing::switchboard;

fuzz_target!(|data: &[u8]| {
    if let [choice, segment, bytes @ ..] = data {
        switchboard(bytes, usize::from(*segment), choice % 2 == 0);
    }
});
