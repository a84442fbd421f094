//! The rate limiter: a bucket of tokens for each of many keys.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::time::{Duration, Instant};

use super::rate::{Bucket, Rate};

/// A minute.
pub const MINUTE: Duration = Duration::from_secs(60);
/// An hour.
pub const HOUR: Duration = Duration::from_secs(3600);
/// The most keys that are remembered by default. Keys with all their tokens need not be.
const MOST: usize = 65_536;
/// All are looked through for such keys not more often than this: it takes time.
const PURGE_EVERY: Duration = Duration::from_secs(1);
/// As many of the oldest are looked at for a key with all tokens.
const LOOKED_AT: usize = 8;

/// Rate limits by key, in bounded memory.
#[derive(Debug)]
pub struct RateLimiter<K> {
    rate: Rate,
    buckets: HashMap<K, Bucket>,
    most: usize,
    when_full: WhenFull<K>,
}

/// The rule for one more key when as many as possible are remembered.
#[derive(Debug)]
enum WhenFull<K> {
    /// It waits. This is for keys that stand for an effort, and limits that no client may get around.
    Wait { purged: Option<Instant> },
    /// An old one is forgotten, rather one with all tokens. This is for keys that can be made up, so that a flood of
    /// them keeps nobody out. Each key is in here once, the oldest in front.
    Forget { order: VecDeque<K> },
}

impl<K: Hash + Eq + Clone> RateLimiter<K> {
    /// So many at once, at least one, and as many again in each window.
    pub fn new(tokens: u32, window: Duration) -> Self {
        // With none, keys without a bucket would still get through: they are taken for full ones.
        let rate = Rate::new(tokens.max(1), window);
        Self { rate, buckets: HashMap::new(), most: MOST, when_full: WhenFull::Wait { purged: None } }
    }

    /// The same, where the oldest of `most` is forgotten for another.
    pub fn forgetful(tokens: u32, window: Duration, most: usize) -> Self {
        let when_full = WhenFull::Forget { order: VecDeque::new() };
        Self { most, when_full, ..Self::new(tokens, window) }
    }

