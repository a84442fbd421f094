//! Monarch's rate limit.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// The time in which replies are counted.
const WHILE: Duration = Duration::from_secs(60);
/// The most replies to one conversation in that time: the other side may be a machine, too.
const MOST: usize = 30;

/// The times of the latest replies, oldest first.
#[derive(Debug, Default)]
pub(super) struct Pace(VecDeque<Instant>);

impl Pace {
    /// Whether something may be said now. It counts as said then.
    pub(super) fn allows(&mut self, now: Instant) -> bool {
        while self.0.front().is_some_and(|first| now.duration_since(*first) >= WHILE) {
            self.0.pop_front();
        }
        let allowed = self.0.len() < MOST;
        if allowed {
            self.0.push_back(now);
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torrent_is_cut_and_time_heals() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        assert_eq!((0..100).filter(|_| pace.allows(start)).count(), MOST);
        assert!(!pace.allows(start + WHILE / 2));
        assert!(pace.allows(start + WHILE));
    }
}
