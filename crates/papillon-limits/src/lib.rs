//! Limits: on the rate, and on the number at once, for one client, one account or one network. Memory is bounded everywhere.
//!
//! | to limit | take |
//! |---|---|
//! | how often one client does something | [`Pace`] |
//! | how often each of many does it | [`RateLimiter`] |
//! | how many of a kind an address has at once | [`AddressCounter`] |
//! | how often each of many fails, where the outcome takes time | [`FailureLimiter`] |
//! | how long others wait for the work of one | [`FairQueue`] |
//! | what counts as one client | [`Network`] |

mod address_counter;
mod failure_limiter;
mod fair_queue;
mod network;
mod pace;
mod rate;
mod rate_limiter;

pub use address_counter::{AddressCounter, Place};
pub use failure_limiter::{FailureLimiter, Standing};
pub use fair_queue::{FairQueue, Pushed};
pub use network::Network;
pub use pace::Pace;
pub use rate_limiter::{HOUR, MINUTE, RateLimiter};
