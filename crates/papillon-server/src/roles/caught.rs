//! Catches panics of a connection's task, so that the connection ends as any other does.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// The task has panicked; the message is on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Panicked;

/// Runs `task` to its end or to its panic.
///
/// Without this a panic would leave a session behind that nobody serves: other people would see it as online, and the
/// socket would stay open, because the session's outbox holds it.
pub(super) async fn caught<T>(task: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut task = pin!(task);
    std::future::poll_fn(|context| {
        // Safe to go on after it: the task is not polled again, its locks were released, and what it may have left half
        // done concerns its own session, which ends.
        match catch_unwind(AssertUnwindSafe(|| task.as_mut().poll(context))) {
            Ok(Poll::Ready(outcome)) => Poll::Ready(Ok(outcome)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(_) => Poll::Ready(Err(Panicked)),
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_outcome_is_passed_on_and_a_panic_is_an_error() {
        let task = async {
            tokio::task::yield_now().await;
            7
        };
        assert_eq!(caught(task).await, Ok(7));
        let bug = async {
            tokio::task::yield_now().await;
            assert!(std::env::args().count() == 0, "a bug");
        };
        assert_eq!(caught(bug).await, Err(Panicked));
    }
}
