//! The beginning of any connection: a reader that gets it in pieces comes to the same decision, and to a decision at all
//! before it is too long.

#![no_main]

use libfuzzer_sys::fuzz_target;

// The files themselves, so that OpenSSL need not be built here.
#[path = "../../crates/papillon-legacy-tls/src/hello.rs"]
#[allow(dead_code)]
mod hello;
#[path = "../../crates/papillon-legacy-tls/src/reader.rs"]
mod reader;

use hello::{MAX_PREFIX, ModernKey, Route, route};

fuzz_target!(|data: &[u8]| {
    for key in [ModernKey::Ecdsa, ModernKey::Rsa] {
        let whole = route(data, key);
        assert!(whole != Route::More || data.len() < MAX_PREFIX);
        let mut decided = Route::More;
        // Every length near the beginning, where the fields are, and some of the others.
        for end in (0..data.len()).filter(|end| *end < 64 || end % 61 == 0) {
            let now = route(&data[..end], key);
            // A decision is final: more bytes never change it.
            assert!(decided == Route::More || decided == now);
            decided = now;
        }
        assert!(decided == Route::More || decided == whole);
    }
});
