//! Limits: on the rate, and on the number at once, for one client, one account or one network. Memory is bounded
//! everywhere.
//!
//! | to limit | take |
//! |---|---|
//! | the rate of one client | [`Pace`] |
//! | the rate of each of many keys | [`RateLimiter`] |
//! | the number of a kind at once for an address | [`AddressCounter`] |
//!
//! Where a client's address is the key, its [`Network`] stands for it.

mod address_counter;
mod network;
mod pace;
mod rate;
mod rate_limiter;

pub use address_counter::{AddressCounter, Place};
pub use network::Network;
pub use pace::Pace;
pub use rate_limiter::{HOUR, MINUTE, RateLimiter};
