//! The log lines about a failure that lasts: at once, then less and less often, and when it is over.

use std::time::Duration;

use papillon_store::StoreError;
use tokio::time::Instant;

const LEAST: Duration = Duration::from_secs(15);
const MOST: Duration = Duration::from_secs(60 * 60);

/// The state of the log lines about a failure that lasts.
#[derive(Debug, Default)]
pub(super) struct Outage(Option<Told>);

#[derive(Debug)]
struct Told {
    since: Instant,
    next: Instant,
    interval: Duration,
}

impl Outage {
    /// Takes the outcome of one more look at the store.
    pub(super) fn note(&mut self, outcome: Result<(), StoreError>) {
        match outcome {
            Ok(()) => {
                if let Some(seconds) = self.ends() {
                    tracing::info!(seconds, "account changes can be read again");
                }
            }
            Err(error) => {
                if let Some(seconds) = self.goes_on() {
                    tracing::error!(%error, seconds, "account changes cannot be read");
                }
            }
        }
    }

    /// The seconds that it has lasted, when that is to be told.
    fn goes_on(&mut self) -> Option<u64> {
        let now = Instant::now();
        let Some(told) = &mut self.0 else {
            self.0 = Some(Told { since: now, next: now + LEAST, interval: LEAST });
            return Some(0);
        };
        if now < told.next {
            return None;
        }
        told.interval = (told.interval * 2).min(MOST);
        told.next = now + told.interval;
        Some(told.since.elapsed().as_secs())
    }

    /// The seconds that it lasted, if there was one.
    fn ends(&mut self) -> Option<u64> {
        self.0.take().map(|told| told.since.elapsed().as_secs())
    }
}

#[cfg(test)]
mod tests {
    use papillon_store::Refusal;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_lasts_from_the_first_failure_to_the_next_success() {
        let mut outage = Outage::default();
        outage.note(Ok(()));
        assert!(outage.0.is_none());
        for _ in 0..2 {
            outage.note(Err(Refusal::UnknownAccount.into()));
            tokio::time::advance(Duration::from_secs(3)).await;
        }
        assert_eq!(outage.0.as_ref().map(|told| told.since.elapsed()), Some(Duration::from_secs(6)));
        outage.note(Ok(()));
        assert!(outage.0.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_told_once_then_at_growing_intervals_and_when_it_is_over() {
        let mut outage = Outage::default();
        assert_eq!(outage.ends(), None);
        let mut told = Vec::new();
        for _ in 0..4 * 24 * 60 * 60 {
            told.extend(outage.goes_on());
            tokio::time::advance(Duration::from_millis(250)).await;
        }
        assert_eq!(told[..6], [0, 15, 45, 105, 225, 465]);
        assert_eq!(told[told.len() - 1] - told[told.len() - 2], MOST.as_secs());
        assert_eq!(outage.ends(), Some(24 * 60 * 60));
        assert_eq!((outage.ends(), outage.goes_on()), (None, Some(0)));
    }
}
