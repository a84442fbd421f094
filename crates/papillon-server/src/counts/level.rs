//! A level: a number that rises and falls, and the highest that it has been.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A number of things that there are now, and the most that there were at once since the start.
#[derive(Debug, Default)]
pub(crate) struct Level {
    now: AtomicU64,
    peak: AtomicU64,
}

/// One more of a level, for as long as this lives.
#[derive(Debug)]
#[must_use]
pub(crate) struct Raised(Arc<Level>);

impl Level {
    /// So many more.
    pub(crate) fn raise(&self, by: u64) {
        let now = self.now.fetch_add(by, Ordering::Relaxed).wrapping_add(by);
        self.reach(now);
    }

    /// So many fewer. They have been raised before.
    pub(crate) fn lower(&self, by: u64) {
        self.now.fetch_sub(by, Ordering::Relaxed);
    }

    /// Notes a height that is kept elsewhere.
    pub(crate) fn reach(&self, height: u64) {
        // A peak is rare: mostly the line in the cache is only read, and stays with all processors.
        if height > self.peak.load(Ordering::Relaxed) {
            self.peak.fetch_max(height, Ordering::Relaxed);
        }
    }

    /// One more, until the result is dropped.
    pub(crate) fn enter(self: &Arc<Self>) -> Raised {
        self.raise(1);
        Raised(Arc::clone(self))
    }

    /// The number of now.
    pub(crate) fn now(&self) -> u64 {
        self.now.load(Ordering::Relaxed)
    }

    /// The highest number since the start.
    pub(crate) fn peak(&self) -> u64 {
        self.peak.load(Ordering::Relaxed)
    }
}

impl Drop for Raised {
    fn drop(&mut self) {
        self.0.lower(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_stays() {
        let level = Arc::new(Level::default());
        let (one, other) = (level.enter(), level.enter());
        assert_eq!((level.now(), level.peak()), (2, 2));
        drop(one);
        level.raise(3);
        level.lower(3);
        drop(other);
        assert_eq!((level.now(), level.peak()), (0, 4));
    }
}
