//! Any query of a request to the HTTP gateway: written as clients write it, it is read back the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use papillon_server::fuzzing::gateway_query;

fuzz_target!(|query: &str| gateway_query(query));
