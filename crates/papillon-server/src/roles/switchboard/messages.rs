//! `MSG`: messages to everybody else in the conversation.

use bytes::{Buf, BytesMut};
use msnp::command::msg;
use msnp::wire::Decoder;
use smallvec::SmallVec;

use super::{CommandError, Connection, Outcome};
use crate::delivery::{Deliveries, MOST, Relay};

impl Connection {
    /// `MSG`: everybody else in the conversation gets it.
    pub(super) fn relay(&mut self, request: &msg::Request, out: &mut Deliveries) -> Outcome {
        self.relay_all(&[request.into()], out)
    }

    /// Relays the messages at the front of what was read: those in the form that clients write, so far as they are
    /// complete. Everything else is left to the verb table, which has nothing more to say to a `MSG` of a client that is
    /// inside.
    pub(super) fn relay_read(&mut self, decoder: &mut Decoder, buffer: &mut BytesMut, out: &mut Deliveries) {
        while self.participation.is_some() && !buffer.is_empty() {
            let mut messages = SmallVec::<[msg::RequestRef<'_>; MOST]>::new();
            let mut length = 0;
            while messages.len() < MOST
                && let Some((message, taken)) = decoder.next_message(&buffer[length..])
            {
                messages.push(message);
                length += taken;
            }
            if messages.is_empty() || self.relay_all(&messages, out).is_err() {
                return;
            }
            drop(messages);
            if length == buffer.len() {
                // The usual case. The room before what was read is free again without a look for it.
                buffer.clear();
            } else {
                buffer.advance(length);
            }
        }
    }

    fn relay_all(&mut self, messages: &[msg::RequestRef<'_>], out: &mut Deliveries) -> Outcome {
        let participation = self.participation.as_mut().ok_or(CommandError::Close)?;
        let relay = Relay { sender: &self.outbox, envelope: &mut participation.envelope, messages };
        participation.conversation.relay(participation.person.account, relay, &mut self.relayed, out);
        Ok(())
    }
}
