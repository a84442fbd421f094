//! The order of list changes: one at a time for each account.

use std::hash::{BuildHasher, RandomState};

use msnp::Handle;
use tokio::sync::{Mutex, MutexGuard};

const STRIPES: usize = 256;

/// Orders changes that concern the same people: a change is committed, taken over into memory and
/// told to the other side before the next one starts, and a sign-in reads either all of a change
/// or nothing of it. People that share a stripe wait for each other; that costs time, never truth.
pub(crate) struct AccountLocks {
    // Locks of the runtime, because they are held while the store works. A fixed number, so that nothing has to be
    // cleared away; the hash is seeded, so that nobody can choose handles that share one.
    stripes: Box<[Mutex<()>]>,
    hasher: RandomState,
}

/// Held while a change is under way.
pub(crate) struct Turn<'a> {
    _first: MutexGuard<'a, ()>,
    _second: Option<MutexGuard<'a, ()>>,
}

impl AccountLocks {
    pub(crate) fn new() -> Self {
        Self { stripes: (0..STRIPES).map(|_| Mutex::new(())).collect(), hasher: RandomState::new() }
    }

    /// Waits for the turn of a change to one account.
    pub(crate) async fn one(&self, handle: &Handle) -> Turn<'_> {
        Turn { _first: self.stripes[self.stripe(handle)].lock().await, _second: None }
    }

    /// Waits for the turn of a change to two accounts. Always in the same order, so that two people that add each
    /// other do not wait for each other for ever.
    pub(crate) async fn two(&self, a: &Handle, b: &Handle) -> Turn<'_> {
        let (a, b) = (self.stripe(a), self.stripe(b));
        let first = self.stripes[a.min(b)].lock().await;
        // The same lock twice would wait for itself.
        let second = if a == b { None } else { Some(self.stripes[a.max(b)].lock().await) };
        Turn { _first: first, _second: second }
    }

    fn stripe(&self, handle: &Handle) -> usize {
        self.hasher.hash_one(handle) as usize % STRIPES
    }
}
