//! Any headers of a request, `X-Forwarded-For` and `Forwarded` among them: only a trusted proxy says who the client is, and
//! nothing that cannot stand in an address becomes the name of this host.

#![no_main]

use libfuzzer_sys::fuzz_target;
use papillon_server::fuzzing::visitor;

fuzz_target!(|headers: &[u8]| visitor(headers));
