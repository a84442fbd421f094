//! The happenings of a conversation, which become events.

use std::sync::Arc;

use msnp::message::{Emoticon, Invitation, Message, Text};
use msnp::{FriendlyName, Handle};

use super::ConversationState;

/// One thing that happened in a conversation.
pub(crate) enum Happening {
    /// An account joined, or was there before.
    Joined { who: Handle, name: FriendlyName },
    /// An account left.
    Left { who: Handle },
    /// The last other member left.
    Closed,
    /// A text, and the custom emoticons that it uses.
    Text { from: Handle, name: FriendlyName, text: Text, emoticons: Vec<Emoticon> },
    /// A member is typing.
    Typing { from: Handle },
    /// A nudge.
    Nudge { from: Handle, name: FriendlyName },
    /// An invitation to a file transfer before MSN 6 or to another program, or an answer to one.
    Invitation { from: Handle, name: FriendlyName, invitation: Box<Invitation>, message: Message },
    /// A message of a type that has no event of its own.
    Raw { from: Handle, name: FriendlyName, message: Message },
    /// A message that cannot be shown.
    NotShown { from: Option<Handle>, content_type: String, reason: String },
}

/// The receiver of happenings. It is called with the conversation locked, so that they are told in order: it must not
/// wait, nor ask that conversation for anything but its number.
pub(crate) type Tell = dyn Fn(&Arc<ConversationState>, Happening) + Send + Sync;
