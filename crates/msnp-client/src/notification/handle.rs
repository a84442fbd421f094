//! The handle through which requests reach the notification server.

use std::time::Duration;

use msnp::command::{NotificationEvent, NotificationRequest, xfr};
use msnp::{Cookie, ErrorCode, HostPort, TransactionId};
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::{CommandError, SendError, SignedOut};

/// The time that an answer may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
/// The most switchboards that may be requested at once, and the time until the next. The service refuses more than eight
/// a minute of one account (error 800), whatever its sign-ins: a burst of eight, and one more every 7.5 s. Both numbers
/// stay below that.
const BURST: u32 = 6;
const INTERVAL: Duration = Duration::from_secs(9);
/// The wait after the service refused a switchboard: longer than the 7.5 s after which Papillon allows one more.
const AFTER_REFUSAL: Duration = Duration::from_secs(10);

/// When a service ends a sign-in, a switchboard may end first: its caller waits so long for the reason.
const REASON_TIMEOUT: Duration = Duration::from_secs(1);

type Build = Box<dyn FnOnce(TransactionId) -> NotificationRequest + Send>;

/// The commands for the task of the connection.
pub(crate) enum Command {
    Ask { build: Build, reply: oneshot::Sender<Result<NotificationEvent, CommandError>> },
    SignOut(oneshot::Sender<()>),
}

/// The address and cookie of a new switchboard.
pub(crate) struct Admission {
    pub(crate) address: HostPort,
    pub(crate) cookie: Cookie,
}

/// The state of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Not signed in yet, or signed in again and again without success.
    Away(Option<SignedOut>),
    /// Signed in, with the lists of this account.
    SignedIn,
}

/// The way to the task of the notification connection. It stays valid when the client reconnects.
pub(crate) struct NotificationHandle {
    commands: mpsc::Sender<Command>,
    standing: watch::Sender<Standing>,
    /// The time at which the next switchboard may be requested, running ahead of the clock by the burst.
    pace: Mutex<Option<Instant>>,
}

impl NotificationHandle {
    pub(crate) fn new(commands: mpsc::Sender<Command>) -> Self {
        Self { commands, standing: watch::Sender::new(Standing::Away(None)), pace: Mutex::default() }
    }

    /// Whether there is a connection just now, with the lists of this account.
    pub(crate) fn is_connected(&self) -> bool {
        *self.standing.borrow() == Standing::SignedIn
    }

    /// The connection has come.
    pub(super) fn note_signed_in(&self) {
        self.standing.send_replace(Standing::SignedIn);
    }

    /// The connection is gone. To be called before its requests are refused: their callers are told the reason.
    pub(super) fn note_signed_out(&self, reason: SignedOut) {
        self.standing.send_replace(Standing::Away(Some(reason)));
    }

    /// The error of a request for which there is no connection: with the reason, where the service has named one.
    pub(crate) fn gone(&self) -> CommandError {
        match self.reason() {
            Some(reason @ (SignedOut::Elsewhere | SignedOut::ServiceClosing)) => {
                CommandError::SignedOut(reason)
            }
            _ => CommandError::Disconnected,
        }
    }

    /// The reason for which there is no connection.
    fn reason(&self) -> Option<SignedOut> {
        match *self.standing.borrow() {
            Standing::Away(reason) => reason,
            Standing::SignedIn => None,
        }
    }

    /// The error of something said on a switchboard that ended: `otherwise`, unless the sign-in has ended as well, or does
    /// so in a moment.
    pub(crate) async fn gone_or(&self, otherwise: SendError) -> SendError {
        let mut standing = self.standing.subscribe();
        let ended = standing.wait_for(|standing| *standing != Standing::SignedIn);
        // The sender is in here, so it cannot be gone.
        if timeout(REASON_TIMEOUT, ended).await.is_err() {
            return otherwise;
        }
        match self.gone() {
            CommandError::SignedOut(reason) => SendError::SignedOut(reason),
            _ if self.reason() == Some(SignedOut::ConnectionLost) => SendError::Disconnected,
            _ => otherwise,
        }
    }

    /// Sends a request and waits for its answer. The lists are up to date when it returns.
    pub(crate) async fn ask(
        &self,
        build: impl FnOnce(TransactionId) -> NotificationRequest + Send + 'static,
    ) -> Result<NotificationEvent, CommandError> {
        let (reply, answer) = oneshot::channel();
        let command = Command::Ask { build: Box::new(build), reply };
        // The deadline counts for both steps: a full queue is a service that does not answer either.
        let asked = async {
            self.commands.send(command).await.map_err(|_| self.gone())?;
            answer.await.map_err(|_| self.gone())?
        };
        timeout(ANSWER_TIMEOUT, asked).await.map_err(|_| CommandError::TimedOut)?
    }

    /// Requests a switchboard, as soon as the service's limit allows.
    pub(crate) async fn request_switchboard(&self) -> Result<Admission, CommandError> {
        self.wait_for_turn().await;
        match self.transfer().await {
            Err(CommandError::Refused(ErrorCode::ChangingTooRapidly | ErrorCode::TooManySessions)) => {
                // Once only: every caller has a deadline of its own.
                sleep(AFTER_REFUSAL).await;
                self.transfer().await
            }
            result => result,
        }
    }

    async fn transfer(&self) -> Result<Admission, CommandError> {
        let request = |transaction| NotificationRequest::Xfr(xfr::Request { transaction });
        match self.ask(request).await? {
            NotificationEvent::Xfr(xfr::Reply::Switchboard { address, cookie, .. }) => {
                Ok(Admission { address, cookie })
            }
            _ => Err(CommandError::Protocol("it names no switchboard".into())),
        }
    }

    async fn wait_for_turn(&self) {
        let wait_until = {
            // The turn is booked under the lock and slept for outside of it, so that one caller that gives up holds up
            // no other.
            let mut next = self.pace.lock().await;
            let free = next.map_or_else(Instant::now, |next| next.max(Instant::now()));
            *next = Some(free + INTERVAL);
            // `free` runs ahead of the clock by one interval for each booked turn, and may do so by five of them: that
            // makes the burst of six. `None` is before the machine's start, which is long past.
            free.checked_sub(INTERVAL * (BURST - 1))
        };
        if let Some(at) = wait_until {
            sleep_until(at).await;
        }
    }

    /// Signs out and waits until the connection is closed.
    pub(crate) async fn sign_out(&self) {
        let (done, wait) = oneshot::channel();
        if self.commands.send(Command::SignOut(done)).await.is_ok() {
            // An error means that the task has ended.
            let _ = timeout(ANSWER_TIMEOUT, wait).await;
        }
    }
}
