//! Any text in the place of the mark of a browser, and a mark with one character changed: only the mint makes marks, each
//! for one account.

#![no_main]

use libfuzzer_sys::fuzz_target;
use papillon_server::fuzzing::device_mark;

fuzz_target!(|input: (i64, u8, char, &str)| {
    let (epoch, at, character, text) = input;
    device_mark(text, epoch, usize::from(at), character);
});
