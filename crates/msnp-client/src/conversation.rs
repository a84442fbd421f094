//! Conversations: two people or more.

use std::sync::{Arc, Weak};

use msnp::Handle;
use msnp::message::{Emoticon, Invitation, Text};

use crate::conversations::Talk;
use crate::core::Core;
use crate::pictures::Pictures;
use crate::{CommandError, SendError};

/// Which conversation an event belongs to. Numbers of this client, not of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConversationId(pub u64);

/// One conversation. It needs no connection until something is said, and gets a new one when the
/// others left and one more thing is said.
///
/// Pictures and files travel over the same connections. As long as nobody says or types anything,
/// there are no events about these: no `Joined`, no `ConversationClosed`.
#[derive(Clone)]
pub struct Conversation {
    core: Weak<Core>,
    talk: Arc<Talk>,
}

impl Conversation {
    pub(crate) fn new(core: Weak<Core>, talk: Arc<Talk>) -> Self {
        Self { core, talk }
    }

    /// Its number in events.
    pub fn id(&self) -> ConversationId {
        self.talk.id()
    }

    /// Who is in it besides this account; with nobody connected yet, who will be called.
    pub fn participants(&self) -> Vec<Handle> {
        self.talk.peers().into_iter().collect()
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
        let core = self.core()?;
        // Somebody may fetch one before it is known here that the text has arrived.
        let served = core.pictures.served().subscribe();
        let used = self.talk.text(&core, text.into(), emoticons).await?;
        let people = self.talk.peers();
        Ok(Pictures::new(served, people.iter().filter(|who| !core.peers.is_old(&core, who)), &used))
    }

    /// Tells that this account is typing. Call it as often as keys are hit: it is sent every 5 s.
    /// Like the first text, it calls the others when they are not here.
    pub async fn typing(&self) -> Result<(), SendError> {
        self.talk.typing(&self.core()?).await
    }

    /// Nudges the others, and waits until all have it. Clients before MSN Messenger 7 show nothing of it.
    pub async fn nudge(&self) -> Result<(), SendError> {
        self.talk.nudge(&self.core()?).await
    }

    /// Invites one more person, and waits until it rings at theirs. That they come is told by
    /// [`Event::Joined`](crate::Event::Joined).
    pub async fn invite(&self, who: &Handle) -> Result<(), CommandError> {
        let core = self.core().map_err(|_| CommandError::Disconnected)?;
        self.talk.invite(&core, who).await
    }

    /// Leaves it. Something said later opens it again.
    pub async fn leave(&self) {
        self.talk.leave();
    }

    /// Sends one message of a negotiation of the time before peer-to-peer packets, and waits until
    /// they have it.
    pub(crate) async fn send_invitation(&self, invitation: &Invitation) -> Result<(), SendError> {
        self.talk.invitation(&self.core()?, invitation).await
    }

    /// The client, while it is there.
    pub(crate) fn core(&self) -> Result<Arc<Core>, SendError> {
        self.core.upgrade().ok_or(SendError::Disconnected)
    }
}
