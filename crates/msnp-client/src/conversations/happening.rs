//! The things that happen in a conversation.

use std::sync::Arc;

use msnp::message::{Emoticon, Invitation, Message, Text};
use msnp::{FriendlyName, Handle};

use super::ConversationState;

/// One thing that happened in a conversation.
pub(crate) enum Happening {
    /// Somebody is there.
    Joined { who: Handle, name: FriendlyName },
    /// Somebody is not there any more.
    Left { who: Handle },
    /// Nobody is there any more.
    Closed,
    /// A text, and the custom emoticons that it uses.
    Text { from: Handle, name: FriendlyName, text: Text, emoticons: Vec<Emoticon> },
    /// Somebody is typing.
    Typing { from: Handle },
    /// A nudge.
    Nudge { from: Handle, name: FriendlyName },
    /// Somebody says something about a file, in the way of the time before packets, or about another program.
    Invitation { from: Handle, name: FriendlyName, invitation: Box<Invitation>, message: Message },
    /// A message of a type that there is no event for.
    Raw { from: Handle, name: FriendlyName, message: Message },
    /// A message that cannot be shown.
    NotShown { from: Option<Handle>, content_type: String, reason: String },
}

/// Takes what happens. Called with the conversation locked, so that it is told in order: it must not
/// wait, nor ask that conversation for anything but its number.
pub(crate) type Tell = dyn Fn(&Arc<ConversationState>, Happening) + Send + Sync;
