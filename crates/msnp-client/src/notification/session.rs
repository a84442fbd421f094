//! One signed-in session with the notification server.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Weak};
use std::time::Duration;

use msnp::command::{NotificationEvent, NotificationRequest, chg, error, out, qng, syn, url};
use msnp::{ListVersion, Status, TransactionId};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::handle::Command;
use super::{Wire, events};
use crate::core::Core;
use crate::login::lost;
use crate::{CommandError, SignInError};

/// The interval at which the client checks that the service is there; routers forget quiet connections.
const PING_INTERVAL: Duration = Duration::from_secs(45);
/// The time without any event after which the connection counts as lost. It is looked at with each ping: more than one
/// interval, so that an answer may be late, and less than two, so that the second ping finds it.
const SILENCE: Duration = Duration::from_secs(75);
/// The time that the lists may take.
const SYNC_TIMEOUT: Duration = Duration::from_secs(60);
/// The time for which sign-in waits for the presence of the contacts.
const PRESENCE_WAIT: Duration = Duration::from_secs(3);
/// The time that signing out may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

type Reply = oneshot::Sender<Result<NotificationEvent, CommandError>>;

/// The reason for which a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Asked,
    Elsewhere,
    ServiceClosing,
    Lost,
}

impl End {
    /// Never after the account signed in elsewhere: the two clients would disconnect each other for ever.
    pub(super) const fn allows_return(self) -> bool {
        matches!(self, Self::ServiceClosing | Self::Lost)
    }
}

pub(super) struct NotificationSession {
    wire: Wire,
    waiting: HashMap<TransactionId, Reply>,
    heard: Instant,
    /// Not over HTTP.
    pings: bool,
}

/// The parts of the lists that have yet to come.
#[derive(Default)]
struct Missing {
    version: bool,
    contacts: usize,
    groups: usize,
    status: bool,
    /// The presence of the contacts comes before the answer to the request that was sent after `CHG`: a `PNG`, or where
    /// the connection has none, another request.
    presence: bool,
    /// The number of that request.
    question: Option<TransactionId>,
}

impl Missing {
    fn note(&mut self, event: &NotificationEvent) {
        match event {
            NotificationEvent::Syn(reply) => {
                self.version = false;
                if let Some(contents) = reply.contents {
                    (self.contacts, self.groups) = (contents.contacts, contents.groups);
                }
            }
            NotificationEvent::Lst(_) => self.contacts = self.contacts.saturating_sub(1),
            NotificationEvent::Lsg(_) => self.groups = self.groups.saturating_sub(1),
            NotificationEvent::Chg(_) => self.status = false,
            NotificationEvent::Qng(_) => self.presence = false,
            NotificationEvent::Url(reply) if Some(reply.transaction) == self.question => {
                self.presence = false
            }
            NotificationEvent::Error(error) if self.is_answer(error) => self.presence = false,
            _ => {}
        }
    }

    /// Whether that request was refused, which is an answer as well.
    fn is_answer(&self, error: &error::Reply) -> bool {
        self.question.is_some() && error.transaction == self.question
    }

    const fn lists(&self) -> bool {
        self.version || self.status || self.contacts > 0 || self.groups > 0
    }
}

impl NotificationSession {
    pub(super) fn new(wire: Wire, pings: bool) -> Self {
        Self { wire, waiting: HashMap::new(), heard: Instant::now(), pings }
    }

    /// Fetches the lists and appears with this status.
    pub(super) async fn synchronise(&mut self, core: &Arc<Core>, status: Status) -> Result<(), SignInError> {
        let server = || core.settings.server.clone();
        match timeout(SYNC_TIMEOUT, self.fetch_lists(core, status)).await {
            Err(_) => Err(SignInError::TimedOut(server())),
            Ok(Err(source)) => Err(lost(server(), source)),
            Ok(Ok(None)) => Ok(()),
            Ok(Ok(Some(error))) => Err(error),
        }
    }

    async fn fetch_lists(&mut self, core: &Arc<Core>, status: Status) -> io::Result<Option<SignInError>> {
        // The client keeps no lists from one sign-in to the next. So it has version 0, and the service sends all of
        // them.
        *core.roster.write() = crate::roster::Roster::default();
        let transaction = self.wire.transaction();
        self.wire
            .send(&NotificationRequest::Syn(syn::Request { transaction, version: ListVersion(0) }))
            .await?;
        let transaction = self.wire.transaction();
        self.wire.send(&NotificationRequest::Chg(appear(core, transaction, status))).await?;
        let question = self.ask_something().await?;
        let mut missing =
            Missing { version: true, status: true, presence: true, question, ..Missing::default() };
        while missing.lists() || missing.presence {
            let wait = if missing.lists() { SYNC_TIMEOUT } else { PRESENCE_WAIT };
            let event = match timeout(wait, self.wire.next()).await {
                Ok(event) => event?.ok_or(io::ErrorKind::ConnectionAborted)?,
                // A service that does not answer that request: the presence that is still missing comes as events.
                Err(_) if !missing.lists() => break,
                Err(_) => return Err(io::ErrorKind::TimedOut.into()),
            };
            // An error here refuses `SYN` or `CHG`. A refusal of the extra request is as good as its answer.
            if let NotificationEvent::Error(error) = &event
                && !missing.is_answer(error)
                && let Some(code) = error.code()
            {
                return Ok(Some(SignInError::Refused(code)));
            }
            missing.note(&event);
            if let Some(answer) = events::take(core, &event, self.wire.local()) {
                self.answer(answer).await?;
            }
        }
        Ok(None)
    }

