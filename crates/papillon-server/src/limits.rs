//! Ground: how often, and how many at once, for one client, one account or one network. Memory is bounded everywhere.

mod address_counter;
mod network;
mod pace;
mod rate;
mod rate_limiter;

pub(crate) use address_counter::{AddressCounter, Place};
pub(crate) use network::Network;
pub(crate) use pace::Pace;
pub(crate) use rate_limiter::{HOUR, MINUTE, RateLimiter};
