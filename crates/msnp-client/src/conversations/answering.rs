//! Answering calls.

use std::sync::{Arc, Weak};

use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout_at};

use super::PATIENCE;
use super::listener::Seat;
use crate::SendError;
use crate::core::{Core, Ring};
use crate::switchboard::Switchboard;
use crate::transport::{Destination, connect};

/// Goes in where this account was called to.
pub(super) async fn answer(core: Weak<Core>, ring: Ring, place: OwnedSemaphorePermit) {
    let caller = ring.from.clone();
    if let Err(error) = enter(core, ring, place).await {
        tracing::info!(%caller, %error, "a call could not be answered");
    }
}

async fn enter(core: Weak<Core>, ring: Ring, place: OwnedSemaphorePermit) -> Result<(), SendError> {
    let deadline = Instant::now() + PATIENCE;
    let Some(strong) = core.upgrade() else { return Ok(()) };
    let (account, id) = (strong.account.clone(), strong.conversations.board_id());
    let settings = Arc::clone(&strong.settings);
    drop(strong);
    let connecting = connect(&settings, Destination::Switchboard(ring.address));
    let connection = timeout_at(deadline, connecting).await.map_err(|_| SendError::TimedOut)?;
    let connection = connection.map_err(|_| SendError::Disconnected)?;
    let seat = Arc::new(Seat::called(core));
    let board = Switchboard::start(id, account, settings.dialect, connection, Some(place), seat);
    board.leave_when_idle(false);
    let entered = super::opening::answer(board.answer(ring.cookie, ring.session), deadline).await;
    if entered.is_err() {
        board.leave();
    }
    entered
}
