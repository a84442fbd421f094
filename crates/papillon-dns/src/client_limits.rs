//! The rate limits for the questions of one client.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use papillon_limits::{AddressCounter, Network, Place, RateLimiter};

/// The most questions at once; a legacy browser asks a dozen for a page.
const BURST: u32 = 200;
/// The time in which as many are allowed again: 50 in a second.
const WINDOW: Duration = Duration::from_secs(4);
/// The most questions of one client that wait for another server.
const WAITING: usize = 32;
/// The most connections of one client.
const CONNECTIONS: usize = 8;
/// The most clients that are remembered. One more replaces an old one: addresses can be made up, and a flood of them
/// must keep no client out.
const CLIENTS: usize = 4096;

/// The clients of the last seconds.
#[derive(Debug)]
pub(super) struct ClientLimits {
    questions: Mutex<RateLimiter<Network>>,
    waiting: Arc<AddressCounter>,
    connections: Arc<AddressCounter>,
}

impl Default for ClientLimits {
    fn default() -> Self {
        Self {
            questions: Mutex::new(RateLimiter::forgetful(BURST, WINDOW, CLIENTS)),
            waiting: AddressCounter::new(WAITING),
            connections: AddressCounter::new(CONNECTIONS),
        }
    }
}

impl ClientLimits {
    /// Whether a client may ask one more question now; counts it if so.
    pub(super) fn may_ask(&self, client: IpAddr, now: Instant) -> bool {
        self.questions.lock().take_one(Network::of(client), now)
    }

    /// A place for a question that waits for another server; `None` when the client has as many as it gets.
    pub(super) fn wait(&self, client: IpAddr) -> Option<Place> {
        self.waiting.enter(client)
    }

    /// A place for a connection; `None` when the client has as many as it gets.
    pub(super) fn connect(&self, client: IpAddr) -> Option<Place> {
        self.connections.enter(client)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cost of a question, as a share of a client's time.
    const COST: Duration = Duration::from_millis(20);

    fn ip(number: u32) -> IpAddr {
        IpAddr::V4(std::net::Ipv4Addr::from_bits(0x0a00_0000 + number))
    }

    #[test]
    fn a_burst_is_let_through_and_then_one_at_a_time() {
        let (limits, now) = (ClientLimits::default(), Instant::now());
        assert!((0..BURST).all(|_| limits.may_ask(ip(1), now)));
        assert!(!limits.may_ask(ip(1), now));
        assert!(limits.may_ask(ip(2), now), "others are not concerned");
        assert!(limits.may_ask(ip(1), now + COST));
        assert!(!limits.may_ask(ip(1), now + COST));
    }

    #[test]
    fn a_place_is_free_again_when_it_is_left() {
        let limits = ClientLimits::default();
        let mut taken: Vec<_> = (0..CONNECTIONS).map(|_| limits.connect(ip(1)).unwrap()).collect();
        assert!(limits.connect(ip(1)).is_none());
        assert!(limits.wait(ip(1)).is_some());
        assert!(limits.connect(ip(2)).is_some());
        taken.pop();
        assert!(limits.connect(ip(1)).is_some());
    }

    #[test]
    fn a_flood_of_strangers_keeps_nobody_out_and_gives_nobody_more_places() {
        let (limits, now) = (ClientLimits::default(), Instant::now());
        let most = u32::try_from(CLIENTS).unwrap();
        let _taken: Vec<_> = (0..CONNECTIONS).map(|_| limits.connect(ip(1)).unwrap()).collect();
        assert!((0..3 * most).all(|number| limits.may_ask(ip(number), now)));
        assert!(limits.connect(ip(1)).is_none());
    }

    #[test]
    fn those_who_owe_something_are_remembered_longer() {
        let (limits, now) = (ClientLimits::default(), Instant::now());
        let most = u32::try_from(CLIENTS).unwrap();
        while limits.may_ask(ip(0), now) {}
        assert!((1..most).all(|number| limits.may_ask(ip(number), now)));
        let later = now + COST;
        assert!(limits.may_ask(ip(0), later), "one is paid for");
        assert!((most..most + 100).all(|number| limits.may_ask(ip(number), later)));
        assert!(!limits.may_ask(ip(0), later), "not forgotten");
    }

    #[test]
    fn a_64_is_one_client() {
        let (limits, now) = (ClientLimits::default(), Instant::now());
        assert!((0..BURST).all(|n| limits.may_ask(format!("fd00::{n:x}").parse().unwrap(), now)));
        assert!(!limits.may_ask("fd00::ffff".parse().unwrap(), now));
    }
}
