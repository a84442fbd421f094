//! Counters that many threads raise at once, without taking a line of the cache from each other.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// More threads than this share shards; a service has one for each processor.
const SHARDS: usize = 32;

/// So many counters that are raised together.
#[derive(Debug)]
pub(super) struct Sharded<const COUNTERS: usize>(Box<[Shard<COUNTERS>]>);

/// The counters of one thread. Two lines of the cache: processors fetch them in pairs.
#[derive(Debug)]
#[repr(align(128))]
struct Shard<const COUNTERS: usize>([AtomicU64; COUNTERS]);

impl<const COUNTERS: usize> Default for Sharded<COUNTERS> {
    fn default() -> Self {
        let shard = || Shard(std::array::from_fn(|_| AtomicU64::new(0)));
        Self(std::iter::repeat_with(shard).take(SHARDS).collect())
    }
}

impl<const COUNTERS: usize> Sharded<COUNTERS> {
    /// Raises a counter.
    pub(super) fn add(&self, counter: usize, by: u64) {
        self.add_all([(counter, by)]);
    }

    /// Raises several counters, with one look for their shard.
    pub(super) fn add_all<const COUNT: usize>(&self, counts: [(usize, u64); COUNT]) {
        let Some(Shard(shard)) = self.0.get(own_shard()) else { return };
        for (counter, by) in counts {
            if let Some(count) = shard.get(counter) {
                count.fetch_add(by, Ordering::Relaxed);
            }
        }
    }

    /// The sum over all threads.
    pub(super) fn sum(&self, counter: usize) -> u64 {
        let counts = self.0.iter().filter_map(|shard| shard.0.get(counter));
        counts.map(|count| count.load(Ordering::Relaxed)).sum()
    }
}

/// The shard of this thread.
fn own_shard() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        // Without a destructor, so that a look at it is one load.
        static SHARD: Cell<usize> = const { Cell::new(usize::MAX) };
    }
    let shard = SHARD.get();
    if shard < SHARDS {
        return shard;
    }
    let shard = NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS;
    SHARD.set(shard);
    shard
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_count_of_any_thread_is_lost() {
        let counters = Sharded::<2>::default();
        std::thread::scope(|scope| {
            for _ in 0..SHARDS * 2 {
                scope.spawn(|| (0..1_000).for_each(|_| counters.add(1, 3)));
            }
        });
        assert_eq!((counters.sum(0), counters.sum(1)), (0, SHARDS as u64 * 2 * 1_000 * 3));
    }
}
