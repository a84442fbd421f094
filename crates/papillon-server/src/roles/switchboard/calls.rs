//! `CAL`: the invitation of an account into a conversation.

use std::sync::Arc;

use msnp::command::cal;
use msnp::wire::Encode;
use msnp::{ErrorCode, Handle};

use super::{CommandError, Connection, Outcome};
use crate::delivery::Deliveries;
use crate::people::change::Ring;
use crate::people::conversations::{CallError, Conversation, NoCookie};
use crate::people::visibility::Unreachable;
use crate::people::{Callee, Class, Invitee};
use crate::refusals::Refusal;
use crate::roles::verb_table::Gate;

impl Connection {
    pub(super) fn call(&mut self, request: &cal::Request, out: &mut Deliveries) -> Outcome {
        let participation = self.participation.as_ref().ok_or(CommandError::Close)?;
        let (caller, conversation) = (&participation.person, &participation.conversation);
        let callee = self
            .ring(&request.handle, caller, conversation)
            .map_err(|error| CommandError::Error(code(error)))?;

        let address = self.service.msnp_address(&callee.origin);
        // For this sign-in of the callee only: the next one has another connection.
        let cookie = {
            let (person, sign_in) = (callee.person.clone(), callee.sign_in.clone());
            self.service.switchboards.issue(caller.account, person, sign_in, Some(Arc::clone(conversation)))
        };
        let cookie = cookie.map_err(|error| {
            self.service.refusals.note(error.refusal(), Some(self.arrival.client.ip()), Some(&caller.handle));
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

    /// Notes the call, and counts it. One of a person that is there, or rings, counts as a query: nobody hears of it, and it
    /// tells nothing that this conversation does not know. It must not use up the calls of people that repeat one out of
    /// impatience.
    fn ring(
        &self,
        handle: &Handle,
        caller: &Invitee,
        conversation: &Conversation,
    ) -> Result<Callee, CallError> {
        let (service, from) = (&self.service, Some(self.arrival.client.ip()));
        let callee = service.directory.callee(handle, caller.account).map_err(CallError::Unreachable);
        let mut refusal = None;
        let counted = || {
            // Before it is said whether the callee can be called: the errors tell whether a person is online.
            if !service.rates.take(Class::Calls, caller.account) {
                refusal = Some(Class::Calls.refusal());
                return Err(CallError::TooRapid);
            }
            let callee = callee?;
            // Only of people that would ring: so the error tells no more than the ringing.
            if !service.rates.take_call(caller.account, callee.person.account) {
                refusal = Some(Refusal::CallsOfCallee);
                return Err(CallError::TooRapid);
            }
            Ok(callee)
        };
        let ringing = service.config.timeouts.ringing;
        let limit = service.config.limits.switchboard_people;
        let rung = conversation.ring(caller.account, handle, ringing, limit, counted);
        if let Some(refusal) = refusal {
            service.refusals.note(refusal, from, Some(&caller.handle));
        }
        match rung {
            Err(CallError::AlreadyThere) if !self.take(Class::Queries) => Err(CallError::TooRapid),
            rung => rung,
        }
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
