//! Any request for the messenger's configuration, as a query or in SOAP: its words need no escape in the answer.

#![no_main]

use libfuzzer_sys::fuzz_target;
use papillon_server::fuzzing::messenger_config;

fuzz_target!(|request: &[u8]| messenger_config(request));
