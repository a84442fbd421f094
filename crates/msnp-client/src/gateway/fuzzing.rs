//! The door for the fuzz target `gateway_header`.

use std::time::Duration;

use super::LIFESPAN;
use super::exchange::News;

/// Reads any `X-MSN-Messenger` header of a gateway: the client never waits longer than it has asked to.
///
/// # Panics
/// When that does not hold.
pub fn gateway_header(state: &str) {
    let News { lifespan, host, .. } = News::read(state);
    assert!(lifespan.is_none_or(|held| !held.is_zero() && held <= Duration::from_secs(LIFESPAN)));
    assert!(host.is_none_or(|host| !host.is_empty()));
}
