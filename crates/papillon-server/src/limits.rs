//! Ground: how often and how many at once, for one client, one account or one address.

mod arrivals;
mod buckets;
mod network;
mod pace;

pub(crate) use arrivals::{Arrival, Arrivals};
pub(crate) use buckets::{Buckets, HOUR, MINUTE};
pub(crate) use network::network;
pub(crate) use pace::Pace;
