//! The memory of networks from which accounts have signed in.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::attempts::Place;
use super::device::Device;
use crate::limits::Network;

/// A place is known for this long after the last sign-in there.
pub(crate) const KNOWN_FOR: Duration = Duration::from_secs(30 * 24 * 3600);
/// The most accounts that are remembered; the one that has not signed in for the longest time is forgotten first.
const ACCOUNTS: usize = 65_536;
/// The most networks of one account.
const NETWORKS: usize = 8;

/// The networks from which each account has signed in lately. Pure: time is an argument.
#[derive(Debug, Default)]
pub(super) struct KnownPlaces {
    accounts: HashMap<Arc<str>, Known>,
    /// The accounts in the order of their last sign-ins.
    order: BTreeMap<u64, Arc<str>>,
    next: u64,
}

#[derive(Debug)]
struct Known {
    /// The account's number of changes of its password, as of its last sign-in.
    epoch: i64,
    /// Its place in the order.
    number: u64,
    /// With the time of the last sign-in. The latest is last.
    networks: Vec<(Network, Instant)>,
}

impl KnownPlaces {
    /// Remembers a sign-in. One with a newer password makes an account's other networks unknown.
    pub(super) fn remember(&mut self, account: &str, epoch: i64, network: Network, now: Instant) {
        let number = self.next;
        self.next += 1;
        let account = match self.accounts.get_mut(account) {
            Some(known) => {
                // A sign-in with an older one was judged before the change and is late.
                if known.epoch > epoch {
                    return;
                }
                let is_kept =
                    |place: Network, at| known.epoch == epoch && place != network && is_recent(at, now);
                known.networks.retain(|(place, at)| is_kept(*place, *at));
                if known.networks.len() == NETWORKS {
                    known.networks.remove(0);
                }
                known.networks.push((network, now));
                known.epoch = epoch;
                let before = std::mem::replace(&mut known.number, number);
                self.order.remove(&before)
            }
            None => {
                self.make_room();
                let account = Arc::from(account);
                let known = Known { epoch, number, networks: vec![(network, now)] };
                self.accounts.insert(Arc::clone(&account), known);
                Some(account)
            }
        };
        if let Some(account) = account {
            self.order.insert(number, account);
        }
    }

    /// What is known about a place for an account. A browser's mark from before a change of the password is good until
    /// the account has signed in with the new one.
    pub(super) fn place(
        &self,
        account: &str,
        network: Network,
        device: Option<Device>,
        now: Instant,
    ) -> Place {
        let known = self.accounts.get(account);
        if let Some(device) = device.filter(|device| known.is_none_or(|known| device.epoch >= known.epoch)) {
            return Place::Device(device.id);
        }
        let mut networks = known.into_iter().flat_map(|known| &known.networks);
        if networks.any(|(place, at)| *place == network && is_recent(*at, now)) {
            return Place::Network(network);
        }
        Place::Stranger
    }

    fn make_room(&mut self) {
        if self.accounts.len() >= ACCOUNTS
            && let Some((_, oldest)) = self.order.pop_first()
        {
            self.accounts.remove(&oldest);
        }
    }
}

fn is_recent(at: Instant, now: Instant) -> bool {
    now.saturating_duration_since(at) < KNOWN_FOR
}

#[cfg(test)]
mod tests {
    use super::super::device::DeviceId;
    use super::*;

    fn network(number: usize) -> Network {
        Network::of(format!("10.0.{}.{}", number / 256, number % 256).parse().unwrap())
    }

    fn is_known(places: &KnownPlaces, account: &str, number: usize, now: Instant) -> bool {
        places.place(account, network(number), None, now) == Place::Network(network(number))
    }

    #[test]
    fn a_place_is_known_for_its_account_and_for_a_month() {
        let (mut places, now) = (KnownPlaces::default(), Instant::now());
        places.remember("a@b.c", 1, network(1), now);
        assert!(is_known(&places, "a@b.c", 1, now) && !is_known(&places, "a@b.c", 2, now));
        assert!(!is_known(&places, "b@b.c", 1, now));
        let last = now + KNOWN_FOR - Duration::from_secs(1);
        assert!(is_known(&places, "a@b.c", 1, last) && !is_known(&places, "a@b.c", 1, now + KNOWN_FOR));
        places.remember("a@b.c", 1, network(1), last);
        assert!(is_known(&places, "a@b.c", 1, now + KNOWN_FOR));
    }

    #[test]
    fn a_new_password_makes_other_places_unknown() {
        let (mut places, now) = (KnownPlaces::default(), Instant::now());
        places.remember("a@b.c", 1, network(1), now);
        places.remember("a@b.c", 2, network(2), now);
        assert!(!is_known(&places, "a@b.c", 1, now) && is_known(&places, "a@b.c", 2, now));
        places.remember("a@b.c", 1, network(1), now);
        assert!(!is_known(&places, "a@b.c", 1, now), "that one was late");
        let id = DeviceId::from([1; 16]);
        let with = |epoch| places.place("a@b.c", network(3), Some(Device { id, epoch }), now);
        assert_eq!((with(1), with(2), with(3)), (Place::Stranger, Place::Device(id), Place::Device(id)));
        // After a restart nothing is known but what the browser has.
        let of_nobody = KnownPlaces::default().place("a@b.c", network(3), Some(Device { id, epoch: 1 }), now);
        assert_eq!(of_nobody, Place::Device(id));
    }

    #[test]
    fn an_account_has_a_few_places() {
        let (mut places, now) = (KnownPlaces::default(), Instant::now());
        for number in [0, 1, 2, 3, 4, 5, 6, 7, 0, 8, 9] {
            places.remember("a@b.c", 1, network(number), now);
        }
        let known = |number: &usize| is_known(&places, "a@b.c", *number, now);
        assert_eq!((0..10).filter(known).collect::<Vec<_>>(), [0, 3, 4, 5, 6, 7, 8, 9]);
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_are_forgotten() {
        let (mut places, now) = (KnownPlaces::default(), Instant::now());
        for number in 0..ACCOUNTS {
            places.remember(&format!("a{number}@b.c"), 1, network(1), now);
        }
        places.remember("a0@b.c", 1, network(1), now);
        places.remember("new@b.c", 1, network(1), now);
        assert_eq!((places.accounts.len(), places.order.len()), (ACCOUNTS, ACCOUNTS));
        assert!(is_known(&places, "a0@b.c", 1, now) && is_known(&places, "new@b.c", 1, now));
        assert!(!is_known(&places, "a1@b.c", 1, now) && is_known(&places, "a2@b.c", 1, now));
    }
}
