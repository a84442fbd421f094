//! Conversations of two accounts or more.

use std::fmt;
use std::sync::{Arc, Weak};

use bytes::Bytes;
use msnp::Handle;
use msnp::message::{Emoticon, Text};

use crate::conversations::{ConversationId, ConversationState, Conversations};
use crate::pictures::Pictures;
use crate::{CommandError, SendError, raw_message};

/// One conversation. It opens a connection with its first message, and a new one for a message that is
/// sent after the others left.
///
/// Pictures and files travel over the same connections. Until a member writes or types something, these
/// connections cause no events: no `Joined`, no `ConversationClosed`.
///
/// Clones are cheap handles to the same conversation, and two of these are equal when it is the same one. A handle
/// keeps neither the client nor a connection alive. Once the client is gone, every message fails with
/// [`SendError::Disconnected`].
///
/// ```no_run
/// # async fn example(client: msnp_client::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let conversation = client.conversation(&"grace@example.com".parse()?);
/// conversation.send("Lunch at one?").await?;
/// conversation.nudge().await?;
/// conversation.invite(&"alan@example.com".parse()?).await?;
/// println!("{} is with {:?}", conversation.id(), conversation.participants());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Conversation {
    all: Weak<Conversations>,
    state: Arc<ConversationState>,
}

impl Conversation {
    pub(crate) fn new(all: &Arc<Conversations>, state: Arc<ConversationState>) -> Self {
        Self { all: Arc::downgrade(all), state }
    }