    /// A request that the service answers after the presence of all contacts. The gateway knows no `PNG`.
    async fn ask_something(&mut self) -> io::Result<Option<TransactionId>> {
        if self.pings {
            self.wire.send(&NotificationRequest::Png(qng::Request)).await?;
            return Ok(None);
        }
        let transaction = self.wire.transaction();
        let page = url::Request { transaction, service: "INBOX".into(), argument: None };
        self.wire.send(&NotificationRequest::Url(page)).await?;
        Ok(Some(transaction))
    }

    async fn answer(&mut self, build: events::Answer) -> io::Result<()> {
        let transaction = self.wire.transaction();
        self.wire.send(&NotificationRequest::Qry(build(transaction))).await
    }

    /// Runs until the connection ends. Returns the reply channel of the request to sign out, if there was one,
    /// to be answered at the very end.
    pub(super) async fn run(
        &mut self,
        core: &Weak<Core>,
        commands: &mut mpsc::Receiver<Command>,
    ) -> (End, Option<oneshot::Sender<()>>) {
        let mut ping = interval(PING_INTERVAL);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first tick of an interval is due at once.
        ping.reset();
        loop {
            let result = tokio::select! {
                event = self.wire.next() => match event {
                    Ok(Some(event)) => match self.take(core, event).await {
                        Ok(Some(end)) => return (end, None),
                        result => result.map(|_| ()),
                    },
                    Ok(None) => return (End::Lost, None),
                    Err(error) => Err(error),
                },
                command = commands.recv() => match command {
                    Some(Command::Ask { build, reply }) => {
                        let transaction = self.wire.transaction();
                        // Callers that gave up leave their entries: the service may never answer those.
                        self.waiting.retain(|_, waiting| !waiting.is_closed());
                        self.waiting.insert(transaction, reply);
                        self.wire.send(&build(transaction)).await
                    }
                    Some(Command::SignOut(done)) => return (End::Asked, Some(done)),
                    // No handle is left. The task holds the client weakly, and the channel has closed with it.
                    None => return (End::Asked, None),
                },
                _ = ping.tick() => self.ping().await,
            };
            if let Err(error) = result {
                tracing::info!(%error, "the connection to the notification server broke");
                return (End::Lost, None);
            }
        }
    }

    async fn ping(&mut self) -> io::Result<()> {
        if !self.pings {
            return Ok(());
        }
        // Any event counts as a sign of life, not only `QNG`: on a busy connection that stands behind the others.
        if self.heard.elapsed() > SILENCE {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.wire.send(&NotificationRequest::Png(qng::Request)).await
    }

    async fn take(&mut self, core: &Weak<Core>, event: NotificationEvent) -> io::Result<Option<End>> {
        self.heard = Instant::now();
        if let NotificationEvent::Out(notice) = &event {
            use msnp::command::out::Reason;
            return Ok(Some(match notice.reason {
                Reason::OtherSignIn => End::Elsewhere,
                // Of all reasons, only a sign-in elsewhere forbids to come back.
                _ => End::ServiceClosing,
            }));
        }
        let Some(core) = core.upgrade() else { return Ok(Some(End::Asked)) };
        // The lists before the reply: `NotificationHandle::ask` promises its callers lists that are up to date.
        let answer = events::take(&core, &event, self.wire.local());
        if let Some(reply) = events::transaction(&event).and_then(|number| self.waiting.remove(&number)) {
            let result = match &event {
                NotificationEvent::Error(error) => Err(match error.code() {
                    Some(code) => CommandError::Refused(code),
                    None => {
                        CommandError::Protocol(format!("it answers with the unknown error {}", error.number))
                    }
                }),
                _ => Ok(event),
            };
            // The caller may have given up.
            let _ = reply.send(result);
        }
        if let Some(answer) = answer {
            self.answer(answer).await?;
        }
        Ok(None)
    }

    /// Sends `OUT`, and waits a little until the service has closed.
    pub(super) async fn close(&mut self) {
        // Callers learn at once that there will be no answer, instead of waiting for their deadlines.
        self.waiting.clear();
        let goodbye = async {
            self.wire.send(&NotificationRequest::Out(out::Request)).await?;
            self.wire.finish().await;
            // Closing with unread bytes would reset the connection, and the service might not see the `OUT`.
            while self.wire.next().await?.is_some() {}
            io::Result::Ok(())
        };
        // It may have closed before.
        let _ = timeout(CLOSE_TIMEOUT, goodbye).await;
    }
}

/// The public state of this account.
pub(crate) fn appear(core: &Core, transaction: TransactionId, status: Status) -> chg::Chg {
    let object = core.pictures.display().and_then(|object| object.to_encoded().ok());
    chg::Chg { transaction, status, capabilities: core.settings.capabilities(), object }
}
