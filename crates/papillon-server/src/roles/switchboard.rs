//! The switchboard: one connection is one person in one conversation.
//!
//! [`verbs`] has the rule and the handler of each verb; each other file handles one group of verbs. The people in a
//! conversation and the cookies that let them in are in `people/conversations/`.

mod admission;
mod calls;
mod connection;
mod messages;
mod verbs;

use bytes::BytesMut;
use msnp::command::{SwitchboardRequest as Request, error};
use msnp::wire::{Decoder, Encode, Frame};
use msnp::{Handle, TransactionId};
use tokio::time::Instant;
use tracing::Span;

use crate::delivery::Deliveries;
use crate::roles::command_error::{CommandError, Flow, Outcome};
use crate::roles::verb_table::{Gate, Rule};
pub(crate) use connection::Connection;

impl Connection {
    /// Handles all commands that have been read. Nothing here waits, so a burst goes out in as few writes as it came
    /// in reads. `span` is for the line that an unreadable stream leaves in the log.
    pub(crate) fn handle_all(
        &mut self,
        decoder: &mut Decoder,
        buffer: &mut BytesMut,
        span: &Span,
        out: &mut Deliveries,
    ) -> Flow {
        let flow = loop {
            self.relay_read(decoder, buffer, out);
            if buffer.is_empty() {
                break Flow::Continue(());
            }
            match decoder.next(buffer) {
                Ok(Some(frame)) => {
                    if self.handle(&frame, out).is_break() {
                        break Flow::Break(());
                    }
                }
                Ok(None) => break Flow::Continue(()),
                Err(error) => {
                    span.in_scope(|| {
                        tracing::debug!(%error, "closing a switchboard connection that cannot be read");
                    });
                    break Flow::Break(());
                }
            }
        };
        // Once for a burst: the counters are shared by all connections.
        if self.relayed.messages > 0 {
            self.service.counts.traffic.relayed(std::mem::take(&mut self.relayed));
        }
        flow
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

    /// When [`on_deadline`](Self::on_deadline) is to be called.
    pub(crate) fn deadline(&self, sign_in: Instant) -> Option<Instant> {
        Some(self.participation.as_ref().map_or(sign_in, |participation| participation.look))
    }

    /// The client has not come in in time, or it is time to see whether anything has been said.
    pub(crate) fn on_deadline(&mut self, out: &mut Deliveries) -> Flow {
        let Some(participation) = &mut self.participation else { return Flow::Break(()) };
        let idle_at =
            participation.conversation.last_active() + self.service.config.timeouts.switchboard_idle;
        // Messages move the end of the conversation, not each connection's timer: that looks again here.
        if idle_at > Instant::now() {
            participation.look = idle_at;
            return Flow::Continue(());
        }
        participation.conversation.expire(out);
        Flow::Break(())
    }

    /// The account that has come in.
    pub(crate) fn account(&self) -> Option<Handle> {
        self.participation.as_ref().map(|participation| participation.person.handle.clone())
    }

    /// Whether the client has come into a conversation.
    pub(crate) fn has_come_in(&self) -> bool {
        self.participation.is_some()
    }

    /// `OUT`: the client goes, and says nothing more.
    fn take_leave(&mut self) -> Outcome {
        self.taken_leave = true;
        Err(CommandError::Close)
    }

    /// Whether the client has said `OUT`.
    pub(crate) fn has_taken_leave(&self) -> bool {
        self.taken_leave
    }

    /// The connection is over: the others are told. Of the lines that wait, the client still gets the first `kept`
    /// bytes.
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
