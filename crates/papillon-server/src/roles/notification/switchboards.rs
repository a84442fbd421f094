//! `XFR SB` and `IMS`: the redirect to a switchboard.

use msnp::ErrorCode;
use msnp::command::{ims, xfr};

use super::{CommandError, Connection, Outcome};

impl Connection {
    /// Sends the client to a switchboard with a cookie for it.
    pub(super) fn open_switchboard(&mut self, request: &xfr::Request) -> Outcome {
        let session = self.session()?;
        if !session.read(|state| state.is_visible() && state.takes_calls) {
            return Err(CommandError::Error(ErrorCode::NotAllowedWhenHidden));
        }
        let address = self
            .service
            .msnp_address(&self.origin)
            .ok_or(CommandError::Error(ErrorCode::SwitchboardFailed))?;
        let cookie = self.service.switchboards.admit(&session).map_err(|error| {
            let from = self.origin.client.ip();
            self.service.refusals.note(error.refusal(), Some(from), Some(&session.handle));
            CommandError::Error(ErrorCode::TooManySessions)
        })?;
        self.reply(&xfr::Reply::Switchboard { transaction: request.transaction, address, cookie });
        Ok(())
    }

    /// Whether this person can be called and can call.
    pub(super) fn take_calls(&mut self, request: &ims::Request) -> Outcome {
        self.session()?.take_calls(request.on);
        self.reply(&ims::Reply { transaction: request.transaction, on: request.on });
        Ok(())
    }
}
