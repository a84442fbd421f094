//! Ground: where connections come in, and the two addresses of each.

mod backoff;
mod listener;
mod liveness;
mod logged;
mod origin;
mod peeked;
pub(crate) mod proxy_protocol;

pub(crate) use backoff::Backoff;
pub use listener::Listener;
pub(crate) use logged::LoggedAddresses;
pub(crate) use origin::{Arrival, EntryPoint, Origin, plain};
pub(crate) use peeked::Peeked;
