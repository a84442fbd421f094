//! Any header value: nothing panics, and a value that was read is written and read back the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use msnp::passport::{AuthenticationInfo, Challenge, Credentials, Failure, PassportUrls};

fuzz_target!(|text: &str| {
    if let Ok(credentials) = Credentials::parse(text) {
        let header = credentials.to_header();
        // Percent codes can make it too long to be read.
        if header.len() <= Credentials::MAX_LEN {
            assert_eq!(Credentials::parse(&header), Ok(credentials));
        }
    }
    if let Ok(challenge) = Challenge::parse(text) {
        let _ = challenge.pairs().count();
        assert_eq!(Challenge::parse(challenge.as_str()), Ok(challenge));
    }
    if let Ok(info) = AuthenticationInfo::parse(text) {
        assert_eq!(AuthenticationInfo::parse(&info.to_header_value()), Ok(info));
    }
    if let Ok(failure) = Failure::parse(text) {
        let again = Failure::parse(&failure.to_header_value()).expect("what is written can be read");
        assert_eq!(again.text, failure.text);
    }
    if let Ok(urls) = PassportUrls::parse(text) {
        let _ = urls.endpoint();
        let _ = PassportUrls::parse(&urls.to_header_value());
    }
});
