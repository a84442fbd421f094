//! `XFR SB` and `IMS`: the way into a conversation.

use msnp::ErrorCode;
use msnp::command::{ims, xfr};

use super::{Connection, Outcome, Refusal};

impl Connection {
    /// Sends the client to a switchboard with a cookie for it.
    pub(super) fn open_switchboard(&mut self, request: &xfr::Request) -> Outcome {
        let session = self.session()?;
        {
            let state = session.state();
            if !state.is_visible() || !state.takes_calls {
                return Err(Refusal::Error(ErrorCode::NotAllowedWhenHidden));
            }
        }
        let address =
            self.service.msnp_address(&self.origin).ok_or(Refusal::Error(ErrorCode::SwitchboardFailed))?;
        let cookie =
            self.service.switchboards.admit(&session).ok_or(Refusal::Error(ErrorCode::TooManySessions))?;
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
