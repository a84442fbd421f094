//! The crowd at the listeners: how many connections each network has, and which of them have not signed in.

use std::collections::{BTreeSet, HashMap};

use papillon_limits::Network;

/// The most connections.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Capacity {
    /// All.
    pub(crate) all: usize,
    /// Of one network.
    pub(crate) of_network: usize,
    /// All that have not signed in.
    pub(crate) pending: usize,
    /// Of these, of one network.
    pub(crate) pending_of_network: usize,
}

/// The reason for which a connection finds no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Full {
    /// All places are taken.
    All,
    /// Those of its network are.
    Network,
}

/// The stage of a connection, as far as it matters for its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It has sent no command.
    Silent,
    /// It has, and has not signed in.
    Known,
    /// It has signed in. It keeps its place to its end.
    SignedIn,
}

/// The connections of a proxy that has not named its client yet are those of no network, and have no limit of their own.
pub(crate) type Key = Option<Network>;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Crowd {
    all: usize,
    pending: usize,
    groups: HashMap<Key, Group>,
    /// The groups with pending connections, by their number: the fullest is the last.
    by_size: BTreeSet<(usize, Key)>,
}

/// The connections of one network.
#[derive(Debug, Default)]
struct Group {
    all: usize,
    /// The pending ones by number. Numbers grow, so the first is the oldest.
    silent: BTreeSet<u64>,
    known: BTreeSet<u64>,
}

impl Group {
    fn pending(&self) -> usize {
        self.silent.len() + self.known.len()
    }
}

impl Crowd {
    /// Finds room for one more of a network. Where places are scarce, a connection that has not signed in goes for it:
    /// the oldest silent one of the same network, or one of a network that has more of them. Its number is returned,
    /// and it is no longer counted.
    pub(crate) fn make_room(&mut self, key: Key, capacity: &Capacity) -> Result<Option<u64>, Full> {
        if let Some(group) = self.groups.get(&key).filter(|_| key.is_some())
            && (group.all >= capacity.of_network || group.pending() >= capacity.pending_of_network)
        {
            let oldest = group.silent.first().copied().ok_or(Full::Network)?;
            self.leave(oldest, key, Stage::Silent);
            return Ok(Some(oldest));
        }
        if self.all < capacity.all && self.pending < capacity.pending {
            return Ok(None);
        }
        let own = self.pending_of(key);
        let (most, fullest) = self.by_size.last().copied().ok_or(Full::All)?;
        // Its own network, where no other has more: silent ones go then, but no client that is just signing in.
        let fuller = most > own + 1;
        let from = if fuller { fullest } else { key };
        let group = self.groups.get(&from).ok_or(Full::All)?;
        let (oldest, stage) = match (group.silent.first(), group.known.first()) {
            (Some(silent), _) => (*silent, Stage::Silent),
            // With all places taken by signed-in people, one newcomer for another would gain nothing.
            (None, Some(known)) if fuller && self.pending >= capacity.pending => (*known, Stage::Known),
            _ => return Err(Full::All),
        };
        self.leave(oldest, from, stage);
        Ok(Some(oldest))
    }

    /// The number of connections of a network that have not signed in.
    pub(crate) fn pending_of(&self, key: Key) -> usize {
        self.groups.get(&key).map_or(0, Group::pending)
    }

    /// Counts a new connection.
    pub(crate) fn enter(&mut self, number: u64, key: Key, stage: Stage) {
        self.all += 1;
        let group = self.groups.entry(key).or_default();
        group.all += 1;
        let before = group.pending();
        match stage {
            Stage::Silent => group.silent.insert(number),
            Stage::Known => group.known.insert(number),
            Stage::SignedIn => true,
        };
        let after = group.pending();
        self.resize(key, before, after);
    }

    /// Counts a connection no longer.
    pub(crate) fn leave(&mut self, number: u64, key: Key, stage: Stage) {
        let Some(group) = self.groups.get_mut(&key) else { return };
        self.all -= 1;
        group.all -= 1;
        let before = group.pending();
        match stage {
            Stage::Silent => group.silent.remove(&number),
            Stage::Known => group.known.remove(&number),
            Stage::SignedIn => true,
        };
        let after = group.pending();
        // Forgotten, or every network that was ever here would take memory.
        if group.all == 0 {
            self.groups.remove(&key);
        }
        self.resize(key, before, after);
    }

    fn resize(&mut self, key: Key, before: usize, after: usize) {
        if before == after {
            return;
        }
        self.pending = self.pending + after - before;
        self.by_size.remove(&(before, key));
        if after > 0 {
            self.by_size.insert((after, key));
        }
    }
}

#[cfg(test)]
mod tests;
