//! Argon2's working memory, kept between hashes as long as there are some.

use std::mem;
use std::sync::{Arc, Weak};
use std::time::Duration;

use argon2::{Block, Params};
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::time::sleep;

/// Memory that two looks in a row find unused is freed: it rests for at least one such pause, and at most two.
pub(super) const PAUSE: Duration = Duration::from_secs(30);

/// The memory of a pool: 19 MiB for each hash that is worked out at once. What was unused for a minute is freed.
pub(super) struct WorkingMemory {
    kept: Mutex<Kept>,
    /// The most hashes that are worked out at once.
    pub(super) max: usize,
}

#[derive(Default)]
struct Kept {
    /// The last one used is the last, and the next to be lent: it is still in the cache, and what is not needed rests.
    free: Vec<Free>,
    /// Whether a task looks after them.
    is_watched: bool,
}

/// Memory that no hash uses.
struct Free {
    blocks: Vec<Block>,
    /// A look has found it unused.
    was_seen: bool,
}

impl WorkingMemory {
    /// None yet.
    pub(super) fn new(max: usize) -> Self {
        Self { kept: Mutex::default(), max }
    }

    /// Lends memory to `work`, on any thread. The task that frees it later runs on `runtime`.
    pub(super) fn lend<T>(self: &Arc<Self>, runtime: &Handle, work: impl FnOnce(&mut Vec<Block>) -> T) -> T {
        // The lock is free during the work: each thread has memory of its own.
        let free = self.kept.lock().free.pop();
        let mut blocks = free.map_or_else(Vec::new, |free| free.blocks);
        let result = work(&mut blocks);
        let usual = Params::DEFAULT.block_count();
        if blocks.len() > usual {
            // A hash of higher cost: not worth keeping that much.
            blocks.truncate(usual);
            blocks.shrink_to_fit();
        }
        self.keep(blocks, runtime);
        result
    }

    fn keep(self: &Arc<Self>, blocks: Vec<Block>, runtime: &Handle) {
        let mut kept = self.kept.lock();
        if kept.free.len() < self.max {
            kept.free.push(Free { blocks, was_seen: false });
        }
        // Set under the lock under which the watch sees that nothing is left: so there is one watch, and not none.
        if !mem::replace(&mut kept.is_watched, true) {
            runtime.spawn(watch(Arc::downgrade(self)));
        }
    }

    /// Takes out what was unused since the last look. `None` when none is left to look at: the watch is over then.
    fn look(&self) -> Option<Vec<Free>> {
        let mut kept = self.kept.lock();
        if kept.free.is_empty() {
            kept.is_watched = false;
            return None;
        }
        let mut unused = Vec::new();
        for free in mem::take(&mut kept.free) {
            match free.was_seen {
                true => unused.push(free),
                false => kept.free.push(Free { was_seen: true, ..free }),
            }
        }
        Some(unused)
    }
}

/// Frees memory that nothing uses, until there is none.
async fn watch(memory: Weak<WorkingMemory>) {
    loop {
        sleep(PAUSE).await;
        let Some(unused) = memory.upgrade().and_then(|memory| memory.look()) else { return };
        // Here, where the lock is free: the system takes its time to take back 19 MiB.
        drop(unused);
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::yield_now;
    use tokio::time::advance;

    use super::*;

    impl WorkingMemory {
        /// The number of blocks of each piece that is kept.
        pub(in super::super) fn sizes(&self) -> Vec<usize> {
            self.kept.lock().free.iter().map(|free| free.blocks.len()).collect()
        }

        /// Where each piece that is kept begins.
        pub(in super::super) fn places(&self) -> Vec<*const Block> {
            self.kept.lock().free.iter().map(|free| free.blocks.as_ptr()).collect()
        }
    }

    /// Has a hash of this size done.
    fn work(memory: &Arc<WorkingMemory>, size: usize) -> *const Block {
        memory.lend(&Handle::current(), |blocks| {
            blocks.resize(size, Block::new());
            blocks.as_ptr()
        })
    }

    /// Lets the watch see that the time has come.
    async fn pause() {
        // It has begun to wait before the clock moves, and has looked after that.
        yield_now().await;
        advance(PAUSE).await;
        yield_now().await;
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_used_again_and_no_more_of_it_is_kept_than_the_usual() {
        let memory = Arc::new(WorkingMemory::new(1));
        let first = work(&memory, 64);
        assert_eq!(work(&memory, 64), first);
        let usual = Params::DEFAULT.block_count();
        work(&memory, usual + 1);
        assert_eq!(memory.sizes(), [usual]);
        memory.lend(&Handle::current(), |_| work(&memory, 8));
        assert_eq!(memory.sizes().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_freed_after_a_minute_without_a_hash() {
        let memory = Arc::new(WorkingMemory::new(2));
        for _ in 0..2 {
            memory.lend(&Handle::current(), |blocks| {
                blocks.resize(16, Block::new());
                work(&memory, 8);
            });
            assert_eq!(memory.sizes(), [8, 16]);
            pause().await;
            // The one that is used stays, the other one goes.
            work(&memory, 16);
            pause().await;
            assert_eq!(memory.sizes(), [16]);
            work(&memory, 16);
            pause().await;
            assert_eq!(memory.sizes(), [16]);
            pause().await;
            assert!(memory.sizes().is_empty() && memory.kept.lock().is_watched);
            // The watch ends, and the next hash begins another.
            pause().await;
            assert!(!memory.kept.lock().is_watched);
        }
    }
}
