//! How often somebody may do something.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

/// A minute.
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
/// An hour.
pub(crate) const HOUR: Duration = Duration::from_secs(3600);
/// The most buckets of a kind. When there are that many that are not full, whoever has none yet
/// has to wait.
const MAX: usize = 65_536;
/// Looking through all buckets for full ones costs something: not more often than this.
const PURGE_EVERY: Duration = Duration::from_secs(1);

/// Token buckets by key. Of each only one time is kept: when it will be full again. A token costs
/// `interval`, and a bucket is empty when it would be full only after `burst`.
#[derive(Debug)]
pub(crate) struct Buckets<K> {
    full_at: HashMap<K, Instant>,
    interval: Duration,
    burst: Duration,
    max: usize,
    purged: Option<Instant>,
}

impl<K: Hash + Eq> Buckets<K> {
    /// Buckets with so many tokens, at least one, that take `window` to be full again.
    pub(crate) fn new(tokens: u32, window: Duration) -> Self {
        let tokens = tokens.max(1);
        let interval = window / tokens;
        Self { full_at: HashMap::new(), interval, burst: interval * tokens, max: MAX, purged: None }
    }

    /// Takes a token, if there is one.
    pub(crate) fn take_one(&mut self, key: K, now: Instant) -> bool {
        let has_one = self.has_one(&key, now);
        if has_one {
            self.take(key, now);
        }
        has_one
    }

    /// Whether there is a token.
    pub(crate) fn has_one(&mut self, key: &K, now: Instant) -> bool {
        self.wait(key, now).is_zero()
    }

    /// How long it takes until there is a token, if nobody else takes it.
    pub(crate) fn wait(&mut self, key: &K, now: Instant) -> Duration {
        if let Some(full_at) = self.full_at.get(key) {
            return (full_at.saturating_duration_since(now) + self.interval).saturating_sub(self.burst);
        }
        if self.has_room(now) { Duration::ZERO } else { PURGE_EVERY }
    }

    /// Takes a token, whether there is one or not.
    pub(crate) fn take(&mut self, key: K, now: Instant) {
        let full_at = self.full_at.entry(key).or_insert(now);
        *full_at = (*full_at).max(now) + self.interval;
    }

    /// Puts a token back.
    pub(crate) fn put_back(&mut self, key: &K) {
        if let Some(full_at) = self.full_at.get_mut(key) {
            *full_at = full_at.checked_sub(self.interval).unwrap_or(*full_at);
        }
    }

    fn has_room(&mut self, now: Instant) -> bool {
        let due = self.purged.is_none_or(|purged| now.saturating_duration_since(purged) >= PURGE_EVERY);
        if self.full_at.len() >= self.max && due {
            self.full_at.retain(|_, full_at| *full_at > now);
            self.purged = Some(now);
        }
        self.full_at.len() < self.max
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_full_buckets_are_forgotten() {
        let mut buckets = Buckets { max: 10, ..Buckets::new(60, MINUTE) };
        let now = Instant::now();
        for key in 0..10 {
            assert!(buckets.has_one(&key, now));
            buckets.take(key, now);
        }
        assert!(!buckets.has_one(&10, now), "no room");
        assert!(buckets.has_one(&3, now), "those who have a bucket are not concerned");
        assert_eq!(buckets.full_at.len(), 10);
        // Each took one of sixty tokens: full again after a second.
        assert!(buckets.has_one(&10, now + Duration::from_secs(1)));
        assert!(buckets.full_at.is_empty());
    }

    #[test]
    fn tokens_come_back_one_by_one() {
        let mut buckets = Buckets::new(2, HOUR);
        let now = Instant::now();
        assert!(buckets.take_one("a", now) && buckets.take_one("a", now));
        assert!(!buckets.take_one("a", now) && buckets.take_one("b", now));
        let waits = [buckets.wait(&"a", now), buckets.wait(&"b", now), buckets.wait(&"c", now)];
        assert_eq!(waits, [HOUR / 2, Duration::ZERO, Duration::ZERO]);
        assert!(!buckets.take_one("a", now + Duration::from_secs(1799)));
        assert!(buckets.take_one("a", now + Duration::from_secs(1800)));
        assert!(!buckets.take_one("a", now + Duration::from_secs(1800)));
    }
}
