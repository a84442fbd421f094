//! `CAL`: the invitation of an account into a conversation.

use std::sync::Arc;

use msnp::ErrorCode;
use msnp::command::cal;
use msnp::wire::Encode;

use super::{CommandError, Connection, Outcome};
use crate::delivery::Deliveries;
use crate::people::change::Ring;
use crate::people::conversations::CallError;
use crate::people::visibility::Unreachable;

impl Connection {
    pub(super) fn call(&mut self, request: &cal::Request, out: &mut Deliveries) -> Outcome {
        let participation = self.participation.as_ref().ok_or(CommandError::Close)?;
        let (caller, conversation) = (&participation.person, &participation.conversation);
        let callee = self.service.directory.callee(&request.handle, caller.account);
        let ringing = self.service.config.timeouts.ringing;
        let limit = self.service.config.limits.switchboard_people;
        let callee = conversation
            .ring(caller.account, &request.handle, ringing, limit, callee)
            .map_err(|error| CommandError::Error(code(error)))?;

        let address = self.service.msnp_address(&callee.origin);
        // For this sign-in of the callee only: the next one has another connection.
        let cookie = {
            let (person, sign_in) = (callee.person.clone(), callee.sign_in.clone());
            self.service.switchboards.issue(person, sign_in, Some(Arc::clone(conversation)))
        };
        let (Some(address), Some(cookie)) = (address, cookie) else {
            return Err(CommandError::Error(ErrorCode::SwitchboardFailed));
        };
        let session = conversation.id();
        let ring =
            Ring { session, address, cookie, caller: caller.handle.clone(), name: caller.name.clone() };
        self.service.directory.ring(&callee, ring, out);
        out.send(&self.outbox, cal::Reply { transaction: request.transaction, session }.to_bytes());
        Ok(())
    }
}

fn code(error: CallError) -> ErrorCode {
    match error {
        CallError::TooRapid => ErrorCode::CallingTooRapidly,
        CallError::AlreadyThere => ErrorCode::AlreadyThere,
        CallError::Full => ErrorCode::SessionOverloaded,
        CallError::Unreachable(Unreachable::NotOnline) => ErrorCode::NotOnline,
        CallError::Unreachable(Unreachable::NotListed) => ErrorCode::NotOnList,
    }
}
