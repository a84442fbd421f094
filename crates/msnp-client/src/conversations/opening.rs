//! Getting everybody of a conversation onto a switchboard.

use std::io;
use std::sync::Arc;

use msnp::{ErrorCode, Handle};
use tokio::sync::MutexGuard;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::listener::Seat;
use super::{PATIENCE, Talk};
use crate::core::Core;
use crate::switchboard::{Answer, Closed, Receipt, Switchboard};
use crate::transport::{Destination, connect};
use crate::{CommandError, SendError};

/// What is said next is said by whoever holds it.
pub(super) type Turn<'a> = MutexGuard<'a, ()>;

impl Talk {
    /// A switchboard with the others on it: the one that is there, or one to which they are called.
    ///
    /// Several may ask at once; one of them calls, and the others share the outcome.
    pub(super) async fn reach(
        self: &Arc<Self>,
        core: &Arc<Core>,
    ) -> Result<(Arc<Switchboard>, Turn<'_>), SendError> {
        let failures = self.state.lock().failures.0;
        let turn = self.turn.lock().await;
        if let Some(board) = self.fullest() {
            return Ok((board, turn));
        }
        if let (count, Some(error)) = self.state.lock().failures.clone()
            && count != failures
        {
            return Err(error);
        }
        match self.call_everybody(core).await {
            Ok(board) => Ok((board, turn)),
            // They may have called this account meanwhile.
            Err(error) => match self.fullest() {
                Some(board) => Ok((board, turn)),
                None => {
                    let mut state = self.state.lock();
                    state.failures = (state.failures.0 + 1, Some(error.clone()));
                    Err(error)
                }
            },
        }
    }

    async fn call_everybody(self: &Arc<Self>, core: &Arc<Core>) -> Result<Arc<Switchboard>, SendError> {
        let deadline = Instant::now() + PATIENCE;
        let people = self.peers();
        // aMSN and Pidgin call again on the switchboard that the other has left (seen).
        let empty = self.boards().into_iter().find(|board| !board.is_closed());
        let mut called = Err(SendError::Disconnected);
        if let Some(board) = empty {
            called = call_all(board, &people, deadline).await;
        }
        // It may have ended at that very moment.
        if matches!(called, Err(SendError::Disconnected)) {
            let board = self.open(core, deadline).await?;
            called = call_all(board, &people, deadline).await;
        }
        // Whoever is not to be had is left out, as long as anybody is to be had.
        let Ringing { board, count } = called?;
        tokio::select! {
            () = self.wait_for(count) => {}
            () = board.closed() => {}
            () = sleep_until(deadline) => tracing::debug!(conversation = self.id().0, "not everybody came"),
        }
        let closed = board.is_closed();
        self.fullest().ok_or(if closed { SendError::Disconnected } else { SendError::NoAnswer })
    }

    /// A new switchboard with nobody else on it.
    async fn open(
        self: &Arc<Self>,
        core: &Arc<Core>,
        deadline: Instant,
    ) -> Result<Arc<Switchboard>, SendError> {
        let place = core.conversations.place()?;
        let opening = async {
            let admission = core.notification.request_switchboard().await.map_err(from_command)?;
            let server = admission.address.to_string();
            let connection = connect(&core.settings, Destination::Switchboard(admission.address)).await;
            let unreachable = |error: io::Error| SendError::Unreachable { server, reason: error.to_string() };
            let connection = connection.map_err(unreachable)?;
            let id = core.conversations.board_id();
            let seat = Arc::new(Seat::of(core, Arc::clone(self)));
            let board = Switchboard::start(id, core.account.clone(), connection, Some(place), seat);
            // Also finds it when nobody waits for it any more.
            board.leave_when_idle(true);
            Ok((board, admission.cookie))
        };
        let (board, cookie) = timeout_at(deadline, opening).await.map_err(|_| SendError::TimedOut)??;
        let entered = answer(board.enter(cookie), deadline).await;
        if entered.is_err() {
            board.leave();
        }
        entered.map(|()| board)
    }
}

/// It rings at theirs.
struct Ringing {
    board: Arc<Switchboard>,
    /// At how many people's.
    count: usize,
}

/// Calls all of them; tells at how many people's it rings, or why it rings at nobody's.
async fn call_all(
    board: Arc<Switchboard>,
    people: impl IntoIterator<Item = &Handle>,
    deadline: Instant,
) -> Result<Ringing, SendError> {
    let (mut count, mut refusal) = (0, SendError::NotOnline);
    for who in people {
        match answer(board.call(who), deadline).await {
            Ok(()) | Err(SendError::Refused(ErrorCode::AlreadyThere)) => count += 1,
            Err(error) => refusal = error,
        }
    }
    if count > 0 { Ok(Ringing { board, count }) } else { Err(refusal) }
}

/// Waits for the answer to a request.
pub(super) async fn answer(asked: Result<Receipt, Closed>, deadline: Instant) -> Result<(), SendError> {
    let receipt = asked.map_err(|Closed| SendError::Disconnected)?;
    match timeout_at(deadline, receipt).await {
        Ok(Ok(Answer::Yes)) => Ok(()),
        Ok(Ok(Answer::NotDelivered)) => Err(SendError::NotDelivered),
        Ok(Ok(Answer::Error(number))) => Err(refusal(number)),
        Ok(Err(_)) => Err(SendError::Disconnected),
        Err(_) => Err(SendError::TimedOut),
    }
}

/// What an error says about the person.
fn refusal(number: u16) -> SendError {
    match ErrorCode::from_number(number) {
        Some(ErrorCode::NotOnline | ErrorCode::NotOnList) => SendError::NotOnline,
        Some(code) => SendError::Refused(code),
        None => SendError::Protocol(format!("it answers with the unknown error {number}")),
    }
}

fn from_command(error: CommandError) -> SendError {
    match error {
        CommandError::Refused(code) => SendError::Refused(code),
        CommandError::TimedOut => SendError::TimedOut,
        CommandError::Protocol(what) => SendError::Protocol(what),
        _ => SendError::Disconnected,
    }
}
