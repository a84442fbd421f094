//! The door for the fuzz target `proxy_header`.

use super::{Beginning, MAX_HEADER, read};

/// Reads the beginning of any connection of a proxy: the decision is the same however the stream is cut, and falls before
/// the header is too long.
///
/// # Panics
/// When that does not hold.
pub fn proxy_header(bytes: &[u8]) {
    let bytes = &bytes[..bytes.len().min(MAX_HEADER + 64)];
    let mut decided = None;
    for end in 0..=bytes.len() {
        let beginning = read(&bytes[..end]);
        match (&decided, beginning) {
            (None, Beginning::More) => assert!(end < MAX_HEADER, "there is no end of this header"),
            (None, decision) => {
                if let Beginning::Header(length, client) = &decision {
                    assert!(*length <= end, "the header is longer than what was read");
                    let name = client.as_ref().and_then(|client| client.server_name.as_ref());
                    assert!(name.is_none_or(|name| name.len() < *length));
                }
                decided = Some(decision);
            }
            (Some(before), now) => assert_eq!(before, &now, "more bytes have changed the decision"),
        }
    }
}
