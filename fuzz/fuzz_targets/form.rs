//! Any form, and the headers that say where it stood: a line of `Origin`, a line of `Host`, and the form. No form of another
//! host passes for ours.

#![no_main]

use libfuzzer_sys::fuzz_target;
use papillon_server::fuzzing::form;

fuzz_target!(|input: &[u8]| form(input));
