//! The pool of switchboards: opens them, answers calls to them, finds those that lead to an account, and leases them.
//!
//! A [`Line`] leads to some accounts. It outlives its switchboards, and can have two of them at once
//! when both sides called at the same time. Messages of users are sent on a leased line
//! ([`Switchboards::lease`]); pictures and files are sent as packets over a switchboard
//! ([`Switchboards::packet_carrier`]). Either may use a switchboard that was opened for the other. Incoming messages
//! go to a [`Subscriber`].

mod answering;
mod forwarder;
mod lease;
mod line;
mod opening;
mod receipts;
mod subscriber;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use msnp::Handle;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::SendError;
use crate::notification::NotificationHandle;
use crate::settings::Settings;
use crate::switchboard::{PacketCarrier, Switchboard};
pub(crate) use answering::Ring;
pub(crate) use line::{Line, People};
pub(crate) use subscriber::{Subscriber, TakenIn};

/// The most switchboards that are open at once; further calls are not answered.
const MAX_BOARDS: usize = 64;
/// The number of lines above which those are forgotten that have neither switchboard nor handle.
const MAX_LINES: usize = 1_024;
/// The time that an answer of the service or of the called client may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The time that leaving may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// All switchboards of one client. When it is dropped, all are left.
pub(crate) struct Switchboards {
    account: Handle,
    settings: Arc<Settings>,
    notification: Arc<NotificationHandle>,
    /// The client. A task that waits for a switchboard holds it meanwhile.
    subscriber: Weak<dyn Subscriber>,
    /// In the order in which they were made.
    lines: Mutex<Vec<Arc<Line>>>,
    next_line: AtomicU64,
    next_board: AtomicU64,
    places: Arc<Semaphore>,
}

impl Switchboards {
    pub(crate) fn new(
        account: Handle,
        settings: Arc<Settings>,
        notification: Arc<NotificationHandle>,
        subscriber: Weak<dyn Subscriber>,
    ) -> Self {
        Self {
            account,
            settings,
            notification,
            subscriber,
            lines: Mutex::default(),
            next_line: AtomicU64::new(1),
            next_board: AtomicU64::new(1),
            places: Arc::new(Semaphore::new(MAX_BOARDS)),
        }
    }

    /// The line to exactly these accounts: one with members rather than one that would call them.
    pub(crate) fn line_to(&self, people: &BTreeSet<Handle>) -> Arc<Line> {
        let mut lines = self.lines.lock();
        // Lock order: `lines`, then a line's state.
        let candidates = || lines.iter().filter(|line| line.people() == *people);
        if let Some(line) = candidates().find(|line| line.is_open()).or_else(|| candidates().next()) {
            return Arc::clone(line);
        }
        if lines.len() >= MAX_LINES {
            // One count is that of this list.
            lines.retain(|line| Arc::strong_count(line) > 1 || line.has_switchboards());
        }
        let line = Arc::new(Line::new(self.next_line.fetch_add(1, Ordering::Relaxed), people.clone()));
        lines.push(Arc::clone(&line));
        line
    }

    /// A carrier of packets to `peer`: an open switchboard in which it is the only other member,
    /// else a new one that is closed after a minute without packets or texts.
    pub(crate) async fn packet_carrier(self: &Arc<Self>, peer: &Handle) -> Result<PacketCarrier, SendError> {
        if let Some(board) = self.alone_with(peer) {
            return Ok(PacketCarrier::new(board, peer));
        }
        let line = self.line_to(&BTreeSet::from([peer.clone()]));
        // Only the switchboard is wanted, not the turn: packets do not queue behind texts.
        drop(self.reach(&line).await?);
        // The peer may have joined over a switchboard of its own meanwhile.
        let board = self.alone_with(peer).ok_or(SendError::NotOnline)?;
        Ok(PacketCarrier::new(board, peer))
    }

    /// Whether packets to this account need no new switchboard.
    pub(crate) fn is_open_with(&self, peer: &Handle) -> bool {
        self.alone_with(peer).is_some()
    }

    /// Leaves all switchboards, and waits a little until the service knows.
    pub(crate) async fn leave_all(&self) {
        // Before the lines let go of them.
        let boards = self.boards();
        for line in self.lines() {
            line.leave();
        }
        let closed = async {
            for board in boards {
                board.closed().await;
            }
        };
        if tokio::time::timeout(FAREWELL, closed).await.is_err() {
            tracing::debug!("some switchboards did not end in time");
        }
    }

    fn lines(&self) -> Vec<Arc<Line>> {
        self.lines.lock().clone()
    }

    fn boards(&self) -> Vec<Arc<Switchboard>> {
        self.lines().iter().flat_map(|line| line.boards()).collect()
    }

    fn alone_with(&self, peer: &Handle) -> Option<Arc<Switchboard>> {
        self.boards().into_iter().find(|board| !board.is_closed() && board.is_alone_with(peer))
    }

    fn board_id(&self) -> u64 {
        self.next_board.fetch_add(1, Ordering::Relaxed)
    }

    fn place(&self) -> Result<OwnedSemaphorePermit, SendError> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        place.map_err(|_| SendError::TooMany { limit: MAX_BOARDS })
    }
}

impl Drop for Switchboards {
    fn drop(&mut self) {
        for board in self.boards() {
            board.leave();
        }
    }
}
