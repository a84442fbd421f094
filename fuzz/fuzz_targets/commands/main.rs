//! Any bytes on the standard input of `papillon listen` or its local socket: the same lines however they were cut, and a
//! command that can be read is written and read back the same. The first byte is the length of a segment.

#![no_main]

// The files themselves: a program has no library.
#[allow(dead_code)]
mod control;
#[path = "../../../crates/papillon/src/failures.rs"]
#[allow(dead_code)]
mod failures;
#[path = "../../../crates/papillon/src/names.rs"]
#[allow(dead_code)]
mod names;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let [segment, bytes @ ..] = data {
        control::check(bytes, usize::from(*segment).max(1));
    }
});
