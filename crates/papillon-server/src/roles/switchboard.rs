//! The switchboard: conversations.
//!
//! One connection is one person in one conversation. [`admission`](Switchboards) is who may come
//! in, [`Conversation`] who is in and how a message reaches them, `calls` how others are asked in.

mod calls;
mod verbs;

use std::sync::Arc;

use bytes::BytesMut;
use msnp::command::{SwitchboardRequest as Request, ans, error, msg, usr};
use msnp::wire::{Decoder, Encode, Frame};
use msnp::{Cookie, ErrorCode, Handle, SessionId, TransactionId};
use tokio::time::Instant;

use crate::delivery::{Deliveries, Outbox};
use crate::listen::EntryPoint;
use crate::people::conversations::{Conversation, Invitee, Participant};
use crate::roles::command_error::{CommandError, Outcome};
use crate::roles::connection::Flow;
use crate::roles::verb_table::{Gate, Rule};
use crate::service::Service;

/// One client's connection to a switchboard.
pub(crate) struct Connection {
    service: Arc<Service>,
    outbox: Arc<Outbox>,
    entry_point: EntryPoint,
    participation: Option<Participation>,
}

/// The part of one account in a conversation.
struct Participation {
    person: Invitee,
    conversation: Arc<Conversation>,
    /// When to look again whether the conversation has gone idle.
    look: Instant,
}

impl Connection {
    pub(crate) fn new(service: Arc<Service>, outbox: Arc<Outbox>, entry_point: EntryPoint) -> Self {
        Self { service, outbox, entry_point, participation: None }
    }

    /// Handles everything that has been read. Nothing here waits, so a burst goes out in as few
    /// writes as it came in reads.
    pub(crate) fn handle_all(
        &mut self,
        decoder: &mut Decoder,
        buffer: &mut BytesMut,
        out: &mut Deliveries,
    ) -> Flow {
        loop {
            match decoder.next(buffer) {
                Ok(Some(frame)) => self.handle(&frame, out)?,
                Ok(None) => return Flow::Continue(()),
                Err(error) => {
                    tracing::debug!(%error, "closing a switchboard connection that cannot be read");
                    return Flow::Break(());
                }
            }
        }
    }

    /// Handles one command.
    pub(crate) fn handle(&mut self, frame: &Frame, out: &mut Deliveries) -> Flow {
        match self.obey(frame, out) {
            Ok(()) => Flow::Continue(()),
            Err(error) => self.refuse(error, frame.transaction(), out),
        }
    }

    fn obey(&mut self, frame: &Frame, out: &mut Deliveries) -> Outcome {
        let rule = Rule::admit(verbs::RULES, self, frame)?;
        let request =
            Request::parse(frame, self.dialect()).map_err(|error| rule.unreadable_error(error.reason))?;
        verbs::carry_out(self, request, out)
    }

    /// `MSG`: everybody else in the conversation gets it.
    fn relay(&self, request: &msg::Request, out: &mut Deliveries) -> Outcome {
        let participation = self.participation.as_ref().ok_or(CommandError::Close)?;
        participation.conversation.relay(participation.person.account, &self.outbox, request, out);
        Ok(())
    }

    /// `USR`: the caller opens a conversation.
    fn open(&mut self, request: usr::SwitchboardRequest, out: &mut Deliveries) -> Outcome {
        let admitted = self.redeem(&request.cookie, &request.handle, None);
        let (person, _) = admitted.ok_or(CommandError::Fatal(ErrorCode::AuthenticationFailed))?;
        let reply = usr::SwitchboardReply {
            transaction: request.transaction,
            handle: person.handle.clone(),
            name: person.name.clone(),
        };
        out.send(&self.outbox, reply.to_bytes());
        let conversation = Arc::new(Conversation::new());
        conversation.join(self.participant(&person), None, out);
        self.sit(person, conversation);
        Ok(())
    }

    /// `ANS`: an invited account enters.
    fn answer(&mut self, request: ans::Request, out: &mut Deliveries) -> Outcome {
        let ans::Request { transaction, handle, cookie, session } = request;
        let admitted = self.redeem(&cookie, &handle, Some(session));
        let Some((person, Some(conversation))) = admitted else {
            return Err(CommandError::Fatal(ErrorCode::AuthenticationFailed));
        };
        if conversation.has(person.account) {
            return Err(CommandError::Fatal(ErrorCode::AlreadyThere));
        }
        conversation.join(self.participant(&person), Some(transaction), out);
        self.sit(person, conversation);
        Ok(())
    }

    fn redeem(
        &self,
        cookie: &Cookie,
        handle: &Handle,
        session: Option<SessionId>,
    ) -> Option<(Invitee, Option<Arc<Conversation>>)> {
        let owned = |account| self.service.open.belongs_to(account, &self.outbox);
        self.service.switchboards.redeem(cookie, handle, session, owned)
    }

    fn participant(&self, person: &Invitee) -> Participant {
        let calls = self.service.config.limits.calls_per_minute;
        Participant::new(person, Arc::clone(&self.outbox), calls)
    }

    fn sit(&mut self, person: Invitee, conversation: Arc<Conversation>) {
        let look = Instant::now() + self.service.config.timeouts.switchboard_idle;
        self.participation = Some(Participation { person, conversation, look });
    }

    /// When [`on_deadline`](Self::on_deadline) is to be called.
    pub(crate) fn deadline(&self, sign_in: Instant) -> Option<Instant> {
        Some(self.participation.as_ref().map_or(sign_in, |participation| participation.look))
    }

    /// Nobody came in, or it is time to see whether anything has been said.
    pub(crate) fn on_deadline(&mut self, out: &mut Deliveries) -> Flow {
        let Some(participation) = &mut self.participation else { return Flow::Break(()) };
        let idle_at =
            participation.conversation.last_active() + self.service.config.timeouts.switchboard_idle;
        if idle_at > Instant::now() {
            participation.look = idle_at;
            return Flow::Continue(());
        }
        participation.conversation.expire(out);
        Flow::Break(())
    }

    /// The connection is over: the others are told. Of what waits, the client still gets the first `kept` bytes.
    pub(crate) fn leave(&mut self, kept: usize, out: &mut Deliveries) {
        if let Some(participation) = self.participation.take() {
            participation.conversation.leave(participation.person.account, kept, out);
        }
    }

    fn refuse(&self, error: CommandError, transaction: Option<TransactionId>, out: &mut Deliveries) -> Flow {
        let (code, flow) = match error {
            CommandError::Error(code) => (code, Flow::Continue(())),
            CommandError::Fatal(code) => (code, Flow::Break(())),
            CommandError::Close => return Flow::Break(()),
            CommandError::Drop => {
                out.abandon(&self.outbox);
                return Flow::Break(());
            }
        };
        out.send(&self.outbox, error::Reply::new(code, transaction).to_bytes());
        flow
    }
}
