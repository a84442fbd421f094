//! Any `Origin` and any `Host` of a form, a line each: no form of another host passes for one of ours.

#![no_main]

use libfuzzer_sys::fuzz_target;
use papillon_server::fuzzing::sender;

fuzz_target!(|lines: &str| {
    let (origin, host) = lines.split_once('\n').unwrap_or((lines, ""));
    sender(origin, host);
});
