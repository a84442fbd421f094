//! `XFR SB` and `IMS`: the way into a conversation.

use msnp::ErrorCode;
use msnp::command::{ims, xfr};

use super::{Connection, Outcome, Refusal};
use crate::switchboard::Invitee;

impl Connection {
    /// Sends the client to a switchboard with a cookie for it.
    pub(super) fn open_switchboard(&mut self, request: &xfr::Request) -> Outcome {
        let session = self.session()?;
        let invitee = {
            let state = session.state();
            if !state.is_visible() || !state.takes_calls {
                return Err(Refusal::Error(ErrorCode::NotAllowedWhenHidden));
            }
            Invitee { account: session.account, handle: session.handle.clone(), name: state.name.clone() }
        };
        let address =
            self.service.msnp_address(&self.ends).ok_or(Refusal::Error(ErrorCode::SwitchboardFailed))?;
        let cookie =
            self.service.switchboards.admit(invitee).ok_or(Refusal::Error(ErrorCode::TooManySessions))?;
        self.reply(&xfr::Reply::Switchboard { transaction: request.transaction, address, cookie });
        Ok(())
    }

    /// Whether this person can be called and can call.
    pub(super) fn take_calls(&mut self, request: &ims::Request) -> Outcome {
        self.session()?.state().takes_calls = request.on;
        self.reply(&ims::Reply { transaction: request.transaction, on: request.on });
        Ok(())
    }
}
