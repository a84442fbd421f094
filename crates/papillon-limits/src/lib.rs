//! Limits: on the rate, and on the number at once, for one client, one account or one network. Memory is bounded
//! everywhere.
//!
//! | to limit | take |
//! |---|---|
//! | the rate of one client | [`Pace`] |
//! | the rate of each of many keys | [`RateLimiter`] |
//! | the number of a kind at once for an address | [`AddressCounter`] |
//! | the failures of each of many keys, where the outcome takes time | [`FailureLimiter`] |
//! | the time that one key with much to do takes from others | [`FairQueue`] |
//! | the threads that tasks take which compute for long | [`Turns`] |
//!
//! Where a client's address is the key, its [`Network`] stands for it.

mod address_counter;
mod failure_limiter;
mod fair_queue;
mod network;
mod pace;
mod rate;
mod rate_limiter;
mod turns;

pub use address_counter::{AddressCounter, Place};
pub use failure_limiter::{FailureLimiter, Standing};
pub use fair_queue::{FairQueue, Pushed};
pub use network::Network;
pub use pace::Pace;
pub use rate_limiter::{HOUR, MINUTE, RateLimiter};
pub use turns::{Turns, all_threads_but_one};
