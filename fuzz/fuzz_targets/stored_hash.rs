//! Any text in the place of a password's hash: what is read of it is within the limits of the cost.

#![no_main]

use libfuzzer_sys::fuzz_target;
use papillon_server::fuzzing::stored_hash;

fuzz_target!(|text: &str| stored_hash(text));
