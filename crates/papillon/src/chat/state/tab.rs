//! The tabs: events, and one for each conversation.

use std::time::Duration;

use msnp::Handle;
use msnp_client::ConversationId;

use super::transcript::Transcript;
use crate::chat::action::TabId;
use crate::chat::input_line::InputLine;

/// One tab.
pub(crate) struct Tab {
    /// Its number for life.
    pub(crate) id: TabId,
    /// The conversation; `None` for events.
    pub(crate) talk: Option<Talk>,
    /// The transcript.
    pub(crate) transcript: Transcript,
    /// The input line.
    pub(crate) input: InputLine,
    /// The number of unread messages.
    pub(crate) unread: usize,
}

/// A conversation.
pub(crate) struct Talk {
    /// The people in it besides this account, or to be called.
    pub(crate) with: Vec<Handle>,
    /// Its number at the client.
    pub(crate) conversation: Option<ConversationId>,
    /// The people that type, and until when that is shown.
    pub(crate) typing: Vec<(Handle, Duration)>,
    /// The time of the last notice that the user is typing.
    pub(super) told: Option<Duration>,
    /// The moment since which it waits for the user to go on, as one of the numbers that only grow.
    pub(super) waits: Option<u64>,
}

impl Tab {
    /// The tab for events.
    pub(super) fn events(id: TabId) -> Self {
        Self { id, talk: None, transcript: Transcript::default(), input: InputLine::default(), unread: 0 }
    }

    /// A tab for a conversation.
    pub(super) fn talk(id: TabId, with: Vec<Handle>, conversation: Option<ConversationId>) -> Self {
        let talk = Talk { with, conversation, typing: Vec::new(), told: None, waits: None };
        Self { talk: Some(talk), ..Self::events(id) }
    }

    /// Whether this is the conversation with one person alone.
    pub(crate) fn is_with(&self, who: &Handle) -> bool {
        self.only() == Some(who)
    }

    /// The other person, when there is only one.
    pub(crate) fn only(&self) -> Option<&Handle> {
        match self.talk.as_ref().map(|talk| talk.with.as_slice()) {
            Some([who]) => Some(who),
            _ => None,
        }
    }

    /// The conversation's number.
    pub(crate) fn conversation(&self) -> Option<ConversationId> {
        self.talk.as_ref().and_then(|talk| talk.conversation)
    }
}
