//! The arithmetic of all rate limits: tokens that come back one by one.

use std::time::{Duration, Instant};

/// A number of tokens at once, and as many again in each window.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    /// The cost of a token, as a share of a bucket's time.
    interval: Duration,
    /// An empty bucket is full again after this.
    burst: Duration,
}

/// The tokens of one. Only one time is kept: when it will be full again. A token is there when that is less than a
/// burst ahead by the interval of one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bucket {
    full_at: Instant,
}

impl Rate {
    /// With no tokens at all, nothing is ever allowed.
    pub(crate) fn new(tokens: u32, window: Duration) -> Self {
        // The burst by multiplication: of no tokens it is zero, so the first one is never there. And it is a whole
        // number of intervals, though the division rounds, so a full bucket holds exactly `tokens`.
        let interval = window / tokens.max(1);
        Self { interval, burst: interval * tokens }
    }

    /// The tokens of a full bucket.
    pub(crate) fn tokens(self) -> u32 {
        whole(self.burst.as_nanos() / self.interval.as_nanos().max(1))
    }
}

impl Bucket {
    pub(crate) fn full(now: Instant) -> Self {
        Self { full_at: now }
    }

    pub(crate) fn is_full(&self, now: Instant) -> bool {
        self.full_at <= now
    }

    /// The time until there is a token, if no other caller takes it.
    pub(crate) fn wait(&self, rate: Rate, now: Instant) -> Duration {
        // After one more the bucket would be full an interval later, which must not be more than a burst ahead.
        (self.full_at.saturating_duration_since(now) + rate.interval).saturating_sub(rate.burst)
    }

    /// The number of tokens that there are.
    pub(crate) fn left(&self, rate: Rate, now: Instant) -> u32 {
        let time = rate.burst.saturating_sub(self.full_at.saturating_duration_since(now));
        whole(time.as_nanos() / rate.interval.as_nanos().max(1))
    }

    /// The number of tokens that are missing. A part of one is one.
    pub(crate) fn missing(&self, rate: Rate, now: Instant) -> u32 {
        let time = self.full_at.saturating_duration_since(now);
        whole(time.as_nanos().div_ceil(rate.interval.as_nanos().max(1)))
    }

    /// Takes a token, whether there is one or not.
    pub(crate) fn take(&mut self, rate: Rate, now: Instant) {
        // A bucket that has been full for long holds no more than one that is full now.
        self.full_at = self.full_at.max(now) + rate.interval;
    }

    /// Puts a token back.
    pub(crate) fn put_back(&mut self, rate: Rate) {
        // In the past is as good as full. An instant may not go back before the system's first: then it stays.
        self.full_at = self.full_at.checked_sub(rate.interval).unwrap_or(self.full_at);
    }
}

fn whole(tokens: u128) -> u32 {
    u32::try_from(tokens).unwrap_or(u32::MAX)
}
