//! The door for the fuzz target `messenger_config`.

use super::asked::Asked;

/// Reads any request for the configuration, as a query and as an envelope: a market is two codes, which need no escape in
/// XML.
///
/// # Panics
/// When that does not hold.
pub fn messenger_config(request: &[u8]) {
    let query = String::from_utf8_lossy(request);
    for asked in [Some(Asked::in_query(&query)), Asked::in_envelope(request)].into_iter().flatten() {
        if let Some(market) = asked.market() {
            let (language, country) = market.split_once('-').expect("a market has two codes");
            assert!(language.len() == 2 && language.bytes().all(|byte| byte.is_ascii_lowercase()));
            assert!(country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase()));
        }
    }
}
