//! The MSN Messenger service as a library.

pub mod http;
pub mod passport;
pub mod tls;

mod config;

pub use config::{Config, Limits, Timeouts};
