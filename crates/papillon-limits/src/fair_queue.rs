//! The fair queue: turns go round the keys, and the lanes share them by weight.

mod lane;

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::RangeInclusive;

use lane::{Item, Lane};

/// A queue with lanes. A lane is a class of importance: when all have something, each gets the share of the turns that its
/// weight says, and none is left out for good. In a lane the turns go round the keys, so a key with much to do does
/// not delay another. The items of a key keep their order.
///
/// Every other turn of a lane is for the key that came last and has not had one: where more come than can be served, the
/// one that comes now is served soon, in place of all being served too late.
///
/// A key may wait in several lanes. Lanes are numbers from 0, the first being the most important.
#[derive(Debug)]
pub struct FairQueue<K, T> {
    lanes: Box<[Lane<K, T>]>,
    /// The items of each key in all lanes; none is kept without one.
    of_key: HashMap<K, usize>,
    most: usize,
    most_of_key: usize,
    waiting: usize,
    next_number: u64,
}

/// An item that was taken in.
#[derive(Debug, PartialEq, Eq)]
pub struct Pushed<T> {
    /// The number by which the item can be removed.
    pub number: u64,
    /// The item that made room for it.
    pub displaced: Option<T>,
}

impl<K: Hash + Eq + Clone, T> FairQueue<K, T> {
    /// An empty queue for at most `most` items, and at most `most_of_key` of one key. It has a lane for each weight; a
    /// weight of 0 is taken as 1.
    pub fn new(weights: &[u32], most: usize, most_of_key: usize) -> Self {
        Self {
            lanes: weights.iter().map(|weight| Lane::new(*weight)).collect(),
            of_key: HashMap::new(),
            most,
            most_of_key,
            waiting: 0,
            next_number: 0,
        }
    }

    /// The number of items that wait.
    pub fn len(&self) -> usize {
        self.waiting
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// The number of items of a key that wait in some lanes.
    ///
    /// # Panics
    /// When there is no such lane.
    pub fn len_of(&self, key: &K, lanes: RangeInclusive<usize>) -> usize {
        self.lanes[lanes].iter().map(|lane| lane.count(key)).sum()
    }

    /// Takes an item in; `None` when there is no room.
    ///
    /// A full queue makes room where most is taken: the newest item goes of the key with the most in the last lane that
    /// has any. Lanes before this one are left alone, and so is a key of this lane that would come to have less than
    /// this one.
    ///
    /// # Panics
    /// When there is no such lane.
    pub fn push(&mut self, lane: usize, key: K, value: T) -> Option<Pushed<T>> {
        if self.of_key.get(&key).copied().unwrap_or_default() >= self.most_of_key {
            return None;
        }
        let displaced = if self.waiting < self.most { None } else { Some(self.displace(lane, &key)?) };
        let number = self.next_number;
        self.next_number += 1;
        *self.of_key.entry(key.clone()).or_default() += 1;
        self.waiting += 1;
        self.lanes[lane].push(key, Item { number, value });
        Some(Pushed { number, displaced })
    }

    /// Takes the next item out, passing over keys whose first item is not ready: they keep their place.
    pub fn pop(&mut self, mut is_ready: impl FnMut(&T) -> bool) -> Option<T> {
        let mut order: Vec<_> = (0..self.lanes.len()).filter(|lane| !self.lanes[*lane].is_empty()).collect();
        // The lane that is most behind comes first, and of several that are, the most important.
        order.sort_by_key(|lane| std::cmp::Reverse(self.lanes[*lane].credit + self.lanes[*lane].weight));
        let (chosen, at) = order.iter().find_map(|lane| {
            let at = self.lanes[*lane].next_ready(&mut is_ready)?;
            Some((*lane, at))
        })?;
        let total: i64 = order.iter().map(|lane| self.lanes[*lane].weight).sum();
        for lane in order {
            let lane = &mut self.lanes[lane];
            // A lane in which nothing is ready gathers no more than one round's worth.
            lane.credit = (lane.credit + lane.weight).min(total);
        }
        self.lanes[chosen].credit -= total;
        let (key, item) = self.lanes[chosen].take(at)?;
        self.forget_one(&key);
        Some(item.value)
    }

    /// Takes an item out by its number, in any lane.
    pub fn remove(&mut self, key: &K, number: u64) -> Option<T> {
        let item = self.lanes.iter_mut().find_map(|lane| lane.remove(key, number))?;
        self.forget_one(key);
        Some(item.value)
    }

    /// Moves all items of a key that are in some lanes to one lane, where the key keeps its place, or gets the last one.
    pub fn gather(&mut self, key: &K, from: RangeInclusive<usize>, to: usize) {
        for lane in from.filter(|lane| *lane != to) {
            if let Ok([lane, to]) = self.lanes.get_disjoint_mut([lane, to]) {
                to.take_over(key, lane);
            }
        }
    }

    /// Makes room for one more of `key` in `lane`.
    fn displace(&mut self, lane: usize, key: &K) -> Option<T> {
        let last = self.lanes.iter().rposition(|lane| !lane.is_empty()).filter(|last| *last >= lane)?;
        let (longest, count) = self.lanes[last].longest()?;
        if last == lane && count <= self.lanes[lane].count(key) + 1 {
            return None;
        }
        let item = self.lanes[last].remove_newest(&longest)?;
        self.forget_one(&longest);
        Some(item.value)
    }

    fn forget_one(&mut self, key: &K) {
        self.waiting -= 1;
        if let Some(count) = self.of_key.get_mut(key) {
            *count -= 1;
            if *count == 0 {
                self.of_key.remove(key);
            }
        }
    }
}

#[cfg(test)]
mod tests;
