//! Conversations: two people or more.

use std::sync::{Arc, Weak};

use msnp::Handle;
use msnp::message::{Emoticon, Text};

use crate::conversations::{ConversationId, ConversationState, Conversations};
use crate::pictures::Pictures;
use crate::{CommandError, SendError};

/// One conversation. It needs no connection until something is said, and gets a new one when the
/// others left and one more thing is said.
///
/// Pictures and files travel over the same connections. As long as nobody says or types anything,
/// there are no events about these: no `Joined`, no `ConversationClosed`.
#[derive(Clone)]
pub struct Conversation {
    all: Weak<Conversations>,
    state: Arc<ConversationState>,
}

impl Conversation {
    pub(crate) fn new(all: &Arc<Conversations>, state: Arc<ConversationState>) -> Self {
        Self { all: Arc::downgrade(all), state }
    }

    /// Its number in events.
    pub fn id(&self) -> ConversationId {
        self.state.id()
    }

    /// Who is in it besides this account; with nobody connected yet, who will be called.
    pub fn participants(&self) -> Vec<Handle> {
        self.state.people().into_iter().collect()
    }

    /// Says something, with its custom emoticons, and waits until all have it: until the service
    /// has written it to everybody's connection.
    ///
    /// Several calls at once are delivered in the order in which they were made. A text without a
    /// look of its own goes out in the one MSN Messenger had by default.
    pub async fn send(&self, text: impl Into<Text>) -> Result<(), SendError> {
        self.send_with(text, &[]).await.map(drop)
    }

    /// The same with more emoticons than the client's own, for this text alone: see [`Client::emoticon`].
    ///
    /// [`Client::emoticon`]: crate::Client::emoticon
    pub async fn send_with(
        &self,
        text: impl Into<Text>,
        emoticons: &[Emoticon],
    ) -> Result<Pictures, SendError> {
        self.all()?.text(&self.state, text.into(), emoticons).await
    }

    /// Tells that this account is typing. Call it as often as keys are hit: it is sent every 5 s.
    /// Like the first text, it calls the others when they are not here.
    pub async fn typing(&self) -> Result<(), SendError> {
        self.all()?.typing(&self.state).await
    }

    /// Nudges the others, and waits until all have it. Clients before MSN Messenger 7 show nothing of it.
    pub async fn nudge(&self) -> Result<(), SendError> {
        self.all()?.nudge(&self.state).await
    }

    /// Invites one more person, and waits until it rings at theirs. That they come is told by
    /// [`Event::Joined`](crate::Event::Joined).
    pub async fn invite(&self, who: &Handle) -> Result<(), CommandError> {
        let all = self.all().map_err(|_| CommandError::Disconnected)?;
        all.invite(&self.state, who).await
    }

    /// Leaves it. Something said later opens it again.
    pub async fn leave(&self) {
        self.state.leave();
    }

    /// The conversations of the client, while it is there.
    fn all(&self) -> Result<Arc<Conversations>, SendError> {
        self.all.upgrade().ok_or(SendError::Disconnected)
    }
}
