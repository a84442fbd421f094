//! The duration and the failures of the store's operations.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::{Result, StoreError};

/// The upper bounds of [`OperationCounts::by_duration`], in seconds. What takes longer is counted behind them.
pub const DURATION_BOUNDS: [f64; 13] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

/// The same in nanoseconds.
const BOUNDS: [u64; DURATION_BOUNDS.len()] = [
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    2_500_000_000,
    5_000_000_000,
];

/// The operations of a store since it was opened. The waits for a connection and for other writers belong to them. An
/// operation that its caller gave up is not in it.
#[derive(Debug, Default)]
pub struct Measures {
    pub(crate) reads: Operations,
    pub(crate) writes: Operations,
}

/// The operations of one kind.
#[derive(Debug, Default)]
pub(crate) struct Operations {
    by_duration: [AtomicU64; BOUNDS.len() + 1],
    nanoseconds: AtomicU64,
    unavailable: AtomicU64,
    corrupt: AtomicU64,
}

/// A reading of [`Measures`] for one kind of operation.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct OperationCounts {
    /// How many took no longer than each of [`DURATION_BOUNDS`] and longer than the one before it; at last those that
    /// took longer than all.
    pub by_duration: [u64; BOUNDS.len() + 1],
    /// The time that all took together, in seconds.
    pub seconds: f64,
    /// How many failed because the database did not answer or could not do it.
    pub unavailable: u64,
    /// How many failed because the database held something unreadable.
    pub corrupt: u64,
}

impl Measures {
    /// The operations that read.
    pub fn reads(&self) -> OperationCounts {
        self.reads.counts()
    }

    /// The transactions that write.
    pub fn writes(&self) -> OperationCounts {
        self.writes.counts()
    }
}

impl Operations {
    fn counts(&self) -> OperationCounts {
        let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
        OperationCounts {
            by_duration: self.by_duration.each_ref().map(count),
            seconds: Duration::from_nanos(count(&self.nanoseconds)).as_secs_f64(),
            unavailable: count(&self.unavailable),
            corrupt: count(&self.corrupt),
        }
    }

    fn note<T>(&self, took: Duration, outcome: &Result<T>) {
        let took = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.partition_point(|bound| *bound < took);
        if let Some(count) = self.by_duration.get(bucket) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.nanoseconds.fetch_add(took, Ordering::Relaxed);
        match outcome {
            // A refusal is an answer.
            Ok(_) | Err(StoreError::Refused(_)) => {}
            Err(StoreError::Unavailable(_)) => {
                self.unavailable.fetch_add(1, Ordering::Relaxed);
            }
            Err(StoreError::Corrupt(_)) => {
                self.corrupt.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// Carries out an operation and takes its time.
pub(crate) async fn measured<T>(
    operations: &Operations,
    operation: impl Future<Output = Result<T>>,
) -> Result<T> {
    let begun = Instant::now();
    let outcome = operation.await;
    operations.note(begun.elapsed(), &outcome);
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Outage, Refusal};

    #[test]
    fn an_operation_is_counted_by_its_duration_and_outcome() {
        let operations = Operations::default();
        operations.note(Duration::from_micros(500), &Ok(()));
        operations.note(Duration::from_micros(501), &Err::<(), _>(Refusal::ListFull.into()));
        operations.note(Duration::from_secs(5), &Err::<(), _>(StoreError::Corrupt("x".into())));
        operations.note(Duration::from_secs(6), &Err::<(), _>(StoreError::Unavailable(Outage::new("x"))));
        let counts = operations.counts();
        assert_eq!(counts.by_duration, [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
        assert_eq!((counts.unavailable, counts.corrupt), (1, 1));
        assert!((counts.seconds - 11.001_001).abs() < 1e-9, "{}", counts.seconds);
    }

    #[test]
    fn both_lists_of_bounds_are_one() {
        for (seconds, nanoseconds) in DURATION_BOUNDS.iter().zip(BOUNDS) {
            assert_eq!(Duration::from_secs_f64(*seconds), Duration::from_nanos(nanoseconds));
        }
    }
}
