//! Any form: no more fields than the limit, and of several with one name the first counts.

#![no_main]

use libfuzzer_sys::fuzz_target;
use papillon_server::fuzzing::form;

fuzz_target!(|body: &[u8]| form(body));
