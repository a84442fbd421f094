//! Everybody who is connected by the gateway.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;

use super::session::Session;
use crate::limits::network;

/// The sessions by their numbers, and how many each address has.
pub(super) struct Table {
    sessions: Mutex<Sessions>,
    most: usize,
}

#[derive(Default)]
struct Sessions {
    by_number: HashMap<u64, Arc<Session>>,
    by_address: HashMap<IpAddr, usize>,
}

/// A place in the table, for as long as this lives.
pub(super) struct Entry {
    table: Arc<Table>,
    number: u64,
    from: IpAddr,
}

impl Table {
    /// At most `most` for each address; an IPv6 address stands for its /64.
    pub(super) fn new(most: usize) -> Self {
        Self { sessions: Mutex::default(), most }
    }

    /// Enters a session; `None` when its address has all it may have.
    pub(super) fn enter(table: &Arc<Self>, session: &Arc<Session>, from: IpAddr) -> Option<Entry> {
        let (number, from) = (session.number(), network(from));
        let mut sessions = table.sessions.lock();
        // Two equal numbers of 64 random bits are never seen, and would be mixed up.
        if sessions.by_number.contains_key(&number) {
            return None;
        }
        let count = sessions.by_address.entry(from).or_default();
        if *count >= table.most {
            return None;
        }
        *count += 1;
        sessions.by_number.insert(number, Arc::clone(session));
        Some(Entry { table: Arc::clone(table), number, from })
    }

    /// The session with this number.
    pub(super) fn find(&self, number: u64) -> Option<Arc<Session>> {
        self.sessions.lock().by_number.get(&number).cloned()
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut sessions = self.table.sessions.lock();
        sessions.by_number.remove(&self.number);
        if let Some(count) = sessions.by_address.get_mut(&self.from) {
            *count -= 1;
            if *count == 0 {
                sessions.by_address.remove(&self.from);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::delivery::Tunnel;

    #[test]
    fn each_address_has_its_own_count() {
        let table = Arc::new(Table::new(2));
        let enter = |from: &str| {
            let (session, _) = Session::new(Tunnel::new(1000, Duration::from_secs(60)));
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
        let left = table.sessions.lock();
        assert!(left.by_number.is_empty() && left.by_address.is_empty());
    }
}
