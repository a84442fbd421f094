//! Limits: on the rate, and on the number at once, for one client, one account or one network. Memory is bounded everywhere.
//!
//! | to limit | take |
//! |---|---|
//! | how often one client does something | [`Pace`] |
//! | how often each of many does it | [`RateLimiter`] |
//! | how many of a kind an address has at once | [`AddressCounter`] |
//! | what counts as one client | [`Network`] |

mod address_counter;
mod network;
mod pace;
mod rate;
mod rate_limiter;

pub use address_counter::{AddressCounter, Place};
pub use network::Network;
pub use pace::Pace;
pub use rate_limiter::{HOUR, MINUTE, RateLimiter};
