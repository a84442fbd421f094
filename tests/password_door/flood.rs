//! A flood of wrong passwords, each address with guesses at accounts of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use msnp_testkit::TestServer;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::login;

/// Guesses under way; they end with this.
pub struct Flood {
    answered: Arc<AtomicUsize>,
    more: Arc<Notify>,
    _guesses: JoinSet<()>,
}

impl Flood {
    /// Sends so many guesses from each of so many addresses at once. With `again`, each is sent again when it is
    /// answered.
    pub fn start(server: &Arc<TestServer>, addresses: usize, each: usize, again: bool) -> Self {
        let (answered, more) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let mut guesses = JoinSet::new();
        for number in 0..addresses * each {
            let (server, answered, more) = (Arc::clone(server), Arc::clone(&answered), Arc::clone(&more));
            let from = format!("10.{}.{}.1", number % addresses / 256, number % addresses % 256);
            guesses.spawn(async move {
                loop {
                    login(&server, &from, &format!("nobody{number}@example.com"), "a guess").await;
                    answered.fetch_add(1, Ordering::SeqCst);
                    more.notify_one();
                    if !again {
                        return;
                    }
                }
            });
        }
        Self { answered, more, _guesses: guesses }
    }

    /// The guesses that were answered.
    pub fn answered(&self) -> usize {
        self.answered.load(Ordering::SeqCst)
    }

    /// Waits until so many guesses were answered.
    pub async fn answer(&self, count: usize) {
        while self.answered() < count {
            self.more.notified().await;
        }
    }
}
