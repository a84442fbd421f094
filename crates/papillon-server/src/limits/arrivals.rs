//! How many connections one address has open.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;

use super::network;

/// Counts open connections by address, so that nobody takes all there may be.
#[derive(Debug)]
pub(crate) struct Arrivals {
    open: Mutex<HashMap<IpAddr, usize>>,
    most: usize,
}

/// One connection in the count, for as long as this lives.
#[derive(Debug)]
pub(crate) struct Arrival {
    arrivals: Arc<Arrivals>,
    from: IpAddr,
}

impl Arrivals {
    /// At most `most` for each address; an IPv6 address stands for its /64.
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { open: Mutex::default(), most })
    }

    /// Counts one more; `None` when its address has all that it may have.
    pub(crate) fn enter(self: &Arc<Self>, from: IpAddr) -> Option<Arrival> {
        let from = network(from);
        let mut open = self.open.lock();
        let count = open.entry(from).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Arrival { arrivals: Arc::clone(self), from })
    }
}

impl Drop for Arrival {
    fn drop(&mut self) {
        let mut open = self.arrivals.open.lock();
        if let Some(count) = open.get_mut(&self.from) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.from);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_its_own_count() {
        let arrivals = Arrivals::new(2);
        let enter = |from: &str| arrivals.enter(from.parse().unwrap());
        let first = enter("192.0.2.1");
        let second = enter("::ffff:192.0.2.1");
        assert!(first.is_some() && second.is_some() && enter("192.0.2.1").is_none());
        let other = enter("2001:db8::1");
        let same_network = enter("2001:db8::ffff");
        assert!(other.is_some() && same_network.is_some() && enter("2001:db8::2").is_none());
        drop(first);
        assert!(enter("192.0.2.1").is_some());
        drop((second, other, same_network));
        assert!(arrivals.open.lock().is_empty());
    }
}
