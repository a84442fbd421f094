//! The connection of one client to the notification server: its state, with the methods that all handlers use.

use std::sync::Arc;

use msnp::wire::EncodeFor;
use msnp::{Dialect, Handle};
use tokio::time::Instant;

use crate::delivery::{Deliveries, Outbox};
use crate::listen::Origin;
use crate::people::Session;
use crate::roles::command_error::CommandError;
use crate::service::Service;

/// One client's connection to the notification server.
pub(crate) struct Connection {
    pub(super) service: Arc<Service>,
    pub(super) outbox: Arc<Outbox>,
    pub(super) origin: Origin,
    pub(super) stage: Stage,
    pub(super) dialect: Dialect,
    /// The handle that wants to sign in: set by `USR … I`.
    pub(super) handle: Option<Handle>,
    /// The client's name and version as it tells them, until the session has them.
    pub(super) client: Box<str>,
    pub(super) session: Option<Arc<Session>>,
    pub(super) verified: bool,
    pub(super) synchronised: bool,
    pub(super) challenges: Challenges,
}

/// The stage of a client's sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::roles) enum Stage {
    /// Connected; `VER` is next.
    Greeting,
    /// A dialect has been agreed on; `CVR` is next.
    Versioned,
    /// The client has named itself; `USR … I` is next.
    Known,
    /// The client has been sent for a ticket; `USR … S` is next.
    Challenged,
    /// Signed in.
    SignedIn,
}

/// The stage of a session's challenges.
#[derive(Debug, Default)]
pub(super) enum Challenges {
    /// Before the first `CHG` there are none.
    #[default]
    None,
    /// One is to be answered until then.
    Asked { challenge: Box<str>, until: Instant },
    /// The last one was answered; the next comes then.
    Answered { next: Instant },
}

impl Challenges {
    pub(super) fn deadline(&self) -> Option<Instant> {
        match self {
            Self::None => None,
            Self::Asked { until, .. } => Some(*until),
            Self::Answered { next } => Some(*next),
        }
    }
}

impl Connection {
    pub(crate) fn new(service: Arc<Service>, outbox: Arc<Outbox>, origin: Origin) -> Self {
        Self {
            service,
            outbox,
            origin,
            stage: Stage::Greeting,
            // Until `VER` only that verb is legal, and it reads the same in all dialects.
            dialect: Dialect::NEWEST,
            handle: None,
            client: Box::default(),
            session: None,
            verified: false,
            synchronised: false,
            challenges: Challenges::default(),
        }
    }

    /// The session; there is one for every verb that the table admits after the sign-in only.
    pub(super) fn session(&self) -> Result<Arc<Session>, CommandError> {
        self.session.clone().ok_or(CommandError::Close)
    }

    pub(super) fn reply(&self, reply: &impl EncodeFor) {
        Deliveries::new().send(&self.outbox, reply.to_bytes_for(self.dialect));
    }
}
