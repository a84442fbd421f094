//! `CAL`: asking somebody into a conversation.

use std::sync::Arc;

use msnp::command::{cal, rng};
use msnp::wire::Encode;
use msnp::{ErrorCode, Handle, List};
use papillon_store::AccountId;

use super::{Connection, Outcome, Refusal};
use crate::delivery::Deliveries;
use crate::people::Session;
use crate::people::conversations::CallError;

impl Connection {
    pub(super) fn call(&mut self, request: &cal::Request, out: &mut Deliveries) -> Outcome {
        let seat = self.seat.as_ref().ok_or(Refusal::Close)?;
        let (caller, conversation) = (&seat.person, &seat.conversation);
        let callee = self.reachable(&request.handle, caller.account);
        let ringing = self.service.config.timeouts.ringing;
        let limit = self.service.config.limits.switchboard_people;
        let callee = conversation
            .ring(caller.account, &request.handle, ringing, limit, callee)
            .map_err(|error| Refusal::Error(code(error)))?;

        let address = self.service.msnp_address(&callee.origin);
        let cookie = self.service.switchboards.issue(&callee, Some(Arc::clone(conversation)));
        let (Some(address), Some(cookie)) = (address, cookie) else {
            return Err(Refusal::Error(ErrorCode::SwitchboardFailed));
        };
        let session = conversation.id();
        let ring =
            rng::Push { session, address, cookie, caller: caller.handle.clone(), name: caller.name.clone() };
        out.send(&callee.outbox, ring.to_bytes());
        out.send(&self.outbox, cal::Reply { transaction: request.transaction, session }.to_bytes());
        Ok(())
    }

    /// The session of somebody who can be called, or the error that says why not. Who is blocked
    /// cannot tell that from the other being offline.
    fn reachable(&self, handle: &Handle, caller: AccountId) -> Result<Arc<Session>, ErrorCode> {
        let callee = self.service.sessions.get(handle).ok_or(ErrorCode::NotOnline)?;
        let state = callee.state();
        let lists = state.lists_of(caller);
        if !state.is_visible() || !state.takes_calls || lists.contains(List::Block) {
            return Err(ErrorCode::NotOnline);
        }
        if !state.allows(caller) {
            // The original told apart those who are on no list at all (HYP, *Details*).
            let listed = lists.contains(List::Forward);
            return Err(if listed { ErrorCode::NotOnline } else { ErrorCode::NotOnList });
        }
        drop(state);
        Ok(callee)
    }
}

fn code(error: CallError) -> ErrorCode {
    match error {
        CallError::TooRapid => ErrorCode::CallingTooRapidly,
        CallError::AlreadyThere => ErrorCode::AlreadyThere,
        CallError::Full => ErrorCode::SessionOverloaded,
        CallError::Unreachable(code) => code,
    }
}
