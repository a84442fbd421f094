//! Any headers of a request, `X-Forwarded-For` and `Forwarded` among them: only a trusted proxy names the client, and the
//! name of this host can stand in an address.

#![no_main]

use libfuzzer_sys::fuzz_target;
use papillon_server::fuzzing::visitor;

fuzz_target!(|headers: &[u8]| visitor(headers));
