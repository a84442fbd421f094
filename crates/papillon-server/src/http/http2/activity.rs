//! What happens on a connection, and when too little has.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::http::deadlines::{self, IDLE};

/// See the module.
#[derive(Debug)]
pub(super) struct Activity {
    state: Mutex<State>,
    /// Told when an answer begins to be sent: its deadline may come before the one that is waited for.
    sending: Notify,
}

#[derive(Debug)]
struct State {
    /// Requests that have no answer yet.
    unanswered: usize,
    /// Answers that the client has not taken all of.
    unsent: usize,
    /// Since when there have been such, and how many bytes it has taken since.
    since: Instant,
    taken: u64,
    /// When something last happened.
    last: Instant,
}

impl Default for Activity {
    fn default() -> Self {
        let now = Instant::now();
        let state = State { unanswered: 0, unsent: 0, since: now, taken: 0, last: now };
        Self { state: Mutex::new(state), sending: Notify::new() }
    }
}

impl Activity {
    /// Waits until nothing has happened for as long as a connection may be idle, or the client takes answers more
    /// slowly than it may. All of them share its line.
    pub(super) async fn over(&self) {
        loop {
            let sending = self.sending.notified();
            let over_at = self.state.lock().over_at();
            if over_at <= Instant::now() {
                return;
            }
            tokio::select! {
                () = sleep_until(over_at) => {}
                () = sending => {}
            }
        }
    }
}

impl State {
    fn over_at(&self) -> Instant {
        match (self.unsent, self.unanswered) {
            (0, 0) => self.last + IDLE,
            (0, _) => Instant::now() + IDLE,
            _ => self.since + deadlines::of_answer(self.taken),
        }
    }
}

/// A request without an answer, for as long as this lives.
#[derive(Debug)]
pub(super) struct Unanswered(Arc<Activity>);

impl Unanswered {
    pub(super) fn new(activity: &Arc<Activity>) -> Self {
        activity.state.lock().unanswered += 1;
        Self(Arc::clone(activity))
    }

    /// It has an answer.
    pub(super) fn answered(self) -> Unsent {
        Unsent::new(&self.0)
    }
}

impl Drop for Unanswered {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.unanswered -= 1;
        state.last = Instant::now();
    }
}

/// An answer that the client has not taken all of, for as long as this lives.
#[derive(Debug)]
pub(super) struct Unsent(Arc<Activity>);

impl Unsent {
    fn new(activity: &Arc<Activity>) -> Self {
        let mut state = activity.state.lock();
        if state.unsent == 0 {
            (state.since, state.taken) = (Instant::now(), 0);
        }
        state.unsent += 1;
        drop(state);
        // The one that waits notices also when it does not wait at this moment.
        activity.sending.notify_one();
        Self(Arc::clone(activity))
    }

    /// The client has made room for so many more bytes of it.
    pub(super) fn taken(&self, bytes: usize) {
        let mut state = self.0.state.lock();
        state.taken = state.taken.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
    }
}

impl Drop for Unsent {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.unsent -= 1;
        state.last = Instant::now();
    }
}
