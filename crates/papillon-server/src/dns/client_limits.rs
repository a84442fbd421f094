//! How much one client may ask.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Questions at once; a browser of the time asks a dozen for a page.
const BURST: u32 = 200;
/// Each question costs this much of a client's time: 50 in a second.
const COST: Duration = Duration::from_millis(20);
/// Questions of one client that wait for another server.
const WAITING: u32 = 32;
/// Connections of one client.
const CONNECTIONS: u32 = 8;
/// Clients of whom something is known. When there are more, an old one is forgotten: addresses can be made up,
/// so a book that is full must not keep anybody out.
const GUESTS: usize = 4096;
/// How many of them are looked at, at most, for one of a kind that can be forgotten.
const LOOKED_AT: usize = 8;

/// The clients of the last seconds. Share it.
#[derive(Debug, Clone, Default)]
pub(super) struct ClientLimits(Arc<Mutex<Book>>);

#[derive(Debug, Default)]
struct Book {
    guests: HashMap<IpAddr, Guest>,
    /// Each of the guests once. The next to be forgotten is in front.
    order: VecDeque<IpAddr>,
}

#[derive(Debug)]
struct Guest {
    /// When all that was asked has been paid for.
    even_at: Instant,
    waiting: u32,
    connections: u32,
}

/// What a client may have several of, but not many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A question that waits for another server.
    Waiting,
    /// A connection.
    Connection,
}

/// Keeps a place until it is dropped.
#[derive(Debug)]
pub(super) struct Taken {
    guests: ClientLimits,
    client: IpAddr,
    place: Place,
}

impl ClientLimits {
    /// Whether a client may ask one more question now; counts it if so.
    pub(super) fn may_ask(&self, client: IpAddr, now: Instant) -> bool {
        self.with(client, now, |guest| {
            let owed = guest.even_at.saturating_duration_since(now);
            let within = owed + COST <= COST * BURST;
            if within {
                guest.even_at = guest.even_at.max(now) + COST;
            }
            within
        })
        .unwrap_or(false)
    }

    /// Takes a place for a client; `None` when it has as many as it gets.
    pub(super) fn take(&self, client: IpAddr, place: Place, now: Instant) -> Option<Taken> {
        let taken = self.with(client, now, |guest| {
            let (count, limit) = guest.places(place);
            let free = *count < limit;
            *count += u32::from(free);
            free
        })?;
        taken.then(|| Taken { guests: self.clone(), client, place })
    }

    /// `None` when nobody new can be kept in mind.
    fn with<T>(&self, client: IpAddr, now: Instant, act: impl FnOnce(&mut Guest) -> T) -> Option<T> {
        let client = network(client);
        let mut book = self.0.lock();
        if !book.guests.contains_key(&client) {
            if !book.make_room(now) {
                return None;
            }
            book.order.push_back(client);
        }
        let guest = book.guests.entry(client);
        Some(act(guest.or_insert(Guest { even_at: now, waiting: 0, connections: 0 })))
    }
}

impl Book {
    /// Forgets somebody when the book is full: rather one who owes nothing, and never one who has a place,
    /// which is still to be given back. `false` when all that were looked at have one.
    fn make_room(&mut self, now: Instant) -> bool {
        self.guests.len() < GUESTS
            || self.forget(|guest| guest.even_at <= now && guest.has_no_place())
            || self.forget(Guest::has_no_place)
    }

    /// Whether one of the next few was such a one, and is forgotten. The others go to the end.
    fn forget(&mut self, dispensable: impl Fn(&Guest) -> bool) -> bool {
        for _ in 0..LOOKED_AT {
            let Some(client) = self.order.pop_front() else { return false };
            if self.guests.get(&client).is_none_or(&dispensable) {
                self.guests.remove(&client);
                return true;
            }
            self.order.push_back(client);
        }
        false
    }
}

impl Guest {
    fn has_no_place(&self) -> bool {
        self.waiting == 0 && self.connections == 0
    }

    fn places(&mut self, place: Place) -> (&mut u32, u32) {
        match place {
            Place::Waiting => (&mut self.waiting, WAITING),
            Place::Connection => (&mut self.connections, CONNECTIONS),
        }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if let Some(guest) = self.guests.0.lock().guests.get_mut(&network(self.client)) {
            *guest.places(self.place).0 -= 1;
        }
    }
}

/// Those who can take any address of a /64 count as one.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(number: u32) -> IpAddr {
        IpAddr::V4(std::net::Ipv4Addr::from_bits(0x0a00_0000 + number))
    }

    #[test]
    fn a_burst_is_let_through_and_then_one_at_a_time() {
        let (guests, now) = (ClientLimits::default(), Instant::now());
        assert!((0..BURST).all(|_| guests.may_ask(ip(1), now)));
        assert!(!guests.may_ask(ip(1), now));
        assert!(guests.may_ask(ip(2), now), "others are not concerned");
        assert!(guests.may_ask(ip(1), now + COST));
        assert!(!guests.may_ask(ip(1), now + COST));
    }

    #[test]
    fn a_place_is_free_again_when_it_is_left() {
        let (guests, now) = (ClientLimits::default(), Instant::now());
        let mut taken: Vec<_> =
            (0..CONNECTIONS).map(|_| guests.take(ip(1), Place::Connection, now).unwrap()).collect();
        assert!(guests.take(ip(1), Place::Connection, now).is_none());
        assert!(guests.take(ip(1), Place::Waiting, now).is_some());
        assert!(guests.take(ip(2), Place::Connection, now).is_some());
        taken.pop();
        assert!(guests.take(ip(1), Place::Connection, now).is_some());
    }

    #[test]
    fn a_flood_of_strangers_keeps_nobody_out_and_memory_is_bounded() {
        let (guests, now) = (ClientLimits::default(), Instant::now());
        let most = u32::try_from(GUESTS).unwrap();
        assert!((0..3 * most).all(|number| guests.may_ask(ip(number), now)));
        let book = guests.0.lock();
        assert_eq!((book.guests.len(), book.order.len()), (GUESTS, GUESTS));
    }

    #[test]
    fn those_who_owe_something_are_remembered_longer() {
        let (guests, now) = (ClientLimits::default(), Instant::now());
        let most = u32::try_from(GUESTS).unwrap();
        while guests.may_ask(ip(0), now) {}
        assert!((1..most).all(|number| guests.may_ask(ip(number), now)));
        let later = now + COST;
        assert!(guests.may_ask(ip(0), later), "one is paid for");
        assert!((most..most + 100).all(|number| guests.may_ask(ip(number), later)));
        assert!(!guests.may_ask(ip(0), later), "not forgotten");
    }

    #[test]
    fn those_who_have_a_place_are_not_forgotten() {
        let (guests, now) = (ClientLimits::default(), Instant::now());
        let most = u32::try_from(GUESTS).unwrap();
        let mut taken: Vec<_> =
            (0..most).map(|number| guests.take(ip(number), Place::Connection, now).unwrap()).collect();
        assert!(!guests.may_ask(ip(most), now), "all of them have one");
        assert!(guests.may_ask(ip(1), now), "those who are known are not concerned");
        taken.clear();
        assert!(guests.may_ask(ip(most), now));
        assert_eq!(guests.0.lock().guests.len(), GUESTS);
    }

    #[test]
    fn a_64_is_one_client() {
        let (guests, now) = (ClientLimits::default(), Instant::now());
        assert!((0..BURST).all(|n| guests.may_ask(format!("fd00::{n:x}").parse().unwrap(), now)));
        assert!(!guests.may_ask("fd00::ffff".parse().unwrap(), now));
    }
}
