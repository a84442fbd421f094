//! `CAL`: the invitation of an account into a conversation.

use std::sync::Arc;

use msnp::command::cal;
use msnp::wire::Encode;
use msnp::{ErrorCode, Handle};

use super::{CommandError, Connection, Outcome};
use crate::delivery::Deliveries;
use crate::people::change::Ring;
use crate::people::conversations::{CallError, NoCookie};
use crate::people::visibility::Unreachable;
use crate::people::{Callee, Class, Invitee};
use crate::refusals::Refusal;
use crate::roles::verb_table::Gate;

impl Connection {
    pub(super) fn call(&mut self, request: &cal::Request, out: &mut Deliveries) -> Outcome {
        let participation = self.participation.as_ref().ok_or(CommandError::Close)?;
        let (caller, conversation) = (&participation.person, &participation.conversation);
        // Nobody hears of such a call, and it tells nothing that this conversation does not know: it must not use up the
        // calls of people that repeat one out of impatience.
        if conversation.has_or_rings(&request.handle) {
            let is_within = self.take(Class::Queries);
            let error = if is_within { CallError::AlreadyThere } else { CallError::TooRapid };
            return Err(CommandError::Error(code(error)));
        }
        // Before the callee is looked for, so that every attempt counts: the errors below tell whether a person is online.
        if !self.take(Class::Calls) {
            return Err(CommandError::Error(Class::Calls.error()));
        }
        let callee = self.callee(&request.handle, caller);
        let ringing = self.service.config.timeouts.ringing;
        let limit = self.service.config.limits.switchboard_people;
        let callee = conversation
            .ring(caller.account, &request.handle, ringing, limit, callee)
            .map_err(|error| CommandError::Error(code(error)))?;

        let address = self.service.msnp_address(&callee.origin);
        // For this sign-in of the callee only: the next one has another connection.
        let cookie = {
            let (person, sign_in) = (callee.person.clone(), callee.sign_in.clone());
            self.service.switchboards.issue(caller.account, person, sign_in, Some(Arc::clone(conversation)))
        };
        let cookie = cookie.map_err(|error| {
            self.service.refusals.note(error.refusal(), Some(self.origin.client.ip()), Some(&caller.handle));
            CommandError::Error(match error {
                NoCookie::Account => ErrorCode::CallingTooRapidly,
                NoCookie::Node => ErrorCode::SwitchboardFailed,
            })
        })?;
        let address = address.ok_or(CommandError::Error(ErrorCode::SwitchboardFailed))?;
        let session = conversation.id();
        let ring =
            Ring { session, address, cookie, caller: caller.handle.clone(), name: caller.name.clone() };
        self.service.directory.ring(&callee, ring, out);
        out.send(&self.outbox, cal::Reply { transaction: request.transaction, session }.to_bytes());
        Ok(())
    }

    /// The person to call, if the caller can and may.
    fn callee(&self, handle: &Handle, caller: &Invitee) -> Result<Callee, CallError> {
        let callee = self.service.directory.callee(handle, caller.account).map_err(CallError::Unreachable)?;
        // Only of people that would ring: so the error tells no more than the ringing.
        if !self.service.rates.take_call(caller.account, callee.person.account) {
            let from = self.origin.client.ip();
            self.service.refusals.note(Refusal::CallsOfCallee, Some(from), Some(&caller.handle));
            return Err(CallError::TooRapid);
        }
        Ok(callee)
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
