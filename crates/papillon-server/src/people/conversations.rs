//! Conversations: who is in them, who may come in, and how a message reaches everybody else.

mod conversation;
mod cookies;

pub(crate) use conversation::{CallError, Conversation, Participant};
pub(crate) use cookies::Switchboards;
