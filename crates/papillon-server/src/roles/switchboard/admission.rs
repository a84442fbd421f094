//! `USR` and `ANS`: the admission of a client to a conversation.

use std::sync::Arc;

use msnp::command::{ans, msg, usr};
use msnp::wire::Encode;
use msnp::{Cookie, ErrorCode, Handle, SessionId};
use tokio::time::Instant;
use tracing::{Span, field};

use super::connection::Participation;
use super::{CommandError, Connection, Outcome};
use crate::delivery::Deliveries;
use crate::people::conversations::{Conversation, Participant};
use crate::people::{Class, Invitee};

impl Connection {
    /// `USR`: the caller opens a conversation.
    pub(super) fn open(&mut self, request: usr::SwitchboardRequest, out: &mut Deliveries) -> Outcome {
        let admitted = self.redeem(&request.cookie, &request.handle, None);
        let (person, _) = admitted.ok_or(CommandError::Fatal(ErrorCode::AuthenticationFailed))?;
        let reply = usr::SwitchboardReply {
            transaction: request.transaction,
            handle: person.handle.clone(),
            name: person.name.clone(),
        };
        out.send(&self.outbox, reply.to_bytes());
        let conversation = Arc::new(Conversation::new(self.service.counts.conversations.enter()));
        // Nobody has been called into a conversation that is new: this answers no call.
        conversation.join(self.participant(&person), None, out);
        self.sit(person, conversation);
        Ok(())
    }

    /// `ANS`: an invited account enters.
    pub(super) fn answer(&mut self, request: ans::Request, out: &mut Deliveries) -> Outcome {
        let ans::Request { transaction, handle, cookie, session } = request;
        let admitted = self.redeem(&cookie, &handle, Some(session));
        let Some((person, Some(conversation))) = admitted else {
            return Err(CommandError::Fatal(ErrorCode::AuthenticationFailed));
        };
        // The cookie is used up all the same: it was for one call.
        if conversation.has(person.account) {
            return Err(CommandError::Fatal(ErrorCode::AlreadyThere));
        }
        let caller = conversation.join(self.participant(&person), Some(transaction), out);
        // A call that is answered does not count.
        if let Some(caller) = caller {
            self.service.rates.give_back(Class::Calls, caller);
        }
        self.sit(person, conversation);
        Ok(())
    }

    fn redeem(
        &self,
        cookie: &Cookie,
        handle: &Handle,
        session: Option<SessionId>,
    ) -> Option<(Invitee, Option<Arc<Conversation>>)> {
        // Noted before the cookie is looked at once more: see `Switchboards::redeem`.
        let owned = |account| self.service.open.belongs_to(account, &self.outbox);
        self.service.switchboards.redeem(cookie, handle, session, owned)
    }

    fn participant(&self, person: &Invitee) -> Participant {
        Participant::new(person, Arc::clone(&self.outbox))
    }

    fn sit(&mut self, person: Invitee, conversation: Arc<Conversation>) {
        let span = Span::current();
        span.record("dialect", field::display(person.dialect));
        span.record("account", field::display(&person.handle));
        let look = Instant::now() + self.service.config.timeouts.switchboard_idle;
        let envelope = msg::Envelope::new(&person.handle, &person.name);
        self.participation = Some(Participation { person, envelope, conversation, look });
    }
}
