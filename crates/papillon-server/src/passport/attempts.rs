//! Limits on failed sign-ins, counted before a hash is spent.
//!
//! An attempt takes a token from the account's bucket and one from the address's; a success puts
//! them back. Guesses made at the same time therefore cannot slip through together. Buckets fill
//! up again within a minute, and a full one is forgotten.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use crate::Limits;
use crate::limits::{MINUTE, Network, RateLimiter};

/// The failed sign-ins of the last minute. Pure: time is an argument.
#[derive(Debug)]
pub struct Attempts {
    accounts: RateLimiter<Box<str>>,
    addresses: RateLimiter<Network>,
}

/// The share of the limit that an attempt took. [`Attempts::give_back`] takes it back when the attempt was not a
/// failure. Dropping it leaves the attempt counted.
#[derive(Debug)]
#[must_use]
pub struct Reservation {
    account: Option<Box<str>>,
    address: Network,
}

/// Too many failed attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many failed sign-ins")]
pub struct Limited {
    /// The time until the next attempt is allowed, if none fails in the meantime.
    pub wait: Duration,
}

impl Attempts {
    /// No attempts yet. A limit of 0 is taken as 1: with none at all nobody could sign in.
    pub fn new(limits: &Limits) -> Self {
        Self {
            accounts: RateLimiter::new(limits.sign_in_failures_per_account, MINUTE),
            addresses: RateLimiter::new(limits.sign_in_failures_per_address, MINUTE),
        }
    }

    /// Counts an attempt as failed, for now. `account` is the handle, whether it exists or not, or
    /// `None` when the attempt named none. An IPv6 address stands for its /64, an IPv4 address
    /// that is mapped into IPv6 for itself.
    ///
    /// # Errors
    /// [`Limited`] when the account or the address has used up its minute. Nothing is counted then.
    pub fn reserve(
        &mut self,
        account: Option<&str>,
        address: IpAddr,
        now: Instant,
    ) -> Result<Reservation, Limited> {
        let account = account.map(Box::from);
        let address = Network::of(address);
        let of_account = account.as_ref().map_or(Duration::ZERO, |account| self.accounts.wait(account, now));
        let wait = of_account.max(self.addresses.wait(&address, now));
        // Both are asked before either is taken: a refused attempt must not use up the other's tokens.
        if !wait.is_zero() {
            return Err(Limited { wait });
        }
        if let Some(account) = &account {
            self.accounts.take(account.clone(), now);
        }
        self.addresses.take(address, now);
        Ok(Reservation { account, address })
    }

    /// Takes an attempt back: it succeeded, or was never judged.
    pub fn give_back(&mut self, reservation: Reservation) {
        if let Some(account) = &reservation.account {
            self.accounts.put_back(account);
        }
        self.addresses.put_back(&reservation.address);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempts(per_account: u32, per_address: u32) -> Attempts {
        Attempts::new(&Limits {
            sign_in_failures_per_account: per_account,
            sign_in_failures_per_address: per_address,
            ..Limits::default()
        })
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn fail(attempts: &mut Attempts, account: &str, from: &str, now: Instant) -> bool {
        attempts.reserve(Some(account), ip(from), now).is_ok()
    }

    #[test]
    fn an_account_is_limited_wherever_the_guesses_come_from() {
        let (mut attempts, now) = (attempts(3, 100), Instant::now());
        assert!((1..=3).all(|n| fail(&mut attempts, "a@b.c", &format!("10.0.0.{n}"), now)));
        assert!(!fail(&mut attempts, "a@b.c", "10.0.0.9", now));
        assert!(fail(&mut attempts, "other@b.c", "10.0.0.9", now));
        // A third of a minute brings one token.
        assert!(!fail(&mut attempts, "a@b.c", "10.0.0.9", now + Duration::from_millis(19_999)));
        assert!(fail(&mut attempts, "a@b.c", "10.0.0.9", now + Duration::from_secs(20)));
        assert!(!fail(&mut attempts, "a@b.c", "10.0.0.9", now + Duration::from_secs(20)));
    }

    #[test]
    fn an_address_is_limited_whatever_it_guesses() {
        let (mut attempts, now) = (attempts(100, 2), Instant::now());
        assert!(attempts.reserve(None, ip("10.0.0.1"), now).is_ok());
        assert!(fail(&mut attempts, "a@b.c", "::ffff:10.0.0.1", now));
        assert!(!fail(&mut attempts, "d@b.c", "10.0.0.1", now));
        assert!(fail(&mut attempts, "d@b.c", "10.0.0.2", now));
    }

    #[test]
    fn a_64_is_one_address() {
        let (mut attempts, now) = (attempts(100, 2), Instant::now());
        assert!(fail(&mut attempts, "a@b.c", "2001:db8::1", now));
        assert!(fail(&mut attempts, "b@b.c", "2001:db8::2:3:4:5", now));
        assert!(!fail(&mut attempts, "c@b.c", "2001:db8::9", now));
        assert!(fail(&mut attempts, "c@b.c", "2001:db8:0:1::9", now));
    }

    #[test]
    fn a_success_costs_nothing() {
        let (mut attempts, now) = (attempts(1, 1), Instant::now());
        for _ in 0..100 {
            let taken = attempts.reserve(Some("a@b.c"), ip("10.0.0.1"), now).unwrap();
            // The second of two at the same time has to wait for the first one's outcome.
            let limited = attempts.reserve(Some("a@b.c"), ip("10.0.0.1"), now).unwrap_err();
            assert_eq!(limited, Limited { wait: MINUTE });
            attempts.give_back(taken);
        }
    }

    #[test]
    fn a_refused_attempt_costs_nothing() {
        let (mut attempts, now) = (attempts(5, 1), Instant::now());
        assert!(fail(&mut attempts, "a@b.c", "10.0.0.1", now));
        for _ in 0..10 {
            assert!(!fail(&mut attempts, "a@b.c", "10.0.0.1", now));
        }
        assert!((2..=5).all(|n| fail(&mut attempts, "a@b.c", &format!("10.0.0.{n}"), now)));
        assert!(!fail(&mut attempts, "a@b.c", "10.0.0.6", now));
    }

    #[test]
    fn a_limit_of_zero_is_one() {
        let (mut attempts, now) = (attempts(0, 0), Instant::now());
        assert!(fail(&mut attempts, "a@b.c", "10.0.0.1", now));
        assert!(!fail(&mut attempts, "a@b.c", "10.0.0.1", now));
    }
}
