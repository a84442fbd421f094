//! `MSG`: a message to everybody else in the conversation.

use msnp::command::msg;

use super::{CommandError, Connection, Outcome};
use crate::delivery::Deliveries;

impl Connection {
    /// `MSG`: everybody else in the conversation gets it.
    pub(super) fn relay(&mut self, request: &msg::Request, out: &mut Deliveries) -> Outcome {
        let participation = self.participation.as_ref().ok_or(CommandError::Close)?;
        let sender = participation.person.account;
        participation.conversation.relay(sender, &self.outbox, request, &mut self.relayed, out);
        Ok(())
    }
}
