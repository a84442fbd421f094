//! The counter of one kind of thing per address, such as open connections.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;

use super::Network;

/// Counts by network, so that no client takes all there may be. It remembers a network for as long as that has a place:
/// its memory is bounded by the limit of the places of all.
#[derive(Debug)]
pub struct AddressCounter {
    taken: Mutex<HashMap<Network, usize>>,
    most: usize,
}

/// One in the count, for as long as this lives.
#[derive(Debug)]
pub struct Place {
    counter: Arc<AddressCounter>,
    network: Network,
}

impl AddressCounter {
    /// At most `most` for each network.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { taken: Mutex::default(), most })
    }

    /// Counts one more; `None` when the network of this address has all that it may have.
    pub fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let network = Network::of(address);
        let mut taken = self.taken.lock();
        let count = taken.get(&network).copied().unwrap_or_default();
        if count >= self.most {
            return None;
        }
        taken.insert(network, count + 1);
        Some(Place { counter: Arc::clone(self), network })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.counter.taken.lock();
        if let Some(count) = taken.get_mut(&self.network) {
            // Not below zero: this place has been counted.
            *count -= 1;
            // Forgotten, or every address that was ever here would take memory.
            if *count == 0 {
                taken.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_its_own_count() {
        let counter = AddressCounter::new(2);
        let enter = |from: &str| counter.enter(from.parse().unwrap());
        let first = enter("192.0.2.1");
        let second = enter("::ffff:192.0.2.1");
        assert!(first.is_some() && second.is_some() && enter("192.0.2.1").is_none());
        let other = enter("2001:db8::1");
        let same_network = enter("2001:db8::ffff");
        assert!(other.is_some() && same_network.is_some() && enter("2001:db8::2").is_none());
        drop(first);
        assert!(enter("192.0.2.1").is_some());
        drop((second, other, same_network));
        assert!(counter.taken.lock().is_empty());
    }

    #[test]
    fn nobody_is_remembered_without_a_place() {
        let counter = AddressCounter::new(0);
        assert!(counter.enter("192.0.2.1".parse().unwrap()).is_none());
        assert!(counter.taken.lock().is_empty());
    }
}
