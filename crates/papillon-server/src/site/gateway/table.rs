//! The table of the gateway's sessions.

use std::collections::{HashMap, hash_map};
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;

use super::session::GatewaySession;
use crate::limits::{AddressCounter, Place};

/// The sessions by their numbers, and how many each address has.
pub(super) struct Table {
    sessions: Mutex<HashMap<u64, Arc<GatewaySession>>>,
    counter: Arc<AddressCounter>,
}

/// A place in the table, for as long as this lives.
pub(super) struct Entry {
    table: Arc<Table>,
    number: u64,
    _place: Place,
}

impl Table {
    /// At most `most` for each address; an IPv6 address stands for its /64.
    pub(super) fn new(most: usize) -> Self {
        Self { sessions: Mutex::default(), counter: AddressCounter::new(most) }
    }

    /// Enters a session; `None` when its address has all it may have.
    pub(super) fn enter(table: &Arc<Self>, session: &Arc<GatewaySession>, from: IpAddr) -> Option<Entry> {
        // Before the table's lock: the count has one of its own, and no code holds both.
        let place = table.counter.enter(from)?;
        let number = session.number();
        match table.sessions.lock().entry(number) {
            // Two equal numbers of 64 random bits are never seen, and would be mixed up.
            hash_map::Entry::Occupied(_) => return None,
            hash_map::Entry::Vacant(free) => free.insert(Arc::clone(session)),
        };
        Some(Entry { table: Arc::clone(table), number, _place: place })
    }

    /// The session with this number.
    pub(super) fn find(&self, number: u64) -> Option<Arc<GatewaySession>> {
        self.sessions.lock().get(&number).cloned()
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.table.sessions.lock().remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::delivery::{Share, Tunnel};

    #[test]
    fn each_address_has_its_own_count() {
        let table = Arc::new(Table::new(2));
        let enter = |from: &str| {
            let (session, _) = GatewaySession::new(Tunnel::new(
                1000,
                Duration::from_secs(60),
                Share::boundless(),
                Arc::default(),
            ));
            Table::enter(&table, &session, from.parse().unwrap()).map(|entry| (entry, session))
        };
        let (first, session) = enter("192.0.2.1").unwrap();
        let second = enter("::ffff:192.0.2.1").unwrap();
        assert!(enter("192.0.2.1").is_none());
        let other = enter("192.0.2.2").unwrap();
        assert!(table.find(session.number()).is_some());
        drop(first);
        assert!(table.find(session.number()).is_none() && enter("192.0.2.1").is_some());
        drop((second, other));
        assert!(table.sessions.lock().is_empty());
    }
}
