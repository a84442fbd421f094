//! Conversations: the people in them, the cookies that let people in, and the relay of messages.

mod conversation;
mod cookies;

pub(crate) use conversation::{CallError, Conversation, Participant};
pub(crate) use cookies::{NoCookie, Switchboards};
