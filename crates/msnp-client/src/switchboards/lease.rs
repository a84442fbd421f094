//! The exclusive use of a line, for one message.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use msnp::Handle;
use msnp::command::msg::Acknowledge;
use tokio::time::Instant;

use super::line::Turn;
use super::receipts::answer;
use super::{Line, PATIENCE, Switchboards};
use crate::SendError;
use crate::notification::NotificationHandle;
use crate::switchboard::{Closed, MAX_PAYLOAD, Receipt, Switchboard};

/// A line with members, leased to one caller.
pub(crate) struct Lease<'a> {
    board: Arc<Switchboard>,
    notification: Arc<NotificationHandle>,
    _turn: Turn<'a>,
}

/// A message that is on its way.
pub(crate) struct Said {
    asked: Result<Receipt, Closed>,
    notification: Arc<NotificationHandle>,
}

impl Switchboards {
    /// Waits for the use of a line, and calls its accounts when none of them is there.
    pub(crate) async fn lease<'a>(self: &Arc<Self>, line: &'a Arc<Line>) -> Result<Lease<'a>, SendError> {
        let (board, turn) = match self.reach(line).await {
            Err(SendError::Disconnected) => {
                return Err(self.notification.gone_or(SendError::Disconnected).await);
            }
            reached => reached?,
        };
        board.note_spoken();
        if let Some(subscriber) = self.subscriber.upgrade() {
            subscriber.speaking(line);
        }
        Ok(Lease { board, notification: Arc::clone(&self.notification), _turn: turn })
    }

    /// Sends a message to one account and waits until it has it.
    pub(crate) async fn say(self: &Arc<Self>, to: &Handle, payload: Bytes) -> Result<(), SendError> {
        let line = self.line_to(&BTreeSet::from([to.clone()]));
        if payload.len() > MAX_PAYLOAD {
            return Err(SendError::TooLong);
        }
        let said = self.lease(&line).await?.say(payload);
        said.delivered().await
    }
}

impl Lease<'_> {
    /// Sends a message, and ends the lease: the next one may be queued while this one waits for its `ACK`.
    pub(crate) fn say(self, payload: Bytes) -> Said {
        Said { asked: self.board.say(payload), notification: self.notification }
    }

    /// Sends a message without waiting for its arrival.
    pub(crate) fn mention(&self, acknowledge: Acknowledge, payload: Bytes) -> Result<(), SendError> {
        self.board.mention(acknowledge, payload).map_err(|Closed| SendError::Disconnected)
    }

    /// Calls one more account, and waits until the call was sent.
    pub(crate) async fn call(self, who: &Handle) -> Result<(), SendError> {
        match answer(self.board.call(who), Instant::now() + PATIENCE).await {
            Err(SendError::Disconnected) => Err(self.notification.gone_or(SendError::Disconnected).await),
            outcome => outcome,
        }
    }
}

impl Said {
    /// Waits until every member has it.
    pub(crate) async fn delivered(self) -> Result<(), SendError> {
        match answer(self.asked, Instant::now() + PATIENCE).await {
            // The switchboard ended before it was known.
            Err(SendError::Disconnected) => Err(self.notification.gone_or(SendError::NotDelivered).await),
            outcome => outcome,
        }
    }
}
