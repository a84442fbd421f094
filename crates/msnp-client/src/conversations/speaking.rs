//! The sending of messages.

use std::time::Duration;

use bytes::Bytes;
use msnp::Handle;
use msnp::command::msg::Acknowledge;
use msnp::message::{Datacast, Emoticon, Format, Text, TypingUser};
use tokio::time::Instant;

use super::{ConversationState, Conversations, emoticons};
use crate::pictures::Pictures;
use crate::switchboard::MAX_PAYLOAD;
use crate::{CommandError, SendError};

/// The time for which typing does not call an account again that could not be reached.
const PAUSE: Duration = Duration::from_secs(30);

impl Conversations {
    /// Sends a text and waits until every member has it. Besides this client's own emoticons it may use
    /// `others`, which count before them. Returns the pictures that the members may fetch now.
    pub(crate) async fn text(
        &self,
        state: &ConversationState,
        mut text: Text,
        others: &[Emoticon],
    ) -> Result<Pictures, SendError> {
        text.format.get_or_insert_with(plain);
        let payload = text.to_message().to_bytes();
        if payload.len() > MAX_PAYLOAD {
            return Err(SendError::TooLong);
        }
        let mut emoticons = self.emoticons_of(others, &text.body);
        let announcement = emoticons::announcement(&mut emoticons);
        // A member may fetch one before this client knows that the text has arrived.
        let served = self.pictures.served().subscribe();
        self.say(state, announcement, payload).await?;
        let people = state.people();
        Ok(Pictures::new(served, people.iter().filter(|who| self.takes_packets(who)), &emoticons))
    }

    /// Nudges and waits until every member has it.
    pub(crate) async fn nudge(&self, state: &ConversationState) -> Result<(), SendError> {
        self.say(state, None, Datacast::nudge().to_message().to_bytes()).await
    }

    /// Sends a message that the caller has written, and waits until every member has it.
    pub(crate) async fn raw(&self, state: &ConversationState, payload: Bytes) -> Result<(), SendError> {
        self.say(state, None, payload).await
    }

    async fn say(
        &self,
        state: &ConversationState,
        before: Option<Bytes>,
        payload: Bytes,
    ) -> Result<(), SendError> {
        let lease = self.switchboards.lease(state.line()).await?;
        if let Some(before) = before {
            // Under the same lease as the text: clients apply an announcement to the next text, so none may come
            // between.
            // The answer to the text itself tells of failures.
            let _ = lease.mention(Acknowledge::OnFailure, before);
        }
        let said = lease.say(payload);
        // The other side takes a notice of typing back when the text comes. The next key press has to tell anew.
        state.set_typed(None);
        said.delivered().await
    }

    /// Tells that this account is typing, if that is due.
    pub(crate) async fn typing(&self, state: &ConversationState) -> Result<(), SendError> {
        let now = Instant::now();
        if !state.note_typing(now) {
            return Ok(());
        }
        let lease = match self.switchboards.lease(state.line()).await {
            Ok(lease) => lease,
            Err(error) => {
                // The calls for typing to an account that is not there would use up the pace of switchboards (error 800).
                state.set_typed(Some(now + PAUSE));
                return Err(error);
            }
        };
        let payload = TypingUser(self.account.clone()).to_message().to_bytes();
        lease.mention(Acknowledge::Never, payload)
    }

    /// Calls one more account.
    pub(crate) async fn invite(&self, state: &ConversationState, who: &Handle) -> Result<(), CommandError> {
        let lease = self.switchboards.lease(state.line()).await.map_err(to_command)?;
        lease.call(who).await.map_err(to_command)
    }

    /// The emoticons that a text uses: of two for one shortcut, the one that was given for this text.
    fn emoticons_of(&self, others: &[Emoticon], text: &str) -> Vec<Emoticon> {
        let mut known = others.to_vec();
        let is_brought = |own: &Emoticon| others.iter().any(|other| other.shortcut() == own.shortcut());
        known.extend(self.pictures.emoticons().into_iter().filter(|own| !is_brought(own)));
        emoticons::used(&known, text, |emoticon| emoticon.shortcut())
    }
}

/// The default look of MSN Messenger; some old clients expect one.
fn plain() -> Format {
    Format { font: "MS Sans Serif".to_owned(), ..Format::default() }
}

fn to_command(error: SendError) -> CommandError {
    match error {
        SendError::NotOnline => CommandError::Refused(msnp::ErrorCode::NotOnline),
        SendError::Refused(code) => CommandError::Refused(code),
        SendError::TimedOut => CommandError::TimedOut,
        SendError::Protocol(what) => CommandError::Protocol(what),
        SendError::Disconnected => CommandError::Disconnected,
        SendError::SignedOut(reason) => CommandError::SignedOut(reason),
        error => CommandError::Conversation(error),
    }
}
