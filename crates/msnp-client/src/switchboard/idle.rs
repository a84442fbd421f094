//! The closing of idle switchboards.

use std::sync::Arc;
use std::time::Duration;

use super::Switchboard;

/// The time without traffic after which a switchboard is closed that has no other member, or that only carried
/// packets.
const IDLE: Duration = Duration::from_secs(60);
/// The interval of the check.
const LOOK: Duration = Duration::from_secs(10);

impl Switchboard {
    /// Leaves after a minute without other members. `silence_counts` on a switchboard that
    /// this account opened: it is also left when it only carried packets and these have ended. A
    /// switchboard that the other side opened is for the other side to close.
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
        // One count is the switchboard's own.
        let leased = Arc::strong_count(&self.lease) > 1;
        let state = self.state.lock();
        let unused = state.people.is_empty() || (silence_counts && !state.spoken && !leased);
        unused && state.in_flight.is_empty() && state.active.elapsed() >= IDLE
    }
}
