//! The handling of messages that come in.

use std::sync::Arc;

use msnp::message::{Content, Message, TypingUser};
use msnp::{FriendlyName, Handle, Invalid};

use super::{ConversationState, Conversations, Happening};
use crate::switchboard::Switchboard;
use crate::switchboards::Line;

/// Some clients send this so that a quiet switchboard stays open. It is not shown.
const KEEPALIVE: &str = "text/x-keepalive";

impl Conversations {
    /// An account joined a line, or left it. Until a member writes something, a line is no
    /// conversation, unless it has several members: packets are for one peer.
    pub(crate) fn people_changed(&self, line: &Arc<Line>) {
        let known = self.known_on(line);
        if let Some(state) = known.or_else(|| (line.here().len() > 1).then(|| self.on(line))) {
            state.refresh();
        }
    }

    /// This account is about to write something on a line.
    pub(crate) fn speaking(&self, line: &Arc<Line>) {
        self.on(line).announce();
    }

    /// A message came.
    pub(crate) fn message(
        &self,
        line: &Arc<Line>,
        board: &Switchboard,
        from: &Handle,
        name: &FriendlyName,
        message: Message,
    ) {
        let state = self.on(line);
        let from = from.clone();
        let happening = match message.try_content() {
            Ok(Content::Emoticons(pairs)) => return state.expect_emoticons(&from, pairs.emoticons),
            // Clients send these by themselves: they make no conversation of a line, and nothing of them is to be seen.
            Ok(Content::ClientCaps(_)) => {
                return state.tell(Happening::Raw { from, name: name.clone(), message });
            }
            Ok(Content::Other) if message.is(KEEPALIVE) => {
                return state.tell(Happening::Raw { from, name: name.clone(), message });
            }
            Ok(Content::Text(text)) => {
                let emoticons = state.take_emoticons(&from, &text.body);
                Happening::Text { from, name: name.clone(), text, emoticons }
            }
            Ok(Content::Typing(_)) => Happening::Typing { from },
            // The sender counts. The account in the header adds nothing, so an unreadable one is no reason to fail.
            Err(_)
                if message.is(TypingUser::MEDIA_TYPE)
                    && message.headers.get(TypingUser::HEADER).is_some() =>
            {
                Happening::Typing { from }
            }
            Ok(Content::Datacast(datacast)) if datacast.is_nudge() => {
                Happening::Nudge { from, name: name.clone() }
            }
            Ok(Content::Invitation(invitation)) => {
                Happening::Invitation { from, name: name.clone(), invitation, message }
            }
            content => {
                let reason = match &content {
                    Err(fault) => fault.to_string(),
                    Ok(Content::Other) => "its type is not known".to_owned(),
                    Ok(Content::Datacast(datacast)) => format!("its kind {} is not known", datacast.id),
                    Ok(_) => "it has no place in a conversation".to_owned(),
                };
                let content_type = message.content_type().unwrap_or_default().to_owned();
                // A well-formed message of a strange type is for programs that know it. One that cannot be read is told
                // to the user only.
                if content.is_ok() {
                    heard(&state, board);
                    state.tell(Happening::Raw { from: from.clone(), name: name.clone(), message });
                }
                Happening::NotShown { from: Some(from), content_type, reason }
            }
        };
        heard(&state, board);
        state.tell(happening);
    }

    /// A message that cannot be read at all came in.
    pub(crate) fn unreadable(&self, line: &Arc<Line>, from: Option<&Handle>, fault: Invalid) {
        let (content_type, reason) = (String::new(), fault.to_string());
        self.on(line).tell(Happening::NotShown { from: from.cloned(), content_type, reason });
    }
}

/// The line is a conversation now, not only a way for packets.
fn heard(state: &Arc<ConversationState>, board: &Switchboard) {
    board.note_spoken();
    state.announce();
}
