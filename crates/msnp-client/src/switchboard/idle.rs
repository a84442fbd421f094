//! Giving up switchboards that nobody needs.

use std::sync::Arc;
use std::time::Duration;

use super::Switchboard;

/// A switchboard on which nobody is, or that only carried packets, is given up after this long
/// without anything.
const IDLE: Duration = Duration::from_secs(60);
/// How often that is looked at.
const LOOK: Duration = Duration::from_secs(10);

impl Switchboard {
    /// Leaves when nobody is there any more, for a minute. `silence_counts` on a switchboard that
    /// this account opened: it is also left when it only carried packets and these have ended. One
    /// that the other opened is theirs to close.
    pub(crate) fn leave_when_idle(self: &Arc<Self>, silence_counts: bool) {
        let board = Arc::clone(self);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    () = board.closed() => return,
                    () = tokio::time::sleep(LOOK) => {}
                }
                if board.is_idle(silence_counts) {
                    tracing::debug!("leaving an idle switchboard");
                    return board.leave();
                }
            }
        });
    }

    fn is_idle(&self, silence_counts: bool) -> bool {
        let leased = Arc::strong_count(&self.lease) > 1;
        let state = self.state.lock();
        let unused = state.people.is_empty() || (silence_counts && !state.spoken && !leased);
        unused && state.in_flight.is_empty() && state.active.elapsed() >= IDLE
    }
}
