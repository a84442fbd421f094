//! `MSG`: a message to everybody else in the conversation.

use msnp::command::msg;

use super::{CommandError, Connection, Outcome};
use crate::delivery::Deliveries;

impl Connection {
    /// `MSG`: everybody else in the conversation gets it.
    pub(super) fn relay(&self, request: &msg::Request, out: &mut Deliveries) -> Outcome {
        let participation = self.participation.as_ref().ok_or(CommandError::Close)?;
        participation.conversation.relay(participation.person.account, &self.outbox, request, out);
        Ok(())
    }
}
