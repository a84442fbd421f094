//! The opening of a switchboard with all accounts of a line.

use std::io;
use std::sync::Arc;

use msnp::{ErrorCode, Handle};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::forwarder::Forwarder;
use super::line::Turn;
use super::receipts::answer;
use super::{Line, PATIENCE, Switchboards};
use crate::destination::Destination;
use crate::switchboard::Switchboard;
use crate::transport::connect;
use crate::{CommandError, SendError};

impl Switchboards {
    /// A switchboard with the others on it: an open one, or a new one to which they are called.
    ///
    /// Several may ask at once; one of them calls, and the others share the outcome.
    pub(super) async fn reach<'a>(
        self: &Arc<Self>,
        line: &'a Arc<Line>,
    ) -> Result<(Arc<Switchboard>, Turn<'a>), SendError> {
        // For as long as a caller waits: its conversation may hold no handle to the client.
        let _client = self.subscriber.upgrade().ok_or(SendError::Disconnected)?;
        let (failures, _) = line.failures();
        let turn = line.turn().await;
        if let Some(board) = line.fullest() {
            return Ok((board, turn));
        }
        // A failure since this call began is its own as well. Otherwise each of many queued messages would call anew,
        // and wait for a client that does not answer.
        if let (count, Some(error)) = line.failures()
            && count != failures
        {
            return Err(error);
        }
        match self.call_everybody(line).await {
            Ok(board) => Ok((board, turn)),
            // They may have called this account meanwhile.
            Err(error) => match line.fullest() {
                Some(board) => Ok((board, turn)),
                None => {
                    line.note_failure(error.clone());
                    Err(error)
                }
            },
        }
    }

    async fn call_everybody(self: &Arc<Self>, line: &Arc<Line>) -> Result<Arc<Switchboard>, SendError> {
        let deadline = Instant::now() + PATIENCE;
        let people = line.people();
        // aMSN and Pidgin call again on the switchboard that the other has left (seen).
        let empty = line.boards().into_iter().find(|board| !board.is_closed());
        let mut called = Err(SendError::Disconnected);
        if let Some(board) = empty {
            called = call_all(board, &people, deadline).await;
        }
        // It may have ended at that very moment.
        if matches!(called, Err(SendError::Disconnected)) {
            let board = self.open(line, deadline).await?;
            called = call_all(board, &people, deadline).await;
        }
        // An account that cannot be reached is left out, as long as another one can be.
        let Ringing { board, count } = called?;
        tokio::select! {
            () = line.wait_for(count) => {}
            () = board.closed() => {}
            () = sleep_until(deadline) => tracing::debug!(line = line.id(), "some accounts did not join in time"),
        }
        let closed = board.is_closed();
        line.fullest().ok_or(if closed { SendError::Disconnected } else { SendError::NoAnswer })
    }

    /// A new switchboard without other members.
    async fn open(
        self: &Arc<Self>,
        line: &Arc<Line>,
        deadline: Instant,
    ) -> Result<Arc<Switchboard>, SendError> {
        let place = self.place()?;
        let opening = async {
            let admission = self.notification.request_switchboard().await.map_err(from_command)?;
            let server = admission.address.to_string();
            let connection = connect(&self.settings, Destination::Switchboard(admission.address)).await;
            let unreachable = |error: io::Error| SendError::Unreachable { server, reason: error.to_string() };
            let connection = connection.map_err(unreachable)?;
            let forwarder = Arc::new(Forwarder::of(self, Arc::clone(line)));
            let (id, account, dialect) = (self.board_id(), self.account.clone(), self.settings.dialect);
            let board = Switchboard::start(id, account, dialect, connection, Some(place), forwarder);
            // This also finds the switchboard when no caller waits for it any more.
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

/// The call was sent.
struct Ringing {
    board: Arc<Switchboard>,
    /// The number of accounts that were called.
    count: usize,
}

/// Calls all of them; returns how many calls were sent, or the reason for which none was.
async fn call_all(
    board: Arc<Switchboard>,
    people: impl IntoIterator<Item = &Handle>,
    deadline: Instant,
) -> Result<Ringing, SendError> {
    let (mut count, mut refusal) = (0, SendError::NotOnline);
    for who in people {
        match answer(board.call(who), deadline).await {
            // An account that joined by itself meanwhile is as good as one that was called.
            Ok(()) | Err(SendError::Refused(ErrorCode::AlreadyThere)) => count += 1,
            Err(error) => refusal = error,
        }
    }
    if count > 0 { Ok(Ringing { board, count }) } else { Err(refusal) }
}

fn from_command(error: CommandError) -> SendError {
    match error {
        CommandError::Refused(code) => SendError::Refused(code),
        CommandError::TimedOut => SendError::TimedOut,
        CommandError::Protocol(what) => SendError::Protocol(what),
        CommandError::SignedOut(reason) => SendError::SignedOut(reason),
        _ => SendError::Disconnected,
    }
}
