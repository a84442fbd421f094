//! Any header in which a gateway tells the state of a session: the client never waits longer than it has asked to.

#![no_main]

use libfuzzer_sys::fuzz_target;
use msnp_client::fuzzing::gateway_header;

fuzz_target!(|state: &str| gateway_header(state));
