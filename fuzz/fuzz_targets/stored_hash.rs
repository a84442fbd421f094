//! Any text in the place of a password's hash: its cost is within the limits.

#![no_main]

use libfuzzer_sys::fuzz_target;
use papillon_server::fuzzing::stored_hash;

fuzz_target!(|text: &str| stored_hash(text));
