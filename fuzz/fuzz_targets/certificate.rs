//! Any bytes in the place of a server's certificate: the name of its authority can be shown in one line.

#![no_main]

use libfuzzer_sys::fuzz_target;
use msnp_client::fuzzing::certificate;

fuzz_target!(|der: &[u8]| certificate(der));
