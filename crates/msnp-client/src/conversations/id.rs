//! The numbers of conversations.

/// Which conversation an event belongs to. Numbers of this client, not of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConversationId(pub u64);
