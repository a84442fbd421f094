//! Any document of an alert or a page, and any text with a label of its charset: the text has no more characters than it can
//! have. The first line is the label.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use msnp::charset;
use msnp::command::{ipg, not};

fuzz_target!(|data: &[u8]| {
    let alert = not::Push { xml: Bytes::copy_from_slice(data) };
    let page = ipg::Push { xml: Bytes::copy_from_slice(data) };
    assert_eq!(alert.text(), page.text());
    assert!(alert.text().is_none_or(|text| !text.trim().is_empty()));

    let (label, bytes) = data.split_at(data.iter().position(|byte| *byte == b'\n').unwrap_or(0));
    for label in [None, std::str::from_utf8(label).ok()] {
        // One byte is at most two characters: a letter of Big5 with its accent.
        assert!(charset::decode(bytes, label).chars().count() <= bytes.len() * 2);
    }
});
