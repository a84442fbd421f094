//! `CHG`: the account's own status, and the first list of the contacts' statuses.

use msnp::command::chg::Chg;
use msnp::wire::EncodeFor;
use msnp::{ErrorCode, Status};

use super::{CommandError, Connection, Outcome};
use crate::delivery::Deliveries;

impl Connection {
    pub(super) fn change_state(&mut self, change: Chg) -> Outcome {
        if change.status == Status::Offline {
            return Err(CommandError::Error(ErrorCode::InvalidParameter));
        }
        let session = self.session()?;
        // A sign-in elsewhere has ended the session and its task has not seen it: nothing may show the person again.
        if session.has_left() {
            return Err(CommandError::Close);
        }
        let transaction = change.transaction;
        let first = !session.is_watching();

        // The echo, the contacts that are online, the challenge: official clients know this order (ESC).
        let mut out = Deliveries::new();
        out.send(&self.outbox, change.to_bytes_for(self.dialect));
        self.service.directory.appear(&session, change, &mut out);
        if first {
            self.service.directory.watch(&session, transaction, &mut out);
            self.challenge(&mut out);
        }
        Ok(())
    }
}
