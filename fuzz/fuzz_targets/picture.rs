//! Any file in the place of a display picture: it becomes a small PNG, or is refused.

#![no_main]

use libfuzzer_sys::fuzz_target;
use papillon_server::fuzzing::picture;

fuzz_target!(|file: &[u8]| picture(file));
