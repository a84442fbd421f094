//! The notification server: the connection of one client, before and after its sign-in.
//!
//! [`verbs`] has the rule and the handler of each verb; each other file handles one group of verbs.

mod challenge;
mod connection;
mod groups;
mod links;
mod list_lines;
mod lists;
mod mobile;
mod ping;
mod presence;
mod pushes;
mod settings;
mod sign_in;
mod switchboards;
mod sync;
mod verbs;

use msnp::command::{NotificationRequest as Request, error};
use msnp::wire::{Frame, Limits};
use msnp::{Handle, TransactionId};
use tokio::time::Instant;

use crate::delivery::Deliveries;
use crate::roles::command_error::{CommandError, Flow, Outcome};
use crate::roles::verb_table::Rule;
pub(crate) use connection::Connection;
pub(crate) use pushes::encode;

impl Connection {
    /// The size limits of a request: smaller before the sign-in than after.
    pub(crate) fn frame_limits(&self) -> Limits {
        if self.session.is_some() { Limits::SIGNED_IN } else { Limits::SIGN_IN }
    }

    /// Handles one command.
    pub(crate) async fn handle(&mut self, frame: Frame) -> Flow {
        match self.obey(&frame).await {
            Ok(()) => Flow::Continue(()),
            Err(error) => self.refuse(error, frame.transaction()),
        }
    }

    async fn obey(&mut self, frame: &Frame) -> Outcome {
        let rule = Rule::admit(verbs::RULES, self, frame)?;
        let request =
            Request::parse(frame, self.dialect).map_err(|error| rule.unreadable_error(error.reason))?;
        verbs::carry_out(self, request).await
    }

    /// When [`on_deadline`](Self::on_deadline) is to be called.
    pub(crate) fn deadline(&self, sign_in: Instant) -> Option<Instant> {
        if self.session.is_none() { Some(sign_in) } else { self.challenges.deadline() }
    }

    /// The sign-in took too long, a challenge was not answered, or it is time for the next one.
    pub(crate) fn on_deadline(&mut self) -> Flow {
        if self.session.is_none() { Flow::Break(()) } else { self.challenge_or_end() }
    }

    /// The account that has signed in.
    pub(crate) fn account(&self) -> Option<Handle> {
        self.session.as_ref().map(|session| session.handle.clone())
    }

    /// Whether the client has signed in.
    pub(crate) fn has_signed_in(&self) -> bool {
        self.session.is_some()
    }

    /// The connection is over: the session with it.
    pub(crate) fn leave(&mut self, out: &mut Deliveries) {
        // Also of a session that another sign-in has ended: leaving twice changes nothing.
        if let Some(session) = self.session.take() {
            self.service.directory.leave(&session, out);
            // Less is never refused.
            let _ = self.outbox.charge_lists(0);
        }
    }

    fn refuse(&self, error: CommandError, transaction: Option<TransactionId>) -> Flow {
        match error {
            CommandError::Error(code) => {
                self.reply(&error::Reply::new(code, transaction));
                Flow::Continue(())
            }
            CommandError::Fatal(code) => {
                self.reply(&error::Reply::new(code, transaction));
                Flow::Break(())
            }
            CommandError::Close => Flow::Break(()),
            CommandError::Drop => {
                Deliveries::new().abandon(&self.outbox);
                Flow::Break(())
            }
        }
    }
}
