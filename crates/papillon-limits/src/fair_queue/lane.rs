//! A lane of the fair queue: its keys take turns.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// The keys of one class of importance, and their items.
#[derive(Debug)]
pub(super) struct Lane<K, T> {
    pub(super) weight: i64,
    /// How far the lane is behind its share of the turns, in units of all weights; negative when it is ahead.
    pub(super) credit: i64,
    /// The keys that have items here, the next first.
    ring: VecDeque<K>,
    items: HashMap<K, VecDeque<Item<T>>>,
}

/// A value that waits, with its place in the order of all.
#[derive(Debug)]
pub(super) struct Item<T> {
    pub(super) number: u64,
    pub(super) value: T,
}

impl<K: Hash + Eq + Clone, T> Lane<K, T> {
    pub(super) fn new(weight: u32) -> Self {
        let weight = i64::from(weight).max(1);
        Self { weight, credit: 0, ring: VecDeque::new(), items: HashMap::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ring.is_empty()
    }

    pub(super) fn push(&mut self, key: K, item: Item<T>) {
        let items = self.items.entry(key.clone()).or_default();
        if items.is_empty() {
            self.ring.push_back(key);
        }
        // Items that come from another lane may be older than those that are here.
        let at = items.partition_point(|other| other.number < item.number);
        items.insert(at, item);
    }

    pub(super) fn count(&self, key: &K) -> usize {
        self.items.get(key).map_or(0, VecDeque::len)
    }

    pub(super) fn longest(&self) -> Option<(K, usize)> {
        let longest = self.items.iter().max_by_key(|(_, items)| items.len());
        longest.map(|(key, items)| (key.clone(), items.len()))
    }

    /// The place in the ring of the first key whose first item is ready.
    pub(super) fn first_ready(&self, is_ready: &mut impl FnMut(&T) -> bool) -> Option<usize> {
        let first = |key| self.items.get(key).and_then(VecDeque::front);
        self.ring.iter().position(|key| first(key).is_some_and(|item| is_ready(&item.value)))
    }

    /// Takes the first item of the key at this place of the ring. The key goes to the end of the ring.
    pub(super) fn take(&mut self, at: usize) -> Option<(K, Item<T>)> {
        let key = self.ring.remove(at)?;
        let items = self.items.get_mut(&key)?;
        let item = items.pop_front()?;
        if items.is_empty() {
            self.items.remove(&key);
            self.rest();
        } else {
            self.ring.push_back(key.clone());
        }
        Some((key, item))
    }

    pub(super) fn remove(&mut self, key: &K, number: u64) -> Option<Item<T>> {
        let items = self.items.get_mut(key)?;
        let at = items.binary_search_by_key(&number, |item| item.number).ok()?;
        let item = items.remove(at);
        self.tidy(key);
        item
    }

    pub(super) fn remove_newest(&mut self, key: &K) -> Option<Item<T>> {
        let item = self.items.get_mut(key)?.pop_back();
        self.tidy(key);
        item
    }

    pub(super) fn remove_key(&mut self, key: &K) -> VecDeque<Item<T>> {
        let items = self.items.remove(key).unwrap_or_default();
        if !items.is_empty() {
            self.ring.retain(|other| other != key);
            self.rest();
        }
        items
    }

    /// Forgets a key that has nothing any more.
    fn tidy(&mut self, key: &K) {
        if self.count(key) == 0 {
            self.items.remove(key);
            self.ring.retain(|other| other != key);
            self.rest();
        }
    }

    /// An empty lane is owed nothing and owes nothing: its next item is judged by the weight alone.
    fn rest(&mut self) {
        if self.ring.is_empty() {
            self.credit = 0;
        }
    }
}
