//! The wait for changes that others make.

use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use super::SqlStore;
use crate::postgres::Listener;
use crate::sqlite::DataVersion;

/// The time after which a file is looked at again. It is a look at the file's own counter, not at its tables.
const INTERVAL: Duration = Duration::from_millis(250);

/// Where changes are heard of.
pub(crate) enum News {
    File(DataVersion),
    Server(Listener),
}

impl SqlStore {
    /// See [`AccountLog::wait_for_change`](crate::AccountLog::wait_for_change).
    pub(super) async fn wait_for_news(&self, longest: Duration) {
        let last = Instant::now() + longest;
        loop {
            // Not given up in the middle: a connection that is dropped is closed.
            if let News::File(version) = &self.news
                && !matches!(version.has_changed().await, Ok(false))
            {
                return;
            }
            tokio::select! {
                is_over = self.pause(last) => if is_over { return },
                () = self.doubts.noted() => return,
            }
        }
    }

    /// Waits for a while, and tells whether the whole wait is over.
    async fn pause(&self, last: Instant) -> bool {
        match &self.news {
            News::File(_) => {
                sleep(INTERVAL).await;
                Instant::now() >= last
            }
            News::Server(listener) => {
                tokio::select! {
                    () = listener.news() => {}
                    () = sleep_until(last) => {}
                }
                true
            }
        }
    }
}
