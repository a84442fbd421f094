//! The connection of one client to a switchboard: its state.

use std::sync::Arc;

use msnp::command::msg;
use tokio::time::Instant;

use crate::counts::Relayed;
use crate::delivery::Outbox;
use crate::listen::Arrival;
use crate::people::Invitee;
use crate::people::conversations::Conversation;
use crate::service::Service;

/// One client's connection to a switchboard.
pub(crate) struct Connection {
    pub(super) service: Arc<Service>,
    pub(super) outbox: Arc<Outbox>,
    pub(super) arrival: Arrival,
    pub(super) participation: Option<Participation>,
    /// The client has said `OUT`.
    pub(super) taken_leave: bool,
    /// The messages that have been relayed since the counters were told last.
    pub(super) relayed: Relayed,
}

/// The part of one account in a conversation.
pub(super) struct Participation {
    pub(super) person: Invitee,
    /// The words before this person's messages when they reach the others.
    pub(super) envelope: msg::Envelope,
    pub(super) conversation: Arc<Conversation>,
    /// The time to look again whether the conversation has gone idle.
    pub(super) look: Instant,
}

impl Connection {
    pub(crate) fn new(service: Arc<Service>, outbox: Arc<Outbox>, arrival: Arrival) -> Self {
        Self {
            service,
            outbox,
            arrival,
            participation: None,
            taken_leave: false,
            relayed: Relayed::default(),
        }
    }
}
