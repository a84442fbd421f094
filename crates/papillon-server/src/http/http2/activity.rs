//! The activity on a connection, and the moment at which too little of it ends the connection.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::http::deadlines::{self, ANSWER, IDLE};

/// The most time that a fast client is granted in advance, as bytes at the slowest pace: 100 streams (`STREAMS_OF_PROXY`) of
/// 16 KiB (`UNSENT`), which is all that hyper keeps for it on a connection. Without this bound a client could take much
/// at once and then hold the connection for hours.
const MOST_KEPT: u64 = 100 * 16 * 1024;

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
    /// The time by which a client at the slowest pace has taken all that was sent. hyper keeps some of that until it
    /// does.
    taken_by: Instant,
    /// The time of the last event.
    last: Instant,
}

impl Default for Activity {
    fn default() -> Self {
        let now = Instant::now();
        let state = State { unanswered: 0, unsent: 0, taken_by: now, last: now };
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

    /// The time by which a client has to take the rest, when no more requests are read.
    pub(super) fn last_moment(&self) -> Instant {
        self.state.lock().taken_by.max(Instant::now()) + ANSWER
    }
}

impl State {
    fn over_at(&self) -> Instant {
        match (self.unsent, self.unanswered) {
            (0, 0) => self.last + IDLE,
            // The client waits for this server: it cannot be late. A moment ahead of now, to look again then.
            (0, _) => Instant::now() + IDLE,
            _ => self.taken_by + ANSWER,
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
        // The new mark before the old one is dropped: in between the connection would look idle.
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
        // A pause gives no time in advance. Not set back to now: hyper may still keep bytes of earlier answers.
        if state.unsent == 0 {
            state.taken_by = state.taken_by.max(Instant::now());
        }
        state.unsent += 1;
        drop(state);
        // `notify_one` stores its permit, so `over` notices also when it does not wait at this moment.
        activity.sending.notify_one();
        Self(Arc::clone(activity))
    }

    /// The client has made room for so many more bytes of it.
    pub(super) fn sends(&self, bytes: usize) {
        // No wake-up: it only moves the deadline to later, and `over` looks again at the old one.
        let (mut state, now) = (self.0.state.lock(), Instant::now());
        let pace = deadlines::pace(u64::try_from(bytes).unwrap_or(u64::MAX));
        state.taken_by = (state.taken_by + pace).min(now + deadlines::pace(MOST_KEPT));
    }
}

impl Drop for Unsent {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.unsent -= 1;
        state.last = Instant::now();
    }
}
