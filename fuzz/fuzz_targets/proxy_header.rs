//! The beginning of any connection of a proxy, in both versions of the PROXY protocol: the decision is the same however
//! the stream was cut, and falls before the header is too long.

#![no_main]

use libfuzzer_sys::fuzz_target;
use papillon_server::fuzzing::proxy_header;

fuzz_target!(|bytes: &[u8]| proxy_header(bytes));
