//! The clock of a connection: its deadlines, from one wake-up to the next.

use tokio::time::Instant;

use crate::delivery::Outlook;

/// What a connection knows of the time from one wake-up to the next.
#[derive(Default)]
pub(super) struct Clock {
    /// The outlook for which the timer is set. None when something has happened since: another deadline may count.
    pub(super) outlook: Option<Outlook>,
    /// The time since which the client has taken nothing of the lines that wait for it, and the bytes it had then.
    pub(super) stall: Option<(Instant, u64)>,
    /// A client on a slow line is not late with an answer that is not read.
    pub(super) is_excused: bool,
    /// Senders wait for the client: it has half the time to take something.
    pub(super) is_waited_for: bool,
    /// The timer wakes the task.
    pub(super) is_running: bool,
    /// The last event was a read.
    pub(super) has_read: bool,
}

impl Clock {
    /// Whether the deadlines have to be looked at, in view of this outlook.
    pub(super) fn is_to_be_set(&mut self, outlook: Outlook) -> bool {
        if self.outlook == Some(outlook) {
            return false;
        }
        self.outlook = Some(outlook);
        self.is_waited_for = outlook.holds_up;
        // Any byte that the socket takes is a sign of life: the time begins anew with it. A client on a slow line may so
        // take as long as it needs for a long list.
        self.stall = outlook.stalled.map(|taken| match self.stall {
            Some((since, then)) if then == taken => (since, taken),
            _ => (Instant::now(), taken),
        });
        true
    }
}
