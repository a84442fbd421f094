//! The notification server: the connection of one client, before and after its sign-in.
//!
//! [`verbs`] says what may be sent when, and what handles it; each other file handles one group of verbs.

mod challenge;
mod groups;
mod links;
mod list_lines;
mod lists;
mod mobile;
mod ping;
mod presence;
mod pushes;
mod settings;
mod sign_in;
mod switchboards;
mod sync;
mod verbs;

use std::sync::Arc;
use std::time::Duration;

use msnp::command::{NotificationRequest as Request, error};
use msnp::wire::{EncodeFor, Frame, Limits};
use msnp::{Dialect, Handle, TransactionId};
use tokio::time::Instant;

use crate::delivery::{Deliveries, Outbox};
use crate::limits::Pace;
use crate::listen::Origin;
use crate::people::Session;
use crate::roles::command_error::{CommandError, Outcome};
use crate::roles::connection::Flow;
use crate::roles::verb_table::Rule;
use crate::service::Service;
use challenge::Challenges;
pub(crate) use pushes::encode;
use verbs::Stage;

/// One client's connection to the notification server.
pub(crate) struct Connection {
    service: Arc<Service>,
    outbox: Arc<Outbox>,
    origin: Origin,
    stage: Stage,
    dialect: Dialect,
    /// The handle that wants to sign in: set by `USR … I`.
    handle: Option<Handle>,
    /// The client's name and version as it tells them, until the session has them.
    client: Box<str>,
    session: Option<Arc<Session>>,
    verified: bool,
    synchronised: bool,
    challenges: Challenges,
    paces: Paces,
}

/// The rate limits of this client's requests that reach other clients.
struct Paces {
    changes: Pace,
    switchboards: Pace,
    invitations: Pace,
}

impl Connection {
    pub(crate) fn new(service: Arc<Service>, outbox: Arc<Outbox>, origin: Origin) -> Self {
        let limits = &service.config.limits;
        let paces = Paces {
            changes: Pace::new(limits.changes_per_ten_seconds, Duration::from_secs(10)),
            switchboards: Pace::new(limits.switchboards_per_minute, Duration::from_secs(60)),
            invitations: Pace::new(limits.invitations_per_hour, Duration::from_secs(3600)),
        };
        Self {
            service,
            outbox,
            origin,
            stage: Stage::Greeting,
            dialect: Dialect::NEWEST,
            handle: None,
            client: Box::default(),
            session: None,
            verified: false,
            synchronised: false,
            challenges: Challenges::default(),
            paces,
        }
    }

    /// The size limits of a request: smaller before the sign-in than after.
    pub(crate) fn frame_limits(&self) -> Limits {
        if self.session.is_some() { Limits::SIGNED_IN } else { Limits::SIGN_IN }
    }

    /// Handles one command.
    pub(crate) async fn handle(&mut self, frame: Frame) -> Flow {
        match self.obey(&frame).await {
            Ok(()) => Flow::Continue(()),
            Err(error) => self.refuse(error, frame.transaction()),
        }
    }

    async fn obey(&mut self, frame: &Frame) -> Outcome {
        let rule = Rule::admit(verbs::RULES, self, frame)?;
        let request =
            Request::parse(frame, self.dialect).map_err(|error| rule.unreadable_error(error.reason))?;
        verbs::carry_out(self, request).await
    }

    /// When [`on_deadline`](Self::on_deadline) is to be called.
    pub(crate) fn deadline(&self, sign_in: Instant) -> Option<Instant> {
        if self.session.is_none() { Some(sign_in) } else { self.challenges.deadline() }
    }

    /// The sign-in took too long, a challenge was not answered, or it is time for the next one.
    pub(crate) fn on_deadline(&mut self) -> Flow {
        if self.session.is_none() { Flow::Break(()) } else { self.challenge_or_end() }
    }

    /// The connection is over: the session with it.
    pub(crate) fn leave(&mut self, out: &mut Deliveries) {
        if let Some(session) = self.session.take() {
            self.service.directory.leave(&session, out);
        }
    }

    /// The session; there is one for every verb that the table admits after the sign-in only.
    fn session(&self) -> Result<Arc<Session>, CommandError> {
        self.session.clone().ok_or(CommandError::Close)
    }

    fn reply(&self, reply: &impl EncodeFor) {
        Deliveries::new().send(&self.outbox, reply.to_bytes_for(self.dialect));
    }

    fn refuse(&self, error: CommandError, transaction: Option<TransactionId>) -> Flow {
        match error {
            CommandError::Error(code) => {
                self.reply(&error::Reply::new(code, transaction));
                Flow::Continue(())
            }
            CommandError::Fatal(code) => {
                self.reply(&error::Reply::new(code, transaction));
                Flow::Break(())
            }
            CommandError::Close => Flow::Break(()),
            CommandError::Drop => {
                Deliveries::new().abandon(&self.outbox);
                Flow::Break(())
            }
        }
    }
}
