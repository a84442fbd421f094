//! A lane of the fair queue: its keys take turns.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// The keys of one class of importance, and their items.
#[derive(Debug)]
pub(super) struct Lane<K, T> {
    pub(super) weight: i64,
    /// How far the lane is behind its share of the turns, in units of all weights; negative when it is ahead.
    pub(super) credit: i64,
    /// The keys that have items here, the one that has waited longest first.
    ring: VecDeque<K>,
    keys: HashMap<K, Waiting<T>>,
    /// Whether the next turn is for the key that came last.
    newest_is_next: bool,
}

/// The items of a key; none is kept without one.
#[derive(Debug)]
struct Waiting<T> {
    items: VecDeque<Item<T>>,
    /// Whether the key has had a turn since it came.
    had_turn: bool,
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
        Self { weight, credit: 0, ring: VecDeque::new(), keys: HashMap::new(), newest_is_next: false }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ring.is_empty()
    }

    pub(super) fn push(&mut self, key: K, item: Item<T>) {
        self.push_all(key, VecDeque::from([item]), false);
    }

    /// Adds items of a key that comes from another lane, where it may have had a turn.
    fn push_all(&mut self, key: K, items: VecDeque<Item<T>>, had_turn: bool) {
        let waiting = self.keys.entry(key.clone()).or_insert_with(|| {
            self.ring.push_back(key);
            Waiting { items: VecDeque::new(), had_turn }
        });
        for item in items {
            // Items that come from another lane may be older than those that are here.
            let at = waiting.items.partition_point(|other| other.number < item.number);
            waiting.items.insert(at, item);
        }
    }

    /// Takes over all items of a key from another lane.
    pub(super) fn take_over(&mut self, key: &K, other: &mut Self) {
        if let Some(Waiting { items, had_turn }) = other.keys.remove(key) {
            other.ring.retain(|other| other != key);
            other.rest();
            self.push_all(key.clone(), items, had_turn);
        }
    }

    pub(super) fn count(&self, key: &K) -> usize {
        self.keys.get(key).map_or(0, |waiting| waiting.items.len())
    }

    pub(super) fn longest(&self) -> Option<(K, usize)> {
        let longest = self.keys.iter().max_by_key(|(_, waiting)| waiting.items.len());
        longest.map(|(key, waiting)| (key.clone(), waiting.items.len()))
    }

    /// The place in the ring of the key whose turn it is, of those whose first item is ready.
    pub(super) fn next_ready(&self, is_ready: &mut impl FnMut(&T) -> bool) -> Option<usize> {
        let mut is_next = |key: &K, with_turn: bool| {
            let waiting = self.keys.get(key).filter(|waiting| with_turn || !waiting.had_turn);
            waiting.and_then(|waiting| waiting.items.front()).is_some_and(|item| is_ready(&item.value))
        };
        let newest =
            self.newest_is_next.then(|| self.ring.iter().rposition(|key| is_next(key, false))).flatten();
        newest.or_else(|| self.ring.iter().position(|key| is_next(key, true)))
    }

    /// Takes the first item of the key at this place of the ring. The key goes to the end of the ring.
    pub(super) fn take(&mut self, at: usize) -> Option<(K, Item<T>)> {
        self.newest_is_next = !self.newest_is_next;
        let key = self.ring.remove(at)?;
        let waiting = self.keys.get_mut(&key)?;
        waiting.had_turn = true;
        let item = waiting.items.pop_front()?;
        if waiting.items.is_empty() {
            self.keys.remove(&key);
            self.rest();
        } else {
            self.ring.push_back(key.clone());
        }
        Some((key, item))
    }

    pub(super) fn remove(&mut self, key: &K, number: u64) -> Option<Item<T>> {
        let items = &mut self.keys.get_mut(key)?.items;
        let at = items.binary_search_by_key(&number, |item| item.number).ok()?;
        let item = items.remove(at);
        self.tidy(key);
        item
    }

    pub(super) fn remove_newest(&mut self, key: &K) -> Option<Item<T>> {
        let item = self.keys.get_mut(key)?.items.pop_back();
        self.tidy(key);
        item
    }

    /// Forgets a key that has nothing any more.
    fn tidy(&mut self, key: &K) {
        if self.count(key) == 0 {
            self.keys.remove(key);
            self.ring.retain(|other| other != key);
            self.rest();
        }
    }

    /// An empty lane is owed nothing and owes nothing: its next item is judged by the weight alone.
    fn rest(&mut self) {
        if self.ring.is_empty() {
            self.credit = 0;
            self.newest_is_next = false;
        }
    }
}
