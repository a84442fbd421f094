//! The wait before the retry of a call that failed for want of a resource, such as open files.

use std::time::Duration;

const LEAST: Duration = Duration::from_millis(10);
const MOST: Duration = Duration::from_secs(1);

/// Longer with each failure in a row, up to a second: so the log has a line a second at most.
#[derive(Debug, Default)]
pub(crate) struct Backoff(Duration);

impl Backoff {
    /// It has worked: the next try may come at once.
    pub(crate) fn reset(&mut self) {
        self.0 = Duration::ZERO;
    }

    /// It has failed once more.
    pub(crate) fn failed(&mut self) {
        // The lower bound makes the first wait of the zero.
        self.0 = (self.0 * 2).clamp(LEAST, MOST);
    }

    /// Waits until the next try is due.
    pub(crate) async fn wait(&self) {
        if !self.0.is_zero() {
            tokio::time::sleep(self.0).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn failures_in_a_row_are_tried_again_once_a_second() {
        let mut backoff = Backoff::default();
        let waited = async |backoff: &Backoff| {
            let before = tokio::time::Instant::now();
            backoff.wait().await;
            before.elapsed()
        };
        assert_eq!(waited(&backoff).await, Duration::ZERO);
        backoff.failed();
        assert_eq!(waited(&backoff).await, LEAST);
        (0..100).for_each(|_| backoff.failed());
        assert_eq!(waited(&backoff).await, MOST);
        backoff.reset();
        assert_eq!(waited(&backoff).await, Duration::ZERO);
    }
}