    /// The same, where so many keys are remembered instead of 65,536.
    #[must_use]
    pub fn remembering(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// Changes the rate. What has been taken stays taken, and comes back at the time it would have.
    pub fn change(&mut self, tokens: u32, window: Duration) {
        self.rate = Rate::new(tokens.max(1), window);
    }

    /// Takes a token, if there is one.
    pub fn take_one(&mut self, key: K, now: Instant) -> bool {
        let has_one = self.wait(&key, now).is_zero();
        if has_one {
            self.take(key, now);
        }
        has_one
    }

    /// The time until there is a token, if no other caller takes it.
    pub fn wait(&mut self, key: &K, now: Instant) -> Duration {
        if let Some(bucket) = self.buckets.get(key) {
            return bucket.wait(self.rate, now);
        }
        // A new key has all its tokens, if it can be remembered. The next purge may make room.
        if self.has_room(now) { Duration::ZERO } else { PURGE_EVERY }
    }

    /// The number of tokens that there are. Of a key that is not remembered, all.
    pub fn left(&self, key: &K, now: Instant) -> u32 {
        self.buckets.get(key).map_or(self.rate.tokens(), |bucket| bucket.left(self.rate, now))
    }

    /// The number of tokens that are missing: those taken that have not come back.
    pub fn missing(&self, key: &K, now: Instant) -> u32 {
        self.buckets.get(key).map_or(0, |bucket| bucket.missing(self.rate, now))
    }

    /// Takes a token, whether there is one or not.
    pub fn take(&mut self, key: K, now: Instant) {
        if !self.buckets.contains_key(&key) {
            if let WhenFull::Forget { order } = &mut self.when_full {
                // Only of a new key, so that each is in the order once, and the order is as bounded as the buckets.
                order.push_back(key.clone());
            } else if self.buckets.len() == self.buckets.capacity() {
                // Before the map grows: so it is as large as its keys of late ask for, and not as all that there were.
                self.purge(now);
            }
        }
        self.buckets.entry(key).or_insert(Bucket::full(now)).take(self.rate, now);
    }

    /// Puts a token back.
    pub fn put_back(&mut self, key: &K) {
        if let Some(bucket) = self.buckets.get_mut(key) {
            bucket.put_back(self.rate);
        }
    }

    fn has_room(&mut self, now: Instant) -> bool {
        if self.buckets.len() < self.most {
            return true;
        }
        match &mut self.when_full {
            WhenFull::Wait { .. } => self.purge(now),
            WhenFull::Forget { order } => {
                let is_full = |key: &K| self.buckets.get(key).is_none_or(|bucket| bucket.is_full(now));
                // If none of these is full, the oldest goes: a few looks, however many keys there are.
                let at = order.iter().take(LOOKED_AT).position(is_full).unwrap_or_default();
                // Near the front, so few entries move.
                if let Some(key) = order.remove(at) {
                    self.buckets.remove(&key);
                }
            }
        }
        self.buckets.len() < self.most
    }

    /// Forgets the keys that have all their tokens, unless that was done just now.
    fn purge(&mut self, now: Instant) {
        if let WhenFull::Wait { purged } = &mut self.when_full
            && purged.is_none_or(|purged| now.saturating_duration_since(purged) >= PURGE_EVERY)
        {
            self.buckets.retain(|_, bucket| !bucket.is_full(now));
            *purged = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_full_buckets_are_forgotten() {
        let mut limiter = RateLimiter { most: 10, ..RateLimiter::new(60, MINUTE) };
        let now = Instant::now();
        assert!((0..10).all(|key| limiter.take_one(key, now)));
        assert!(!limiter.wait(&10, now).is_zero(), "no room");
        assert!(limiter.wait(&3, now).is_zero(), "keys that have a bucket are not concerned");
        assert_eq!(limiter.buckets.len(), 10);
        // Each took one of sixty tokens: full again after a second.
        assert!(limiter.wait(&10, now + Duration::from_secs(1)).is_zero());
        assert!(limiter.buckets.is_empty());
    }

    #[test]
    fn keys_that_have_all_their_tokens_take_no_memory() {
        let mut limiter = RateLimiter::new(60, MINUTE).remembering(10_000);
        let start = Instant::now();
        for key in 0..100_000_u64 {
            // Ten a second; each is full again after one.
            assert!(limiter.take_one(key, start + Duration::from_millis(100) * key as u32));
        }
        assert!(limiter.buckets.capacity() < 100, "{}", limiter.buckets.capacity());
        let end = start + Duration::from_secs(10_002);
        let taken = (0..20_000).filter(|key| limiter.take_one(*key, end)).count();
        assert_eq!((taken, limiter.buckets.len()), (10_000, 10_000), "as many as it was told");
    }

    #[test]
    fn a_change_of_the_rate_leaves_what_was_taken() {
        let mut limiter = RateLimiter::new(2, HOUR);
        let now = Instant::now();
        assert!(limiter.take_one("a", now) && limiter.take_one("a", now) && !limiter.take_one("a", now));
        limiter.change(4, HOUR);
        assert!(!limiter.take_one("a", now) && (0..4).all(|_| limiter.take_one("b", now)));
        assert!((0..4).all(|_| limiter.take_one("a", now + HOUR)));
    }

    #[test]
    fn tokens_come_back_one_by_one() {
        let mut limiter = RateLimiter::new(2, HOUR);
        let now = Instant::now();
        assert!(limiter.take_one("a", now) && limiter.take_one("a", now));
        assert!(!limiter.take_one("a", now) && limiter.take_one("b", now));
        let waits = [limiter.wait(&"a", now), limiter.wait(&"b", now), limiter.wait(&"c", now)];
        assert_eq!(waits, [HOUR / 2, Duration::ZERO, Duration::ZERO]);
        assert!(!limiter.take_one("a", now + Duration::from_secs(1799)));
        assert!(limiter.take_one("a", now + Duration::from_secs(1800)));
        assert!(!limiter.take_one("a", now + Duration::from_secs(1800)));
    }

    #[test]
    fn tokens_are_counted() {
        let mut limiter = RateLimiter::new(3, MINUTE);
        let now = Instant::now();
        let counts = |limiter: &RateLimiter<_>, now| (limiter.left(&"a", now), limiter.missing(&"a", now));
        assert_eq!(counts(&limiter, now), (3, 0));
        limiter.take("a", now);
        limiter.take("a", now);
        assert_eq!(counts(&limiter, now), (1, 2));
        assert_eq!(counts(&limiter, now + Duration::from_secs(19)), (1, 2), "a part of a token is none");
        assert_eq!(counts(&limiter, now + Duration::from_secs(20)), (2, 1));
        limiter.take("a", now);
        limiter.take("a", now);
        assert_eq!(counts(&limiter, now), (0, 4), "one more than there are");
        assert_eq!(counts(&limiter, now + 2 * MINUTE), (3, 0));
    }

    #[test]
    fn a_forgetful_one_keeps_nobody_out_and_memory_is_bounded() {
        let mut limiter = RateLimiter::forgetful(2, MINUTE, 10);
        let now = Instant::now();
        assert!((0..30).all(|key| limiter.take_one(key, now)));
        let WhenFull::Forget { order } = &limiter.when_full else { panic!("it forgets") };
        assert_eq!((limiter.buckets.len(), order.len()), (10, 10));
        assert_eq!(order.front(), Some(&20), "the oldest are forgotten first");
    }

    #[test]
    fn those_who_have_taken_something_are_remembered_longer() {
        let mut limiter = RateLimiter::forgetful(2, MINUTE, 10);
        let now = Instant::now();
        assert!(limiter.take_one(0, now) && limiter.take_one(0, now));
        assert!((1..10).all(|key| limiter.take_one(key, now)));
        // All others have their tokens again, and the first has one.
        let later = now + MINUTE / 2;
        assert!(limiter.take_one(0, later));
        assert!((10..19).all(|key| limiter.take_one(key, later)));
        assert!(!limiter.take_one(0, later), "not forgotten");
    }
}
