//! Any bytes of a notification server: the client takes them into its lists and its events, which stay bounded. The first
//! byte chooses the dialect, the second is the length of a segment.

#![no_main]

use libfuzzer_sys::fuzz_target;
use msnp_client::fuzzing::notification;

fuzz_target!(|data: &[u8]| {
    if let [choice, segment, bytes @ ..] = data {
        notification(bytes, usize::from(*segment), choice % 2 == 0);
    }
});
