//! Limits on failed sign-ins, and how much an address has failed lately.
//!
//! Strangers share what an account and an address may fail. A place in which the account has signed in before has
//! limits of its own, which strangers cannot use up. A sign-in that has no outcome yet holds a token of each of its
//! limits, so guesses that are made at the same time cannot slip through together.

use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Instant;

use super::device::DeviceId;
use crate::Limits;
use crate::limits::{FailureLimiter, HOUR, MINUTE, Network, RateLimiter, Standing};

/// The failures that an address is remembered for. Each is forgotten after nearly a minute.
const REMEMBERED: u32 = 64;
/// The most addresses whose failures are remembered.
const ADDRESSES: usize = 65_536;

/// The lanes of the queue, by weight. First come places in which the account has signed in before, then strangers: the
/// less their address has failed lately and has waiting, the sooner.
pub(super) const LANES: [u32; 5] = [64, 32, 8, 3, 1];
/// The lane of known places.
pub(super) const KNOWN: usize = 0;
/// The lanes of strangers.
pub(super) const STRANGERS: RangeInclusive<usize> = 1..=LANES.len() - 1;

/// A sign-in, as the limits see it.
#[derive(Debug)]
pub(super) struct Attempt {
    /// The handle, whether it exists or not.
    account: Arc<str>,
    network: Network,
    place: Place,
}

/// The place of a sign-in: what is known about it for its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// Nothing.
    Stranger,
    /// The account has signed in from this network.
    Network(Network),
    /// The account has signed in with this browser.
    Device(DeviceId),
}

/// The failed sign-ins of the last minute, and those without an outcome. Pure: time is an argument.
#[derive(Debug)]
pub(super) struct Attempts {
    accounts: FailureLimiter<Arc<str>>,
    addresses: FailureLimiter<Network>,
    known: FailureLimiter<(Arc<str>, Place)>,
    /// Of all accounts that are known in a network: otherwise a client there could try a password on each of them.
    known_of_address: FailureLimiter<Network>,
    reputation: RateLimiter<Network>,
}

impl Attempt {
    /// An IPv6 address stands for its /64.
    pub(super) fn new(account: &str, address: IpAddr, place: Place) -> Self {
        Self { account: account.into(), network: Network::of(address), place }
    }

    pub(super) fn is_known(&self) -> bool {
        self.place != Place::Stranger
    }

    pub(super) fn network(&self) -> Network {
        self.network
    }

    fn key(&self) -> (Arc<str>, Place) {
        (Arc::clone(&self.account), self.place)
    }
}

impl Attempts {
    /// No attempts yet. A limit of 0 is taken as 1: with none at all no account could sign in.
    pub(super) fn new(limits: &Limits) -> Self {
        let (account, address) = (limits.sign_in_failures_per_account, limits.sign_in_failures_per_address);
        Self {
            accounts: FailureLimiter::new(account, MINUTE),
            addresses: FailureLimiter::new(address, MINUTE),
            known: FailureLimiter::new(account, MINUTE),
            known_of_address: FailureLimiter::new(address, MINUTE),
            reputation: RateLimiter::forgetful(REMEMBERED, HOUR, ADDRESSES),
        }
    }

    /// Whether an attempt may begin.
    pub(super) fn standing(&mut self, attempt: &Attempt, now: Instant) -> Standing {
        let (account, network) = (&attempt.account, &attempt.network);
        match attempt.place {
            Place::Stranger => {
                self.accounts.standing(account, now).and(self.addresses.standing(network, now))
            }
            Place::Network(_) => {
                let of_all = self.known_of_address.standing(network, now);
                self.known.standing(&attempt.key(), now).and(of_all)
            }
            Place::Device(_) => self.known.standing(&attempt.key(), now),
        }
    }

    /// Begins an attempt.
    pub(super) fn begin(&mut self, attempt: &Attempt) {
        match attempt.place {
            Place::Stranger => {
                self.accounts.begin(Arc::clone(&attempt.account));
                self.addresses.begin(attempt.network);
            }
            Place::Network(_) => {
                self.known.begin(attempt.key());
                self.known_of_address.begin(attempt.network);
            }
            Place::Device(_) => self.known.begin(attempt.key()),
        }
    }

    /// Ends an attempt that began. One that failed counts for its address in any case: only what the address may fail
    /// as a stranger is concerned.
    pub(super) fn end(&mut self, attempt: &Attempt, has_failed: bool, now: Instant) {
        match attempt.place {
            Place::Stranger => {
                self.accounts.end(&attempt.account, has_failed, now);
                self.addresses.end(&attempt.network, has_failed, now);
            }
            Place::Network(_) => {
                self.known.end(&attempt.key(), has_failed, now);
                self.known_of_address.end(&attempt.network, has_failed, now);
            }
            Place::Device(_) => self.known.end(&attempt.key(), has_failed, now),
        }
        if has_failed && attempt.is_known() {
            self.addresses.fail(attempt.network, now);
        }
        if has_failed {
            self.reputation.take_one(attempt.network, now);
        }
    }

    /// Whether an attempt with a name that is no address may fail, as it will; it counts then.
    pub(super) fn fail_without_account(&mut self, network: Network, now: Instant) -> Standing {
        let standing = self.addresses.standing(&network, now);
        if !matches!(standing, Standing::UsedUp { .. }) {
            self.addresses.fail(network, now);
            self.reputation.take_one(network, now);
        }
        standing
    }

    /// The lane in which a stranger of this network waits besides so many others of it. These count like failures: a
    /// person signs in once at a time, so a burst comes after those that are alone.
    pub(super) fn lane_of_strangers(&self, network: &Network, waiting: usize, now: Instant) -> usize {
        let failures = usize::try_from(self.reputation.missing(network, now)).unwrap_or(usize::MAX);
        // Wide steps: a slip or two leave a person before those that guess.
        match failures.saturating_add(waiting) {
            0 => 1,
            1..=2 => 2,
            3..=8 => 3,
            _ => 4,
        }
    }
}

#[cfg(test)]
mod tests;
