//! Saying things.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use msnp::Handle;
use msnp::command::msg::Acknowledge;
use msnp::message::{Datacast, Emoticon, Format, Invitation, Text, TypingUser};
use tokio::time::Instant;

use super::opening::answer;
use super::{PATIENCE, Talk, emoticons};
use crate::core::Core;
use crate::switchboard::MAX_PAYLOAD;
use crate::{CommandError, SendError};

/// Typing is told this often; it is shown for six seconds (GAIM).
const TYPING: Duration = Duration::from_secs(5);

impl Talk {
    /// Says something and waits until everybody has it. Besides this client's own emoticons it may use
    /// `others`, which count before them. Gives those that it uses.
    pub(crate) async fn text(
        self: &Arc<Self>,
        core: &Arc<Core>,
        mut text: Text,
        others: &[Emoticon],
    ) -> Result<Vec<Emoticon>, SendError> {
        text.format.get_or_insert_with(plain);
        let payload = text.to_message().to_bytes();
        if payload.len() > MAX_PAYLOAD {
            return Err(SendError::TooLong);
        }
        let mut emoticons = emoticons_of(core, others, &text.body);
        let announcement = emoticons::announcement(&mut emoticons);
        self.say(core, announcement, payload).await?;
        Ok(emoticons)
    }

    /// Nudges and waits until everybody has it.
    pub(crate) async fn nudge(self: &Arc<Self>, core: &Arc<Core>) -> Result<(), SendError> {
        self.say(core, None, Datacast::nudge().to_message().to_bytes()).await
    }

    /// Sends a message that somebody else has written, and waits until everybody has it.
    pub(crate) async fn raw(self: &Arc<Self>, core: &Arc<Core>, payload: Bytes) -> Result<(), SendError> {
        self.say(core, None, payload).await
    }

    /// One step of a negotiation.
    pub(crate) async fn invitation(
        self: &Arc<Self>,
        core: &Arc<Core>,
        invitation: &Invitation,
    ) -> Result<(), SendError> {
        let payload = invitation.to_message().to_bytes();
        if payload.len() > MAX_PAYLOAD {
            return Err(SendError::TooLong);
        }
        self.say(core, None, payload).await
    }

    async fn say(
        self: &Arc<Self>,
        core: &Arc<Core>,
        before: Option<Bytes>,
        payload: Bytes,
    ) -> Result<(), SendError> {
        let (board, turn) = self.reach(core).await?;
        board.note_spoken();
        self.announce(core);
        if let Some(before) = before {
            // The text's own answer tells what there is to tell.
            let _ = board.mention(Acknowledge::OnFailure, before);
        }
        let receipt = board.say(payload);
        self.state.lock().typed = None;
        drop(turn);
        match answer(receipt, Instant::now() + PATIENCE).await {
            // The switchboard ended before it was known.
            Err(SendError::Disconnected) => Err(SendError::NotDelivered),
            outcome => outcome,
        }
    }

    /// Tells that this account is typing, if that is due.
    pub(crate) async fn typing(self: &Arc<Self>, core: &Arc<Core>) -> Result<(), SendError> {
        let now = Instant::now();
        {
            let mut state = self.state.lock();
            if state.typed.is_some_and(|typed| now < typed + TYPING) {
                return Ok(());
            }
            state.typed = Some(now);
        }
        let (board, _turn) = match self.reach(core).await {
            Ok(reached) => reached,
            Err(error) => {
                // Whoever types to somebody who is not there need not call them every five seconds.
                self.state.lock().typed = Some(now + PATIENCE);
                return Err(error);
            }
        };
        board.note_spoken();
        self.announce(core);
        let payload = TypingUser(core.account.clone()).to_message().to_bytes();
        board.mention(Acknowledge::Never, payload).map_err(|_| SendError::Disconnected)
    }

    /// Calls one more person.
    pub(crate) async fn invite(self: &Arc<Self>, core: &Arc<Core>, who: &Handle) -> Result<(), CommandError> {
        let (board, _turn) = self.reach(core).await.map_err(to_command)?;
        board.note_spoken();
        self.announce(core);
        answer(board.call(who), Instant::now() + PATIENCE).await.map_err(to_command)
    }
}

/// What MSN Messenger writes where nobody chose a look; some old clients expect one.
fn plain() -> Format {
    Format { font: "MS Sans Serif".to_owned(), ..Format::default() }
}

/// Those that a text uses: of two for one shortcut, the one that was brought for this text.
fn emoticons_of(core: &Core, others: &[Emoticon], text: &str) -> Vec<Emoticon> {
    let own = core.emoticons.read();
    let mut known = others.to_vec();
    for (shortcut, object, _) in &*own {
        if !others.iter().any(|other| other.shortcut() == shortcut) {
            known.extend(Emoticon::new(shortcut, object.clone()));
        }
    }
    emoticons::used(&known, text, |emoticon| emoticon.shortcut())
}

fn to_command(error: SendError) -> CommandError {
    match error {
        SendError::NotOnline => CommandError::Refused(msnp::ErrorCode::NotOnline),
        SendError::Refused(code) => CommandError::Refused(code),
        SendError::TimedOut => CommandError::TimedOut,
        SendError::Protocol(what) => CommandError::Protocol(what),
        SendError::Disconnected => CommandError::Disconnected,
        error => CommandError::Conversation(error),
    }
}
