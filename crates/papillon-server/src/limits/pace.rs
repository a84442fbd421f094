//! How often something may be done.

use std::time::Duration;

use tokio::time::Instant;

/// A token bucket: `burst` at once, and as many again in each `period`.
#[derive(Debug)]
pub(crate) struct Pace {
    burst: f64,
    per_second: f64,
    tokens: f64,
    counted: Instant,
}

impl Pace {
    /// A full bucket.
    pub(crate) fn new(burst: u32, period: Duration) -> Self {
        let burst = f64::from(burst);
        Self { burst, per_second: burst / period.as_secs_f64(), tokens: burst, counted: Instant::now() }
    }

    /// Whether one more is within the limit; counts it if so.
    pub(crate) fn take(&mut self) -> bool {
        self.take_at(Instant::now())
    }

    /// Gives one back.
    pub(crate) fn give_back(&mut self) {
        self.tokens = (self.tokens + 1.0).min(self.burst);
    }

    fn take_at(&mut self, now: Instant) -> bool {
        let passed = now.duration_since(self.counted).as_secs_f64();
        self.counted = now;
        self.tokens = (self.tokens + passed * self.per_second).min(self.burst);
        let within = self.tokens >= 1.0;
        if within {
            self.tokens -= 1.0;
        }
        within
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_let_through_and_then_one_for_each_share_of_the_period() {
        let mut pace = Pace::new(8, Duration::from_secs(60));
        let start = pace.counted;
        assert!((0..8).all(|_| pace.take_at(start)));
        assert!(!pace.take_at(start));
        assert!(!pace.take_at(start + Duration::from_secs(7)));
        assert!(pace.take_at(start + Duration::from_secs(8)));
        assert!(!pace.take_at(start + Duration::from_secs(8)));
        pace.give_back();
        assert!(pace.take_at(start + Duration::from_secs(8)));
    }
}
