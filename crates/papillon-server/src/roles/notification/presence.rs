//! `CHG`: one's own state, and the first look at everybody else's.

use std::sync::Arc;

use msnp::command::chg::Chg;
use msnp::wire::EncodeFor;
use msnp::{ErrorCode, List, Status, TransactionId};

use super::{Connection, Outcome, Refusal};
use crate::delivery::Deliveries;
use crate::people::Session;
use crate::people::announce;
use crate::people::visibility;

impl Connection {
    pub(super) fn change_state(&mut self, change: Chg) -> Outcome {
        if change.status == Status::Offline {
            return Err(Refusal::Error(ErrorCode::InvalidParameter));
        }
        let session = self.session()?;
        if session.state().left {
            return Err(Refusal::Close);
        }
        let transaction = change.transaction;
        let first = !session.is_watching();

        let mut out = Deliveries::new();
        out.send(&self.outbox, change.to_bytes_for(self.dialect));
        announce::update(&self.service.sessions, &session, &mut out, |state| {
            if state.left {
                return None;
            }
            let before = state.status.replace(change.status);
            state.capabilities = change.capabilities;
            state.object = change.object;
            visibility::state_set(before, change.status)
        });
        if first {
            session.start_watching();
            self.introduce_contacts(&session, transaction, &mut out);
            self.challenge(&mut out);
        }
        Ok(())
    }

    fn introduce_contacts(&self, session: &Arc<Session>, transaction: TransactionId, out: &mut Deliveries) {
        // The contacts' states are locked one by one, so this person's cannot stay locked.
        let online: Vec<Arc<Session>> = {
            let state = session.state();
            let on_forward_list = state.roster.contacts.iter().filter(|c| c.lists.contains(List::Forward));
            on_forward_list.filter_map(|contact| self.service.sessions.get(&contact.handle)).collect()
        };
        for contact in &online {
            announce::introduce(contact, session, transaction, out);
        }
    }
}
