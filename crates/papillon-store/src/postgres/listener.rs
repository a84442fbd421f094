//! The listener to what PostgreSQL tells of changes of accounts and bans.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use sqlx::postgres::PgListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::sql::Fault;

/// The channel of the tables' triggers.
const CHANNEL: &str = "papillon_news";
/// The wait after a failure. Something may have changed meanwhile, so it ends as if it had.
const PAUSE: Duration = Duration::from_secs(1);

/// The listener: one connection, from the first wait on. A command that never waits has none.
pub(crate) struct Listener {
    url: String,
    heard: Arc<Notify>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Listener {
    pub(super) fn new(url: &str) -> Self {
        Self { url: url.to_owned(), heard: Arc::default(), task: Mutex::default() }
    }

    /// Waits until something may have changed since the last call. A wait that is given up loses nothing.
    pub(crate) async fn news(&self) {
        {
            let mut task = self.task.lock();
            if task.is_none() {
                *task = Some(tokio::spawn(keep_listening(self.url.clone(), Arc::clone(&self.heard))));
            }
        }
        self.heard.notified().await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(task) = self.task.get_mut() {
            task.abort();
        }
    }
}

async fn keep_listening(url: String, heard: Arc<Notify>) {
    loop {
        if let Err(fault) = listen(&url, &heard).await {
            tracing::debug!(error = %crate::StoreError::from(fault), "the database does not tell of changes");
        }
        tokio::time::sleep(PAUSE).await;
        heard.notify_one();
    }
}

async fn listen(url: &str, heard: &Notify) -> Result<(), Fault> {
    let mut listener = PgListener::connect(url).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // Also before the first one: what changed earlier is told to nobody any more.
        heard.notify_one();
        // No message is a connection that was lost, and with it perhaps messages.
        if listener.try_recv().await?.is_none() {
            return Ok(());
        }
    }
}
