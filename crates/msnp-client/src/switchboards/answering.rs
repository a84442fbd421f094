//! The answering of calls.

use std::sync::{Arc, Weak};

use msnp::{Cookie, Handle, HostPort, SessionId};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout_at};

use super::forwarder::Forwarder;
use super::receipts::answer;
use super::{PATIENCE, Switchboards};
use crate::SendError;
use crate::destination::Destination;
use crate::switchboard::Switchboard;
use crate::transport::connect;

/// A call to the switchboard of another account.
pub(crate) struct Ring {
    pub(crate) session: SessionId,
    pub(crate) address: HostPort,
    pub(crate) cookie: Cookie,
    pub(crate) from: Handle,
}

impl Switchboards {
    /// Answers a call, in a task of its own.
    pub(crate) fn ring(self: &Arc<Self>, ring: Ring) {
        // Before the task: calls beyond the limit cost neither a task nor a connection.
        let Ok(place) = self.place() else {
            return tracing::info!(caller = %ring.from, "too many open switchboards to answer a call");
        };
        let pool = Arc::downgrade(self);
        tokio::spawn(async move {
            let caller = ring.from.clone();
            if let Err(error) = enter(pool, ring, place).await {
                tracing::info!(%caller, %error, "a call could not be answered");
            }
        });
    }
}

/// Joins the session that this account was called to.
async fn enter(pool: Weak<Switchboards>, ring: Ring, place: OwnedSemaphorePermit) -> Result<(), SendError> {
    let deadline = Instant::now() + PATIENCE;
    let Some(strong) = pool.upgrade() else { return Ok(()) };
    let (account, id) = (strong.account.clone(), strong.board_id());
    let settings = Arc::clone(&strong.settings);
    // Connecting takes time, and the client may end meanwhile.
    drop(strong);
    let connecting = connect(&settings, Destination::Switchboard(ring.address));
    let connection = timeout_at(deadline, connecting).await.map_err(|_| SendError::TimedOut)?;
    let connection = connection.map_err(|_| SendError::Disconnected)?;
    let forwarder = Arc::new(Forwarder::called(pool));
    let board = Switchboard::start(id, account, settings.dialect, connection, Some(place), forwarder);
    // The caller decides when a quiet switchboard closes; this side leaves one that is empty.
    board.leave_when_idle(false);
    let entered = answer(board.answer(ring.cookie, ring.session), deadline).await;
    if entered.is_err() {
        board.leave();
    }
    entered
}
