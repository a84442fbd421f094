//! The MSN Messenger service as a library.

mod config;

pub use config::{Config, Limits, Timeouts};