    /// A conversation that belongs to no client, to test how a program handles events. Every message in it fails with
    /// [`SendError::Disconnected`].
    ///
    /// ```
    /// use msnp_client::{Conversation, ConversationId, Event};
    ///
    /// let bob = "bob@example.com".parse().unwrap();
    /// let conversation = Conversation::detached(ConversationId(1), [&bob]);
    /// let event = Event::Typing { conversation, from: bob };
    /// ```
    pub fn detached<'a>(id: ConversationId, participants: impl IntoIterator<Item = &'a Handle>) -> Self {
        let participants = participants.into_iter().cloned().collect();
        Self { all: Weak::new(), state: Arc::new(ConversationState::detached(id, participants)) }
    }

    /// Its number: the key under which a program keeps things about it.
    pub fn id(&self) -> ConversationId {
        self.state.id()
    }

    /// The members besides this account; before they are connected, the accounts that will be called.
    pub fn participants(&self) -> Vec<Handle> {
        self.state.people().into_iter().collect()
    }

    /// Sends a text with its custom emoticons, and waits until the service
    /// has written it to the connection of every member.
    ///
    /// Several calls at once are delivered in the order in which they were made. A text without a
    /// look of its own has the default look of MSN Messenger.
    ///
    /// # Errors
    ///
    /// [`SendError::TooLong`] when it does not fit into one message of 1664 bytes. [`SendError::NotOnline`] or
    /// [`SendError::NoAnswer`] when no other account can be called, [`SendError::NotDelivered`] when a member did not
    /// get it, and any error of the service or the network.
    pub async fn send(&self, text: impl Into<Text>) -> Result<(), SendError> {
        self.send_with(text, &[]).await.map(drop)
    }

    /// The same with more emoticons than the client's own, for this text alone: see [`Client::emoticon`].
    ///
    /// [`Client::emoticon`]: crate::Client::emoticon
    ///
    /// # Errors
    ///
    /// As [`Conversation::send`].
    pub async fn send_with(
        &self,
        text: impl Into<Text>,
        emoticons: &[Emoticon],
    ) -> Result<Pictures, SendError> {
        self.all()?.text(&self.state, text.into(), emoticons).await
    }

    /// Sends a message of any type, and waits until every member has it. [`Event::Raw`](crate::Event::Raw) is its
    /// counterpart.
    ///
    /// `content_type` is the value of that header, with its parameters if it has any; `headers` stand after it. The whole
    /// message has at most 1664 bytes: the body, the headers with `MIME-Version` and `Content-Type`, and the blank line.
    /// Texts and typing have methods of their own ([`Conversation::send`], [`Conversation::typing`]).
    ///
    /// ```no_run
    /// # async fn example(conversation: msnp_client::Conversation) -> Result<(), msnp_client::SendError> {
    /// let headers = [("X-Board", "e4"), ("X-Clock", "59:12")];
    /// conversation.send_raw("application/x-chess; version=1", &headers, "e2e4").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`SendError::Header`] when a header cannot be written: its name is empty or has blanks, colons or control
    /// characters, its value has control characters or blanks around it, or it is `MIME-Version` or `Content-Type` again.
    /// [`SendError::TooLong`] when it is longer than 1664 bytes. Otherwise as [`Conversation::send`].
    pub async fn send_raw(
        &self,
        content_type: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Result<(), SendError> {
        let payload = raw_message::payload(content_type, headers, body.into())?;
        self.all()?.raw(&self.state, payload).await
    }

    /// Tells that this account is typing. Call it at every key press: the client sends it every 5 s at most.
    /// Like the first text, it calls the others when they are not in the conversation.
    ///
    /// # Errors
    ///
    /// As [`Conversation::send`]; the service does not say whether it arrived.
    pub async fn typing(&self) -> Result<(), SendError> {
        self.all()?.typing(&self.state).await
    }

    /// Nudges the others, and waits until every member has it. Clients before MSN Messenger 7 show nothing of it.
    ///
    /// # Errors
    ///
    /// As [`Conversation::send`].
    pub async fn nudge(&self) -> Result<(), SendError> {
        self.all()?.nudge(&self.state).await
    }

    /// Invites one more account, and waits until the service has called it. When it joins,
    /// [`Event::Joined`](crate::Event::Joined) tells.
    ///
    /// # Errors
    ///
    /// [`CommandError::Refused`] with [`ErrorCode::NotOnline`](msnp::ErrorCode::NotOnline) when the account is not
    /// online or blocks this account; [`CommandError::Conversation`] when the conversation could not be opened; and any error of
    /// the service or the network.
    pub async fn invite(&self, who: &Handle) -> Result<(), CommandError> {
        let all = self.all().map_err(|_| CommandError::Disconnected)?;
        all.invite(&self.state, who).await
    }

    /// Leaves it. A later message opens it again.
    pub async fn leave(&self) {
        self.state.leave();
    }

    /// The conversations of the client, while the client exists.
    fn all(&self) -> Result<Arc<Conversations>, SendError> {
        self.all.upgrade().ok_or(SendError::Disconnected)
    }
}

impl PartialEq for Conversation {
    /// Whether it is the same conversation of the same client.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.state, &other.state)
    }
}

impl Eq for Conversation {}

impl fmt::Debug for Conversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let participants = self.state.people();
        f.debug_struct("Conversation").field("id", &self.id().0).field("participants", &participants).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bob() -> Handle {
        "bob@example.com".parse().unwrap()
    }

    #[tokio::test]
    async fn one_without_a_client_sends_nothing() {
        let conversation = Conversation::detached(ConversationId(3), [&bob()]);
        assert_eq!(conversation.participants(), [bob()]);
        assert_eq!(conversation.send("hello").await, Err(SendError::Disconnected));
        assert_eq!(conversation.invite(&bob()).await, Err(CommandError::Disconnected));
        conversation.leave().await;
    }

    #[test]
    fn a_conversation_is_the_same_as_its_clones_only() {
        let one = ConversationId(1);
        let conversation = Conversation::detached(one, [&bob()]);
        assert_eq!(conversation.clone(), conversation);
        assert_ne!(conversation, Conversation::detached(one, [&bob()]), "another client has its own numbers");
        let debug = format!("{conversation:?}");
        assert!(debug.contains("id: 1") && debug.contains("bob@example.com"), "{debug}");
    }
}
