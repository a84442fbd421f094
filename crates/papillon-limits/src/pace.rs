//! The rate limit of one client for one kind of request.

use std::time::{Duration, Instant};

use super::rate::{Bucket, Rate};

/// A rate limit of one: `burst` at once, and as many again in each `period`.
#[derive(Debug)]
pub struct Pace {
    rate: Rate,
    bucket: Bucket,
}

impl Pace {
    /// Nothing has been done yet.
    pub fn new(burst: u32, period: Duration) -> Self {
        Self { rate: Rate::new(burst, period), bucket: Bucket::full(now()) }
    }

    /// Whether one more is within the limit; counts it if so.
    pub fn take(&mut self) -> bool {
        self.take_at(now())
    }

    /// Gives one back.
    pub fn give_back(&mut self) {
        self.bucket.put_back(self.rate);
    }

    fn take_at(&mut self, now: Instant) -> bool {
        let within = self.bucket.wait(self.rate, now).is_zero();
        if within {
            self.bucket.take(self.rate, now);
        }
        within
    }
}

/// The runtime's clock, which tests can move.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_let_through_and_then_one_for_each_share_of_the_period() {
        let mut pace = Pace::new(8, Duration::from_secs(60));
        let start = now();
        assert!((0..8).all(|_| pace.take_at(start)));
        assert!(!pace.take_at(start));
        assert!(!pace.take_at(start + Duration::from_secs(7)));
        assert!(pace.take_at(start + Duration::from_secs(8)));
        assert!(!pace.take_at(start + Duration::from_secs(8)));
        pace.give_back();
        assert!(pace.take_at(start + Duration::from_secs(8)));
    }

    #[test]
    fn a_limit_of_zero_allows_nothing() {
        let mut pace = Pace::new(0, Duration::from_secs(1));
        assert!(!pace.take_at(now()) && !pace.take_at(now() + Duration::from_secs(3600)));
    }
}
