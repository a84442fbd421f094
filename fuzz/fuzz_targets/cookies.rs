//! Any `Cookie` headers, one a line: a cookie of the pages that is found comes back as it was given out.

#![no_main]

use libfuzzer_sys::fuzz_target;
use papillon_server::fuzzing::cookies;

fuzz_target!(|lines: &[u8]| cookies(lines));
