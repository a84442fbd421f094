//! The turns of tasks that compute for long at once, such as handshakes of TLS: a quarter of a millisecond or more, and
//! thousands may come together. They always leave a thread to other tasks.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::ready;

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

type Turn = Result<OwnedSemaphorePermit, AcquireError>;

/// Turns at computing. Copies share them.
#[derive(Clone, Debug)]
pub struct Turns(Arc<Semaphore>);

impl Default for Turns {
    /// A turn for all threads but one, where there are several.
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(all_threads_but_one())))
    }
}

/// The number of threads that may compute at once, so that one is left to other tasks: at least one.
pub fn all_threads_but_one() -> usize {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    (threads - 1).max(1)
}

impl Turns {
    /// Does `work`, and has a turn whenever that does not wait for the other side. Turns come in the order in which they
    /// were asked for.
    pub async fn take<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        // Kept between polls: a wait that began anew with each would lose its place in the queue.
        let mut waiting: Option<Pin<Box<dyn Future<Output = Turn> + Send>>> = None;
        poll_fn(|cx| {
            let _turn = match &mut waiting {
                None => match Arc::clone(&self.0).try_acquire_owned() {
                    Ok(turn) => Ok(turn),
                    // Polled at once, so that the semaphore has this task's waker.
                    Err(_) => {
                        let turn = waiting.insert(Box::pin(Arc::clone(&self.0).acquire_owned()));
                        ready!(turn.as_mut().poll(cx))
                    }
                },
                Some(turn) => ready!(turn.as_mut().poll(cx)),
            };
            // The turn is for this one poll: while the work waits for its client, others compute.
            waiting = None;
            work.as_mut().poll(cx)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn no_more_compute_than_may() {
        let turns = Turns(Arc::new(Semaphore::new(2)));
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let (turns, now, most) = (turns.clone(), Arc::clone(&now), Arc::clone(&most));
            tasks.spawn(async move {
                let work = async {
                    for _ in 0..20 {
                        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::hint::black_box((0..1000).sum::<u64>());
                        now.fetch_sub(1, Ordering::SeqCst);
                        tokio::task::yield_now().await;
                    }
                };
                turns.take(work).await;
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
        assert!((1..=2).contains(&most.load(Ordering::SeqCst)), "{most:?}");
    }
}
