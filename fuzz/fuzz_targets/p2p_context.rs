//! Any context of an INVITE, and any name of a file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use msnp_p2p::context::{FileContext, object_context, parse_object_context};
use msnp_p2p::safe_file_name;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(object) = parse_object_context(text) {
        let again = parse_object_context(&object_context(&object));
        // Entities make a text longer than is read.
        assert!(again.is_err() || again.is_ok_and(|again| again.sha1d == object.sha1d));
    }
    for base64 in [text.to_owned(), FileContext::new(text, data.len() as u64, None).to_base64()] {
        if let Ok(context) = FileContext::parse(&base64) {
            check(&safe_file_name(&context.name));
        }
    }
    check(&safe_file_name(text));
});

fn check(name: &str) {
    assert!(!name.is_empty() && name.len() <= 201 && !name.starts_with('.'), "{name:?}");
    assert!(!name.contains(|char: char| char.is_control() || "/\\:?*<>|\"".contains(char)), "{name:?}");
}
