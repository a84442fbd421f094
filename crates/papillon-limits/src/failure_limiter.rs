//! The limiter of failures, where the outcome is known only later.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

use super::RateLimiter;

/// Limits how often each of many keys fails. A success costs nothing. What has begun and has no outcome yet holds a
/// token, so that many that begin at once cannot all fail.
///
/// It remembers the keys of what is in flight: the caller bounds that.
#[derive(Debug)]
pub struct FailureLimiter<K> {
    failures: RateLimiter<K>,
    /// None is kept without something in flight.
    in_flight: HashMap<K, u32>,
}

/// Whether a key may begin one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It may.
    Free,
    /// It may when one of those in flight has succeeded: they hold all tokens that are left.
    Held,
    /// It has failed too often.
    UsedUp {
        /// The time until there is a token, if none fails in the meantime.
        wait: Duration,
    },
}

impl<K: Hash + Eq + Clone> FailureLimiter<K> {
    /// So many failures at once, at least one, and as many again in each window.
    pub fn new(failures: u32, window: Duration) -> Self {
        Self { failures: RateLimiter::new(failures, window), in_flight: HashMap::new() }
    }

    /// Whether this key may begin one more.
    pub fn standing(&mut self, key: &K, now: Instant) -> Standing {
        let wait = self.failures.wait(key, now);
        let in_flight = self.in_flight.get(key).copied().unwrap_or_default();
        if !wait.is_zero() {
            Standing::UsedUp { wait }
        } else if in_flight >= self.failures.left(key, now) {
            Standing::Held
        } else {
            Standing::Free
        }
    }

    /// Begins one, which should be [`Standing::Free`]. It is in flight until [`end`](Self::end).
    pub fn begin(&mut self, key: K) {
        *self.in_flight.entry(key).or_default() += 1;
    }

    /// Ends one that began, as a failure or not.
    pub fn end(&mut self, key: &K, has_failed: bool, now: Instant) {
        if let Some(count) = self.in_flight.get_mut(key) {
            *count -= 1;
            if *count == 0 {
                self.in_flight.remove(key);
            }
        }
        if has_failed {
            self.fail(key.clone(), now);
        }
    }

    /// Counts a failure of something that never began here.
    pub fn fail(&mut self, key: K, now: Instant) {
        self.failures.take(key, now);
    }
}

impl Standing {
    /// The standing of what needs both: the worse of the two.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::UsedUp { wait }, Self::UsedUp { wait: other }) => Self::UsedUp { wait: wait.max(other) },
            (used_up @ Self::UsedUp { .. }, _) | (_, used_up @ Self::UsedUp { .. }) => used_up,
            (Self::Held, _) | (_, Self::Held) => Self::Held,
            (Self::Free, Self::Free) => Self::Free,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::MINUTE;

    #[test]
    fn a_success_costs_nothing_and_what_is_in_flight_holds_a_token() {
        let mut limiter = FailureLimiter::new(2, MINUTE);
        let now = Instant::now();
        for _ in 0..100 {
            limiter.begin("a");
            limiter.begin("a");
            assert_eq!(limiter.standing(&"a", now), Standing::Held);
            assert_eq!(limiter.standing(&"b", now), Standing::Free);
            limiter.end(&"a", false, now);
            assert_eq!(limiter.standing(&"a", now), Standing::Free);
            limiter.end(&"a", false, now);
        }
        assert!(limiter.in_flight.is_empty());
    }

    #[test]
    fn a_failure_takes_its_token_along() {
        let mut limiter = FailureLimiter::new(2, MINUTE);
        let now = Instant::now();
        limiter.begin("a");
        limiter.begin("a");
        limiter.end(&"a", true, now);
        assert_eq!(limiter.standing(&"a", now), Standing::Held);
        limiter.end(&"a", true, now);
        assert_eq!(limiter.standing(&"a", now), Standing::UsedUp { wait: MINUTE / 2 });
        assert_eq!(limiter.standing(&"a", now + MINUTE / 2), Standing::Free);
    }

    #[test]
    fn the_worse_of_two_counts() {
        let [short, long] = [1, 2].map(|seconds| Standing::UsedUp { wait: Duration::from_secs(seconds) });
        assert_eq!((short.and(long), long.and(short)), (long, long));
        assert_eq!((short.and(Standing::Held), Standing::Free.and(short)), (short, short));
        assert_eq!(
            (Standing::Held.and(Standing::Free), Standing::Free.and(Standing::Held)),
            (Standing::Held, Standing::Held)
        );
        assert_eq!(Standing::Free.and(Standing::Free), Standing::Free);
    }

    proptest! {
        /// However beginnings and ends are mixed, no more fail at one time than may.
        #[test]
        fn no_more_fail_than_may(most in 1_u32..6, steps in prop::collection::vec(0..3_u8, 0..200)) {
            let (mut limiter, now) = (FailureLimiter::new(most, MINUTE), Instant::now());
            let (mut in_flight, mut failed) = (0, 0);
            for step in steps {
                match step {
                    0 if limiter.standing(&(), now) == Standing::Free => {
                        limiter.begin(());
                        in_flight += 1;
                    }
                    1 | 2 if in_flight > 0 => {
                        limiter.end(&(), step == 1, now);
                        in_flight -= 1;
                        failed += u32::from(step == 1);
                    }
                    _ => {}
                }
                prop_assert!(failed + in_flight <= most);
                let used_up = matches!(limiter.standing(&(), now), Standing::UsedUp { .. });
                prop_assert_eq!(used_up, failed == most);
            }
        }
    }
}
