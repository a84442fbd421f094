//! The notification server: one signed-in person's connection.
//!
//! [`verbs`] says what may be sent when; each other file handles one group of verbs.

mod challenge;
mod groups;
mod invitation_mail;
mod links;
mod lists;
mod mobile;
mod presence;
mod settings;
mod sign_in;
mod switchboards;
mod sync;
mod verbs;

use std::sync::Arc;
use std::time::Duration;

use msnp::command::{NotificationRequest as Request, error, out, qng};
use msnp::wire::{Encode, Frame, Limits};
use msnp::{Dialect, ErrorCode, Handle, TransactionId};
use papillon_store::{Refusal as StoreRefusal, StoreError};
use tokio::time::Instant;

use crate::delivery::{Deliveries, Outbox};
use crate::limits::Pace;
use crate::listen::Origin;
use crate::people::Session;
use crate::people::announce;
use crate::roles::connection::Flow;
use crate::service::Service;
use challenge::Challenges;
pub(crate) use invitation_mail::InvitationMail;
use verbs::Stage;

/// What `QNG` tells an MSNP9 client: seconds until its next `PNG`.
const PING_SECONDS: u32 = 50;

/// One client's connection to the notification server.
pub(crate) struct Connection {
    service: Arc<Service>,
    outbox: Arc<Outbox>,
    origin: Origin,
    stage: Stage,
    dialect: Dialect,
    /// Who wants to sign in: set by `USR … I`.
    handle: Option<Handle>,
    /// What the client says it is, until the session has it.
    client: Box<str>,
    session: Option<Arc<Session>>,
    verified: bool,
    synchronised: bool,
    challenges: Challenges,
    paces: Paces,
}

/// How often this client may do what reaches others.
struct Paces {
    changes: Pace,
    switchboards: Pace,
    invitations: Pace,
}

/// Why a command is not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// An error reply; the connection goes on.
    Error(ErrorCode),
    /// An error reply, then the end of the connection.
    Fatal(ErrorCode),
    /// The end of the connection, as the original ended it: without a word.
    Close,
    /// The same, and what waits for the client is thrown away.
    Drop,
}

type Outcome = Result<(), Refusal>;

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(refusal) => Self::Error(match refusal {
                StoreRefusal::UnknownAccount => ErrorCode::InvalidPrincipal,
                StoreRefusal::UnknownGroup => ErrorCode::InvalidGroup,
                StoreRefusal::ListFull => ErrorCode::ListFull,
                StoreRefusal::AlreadyThere | StoreRefusal::AccountExists => ErrorCode::AlreadyThere,
                StoreRefusal::OnOppositeList => ErrorCode::InOppositeList,
                StoreRefusal::NotOnList => ErrorCode::NotOnList,
                StoreRefusal::NotInGroup => ErrorCode::NotInGroup,
                StoreRefusal::TooManyGroups => ErrorCode::TooManyGroups,
                StoreRefusal::GroupZero => ErrorCode::CannotRemoveGroupZero,
                // Of the pages; no verb leads there.
                StoreRefusal::InvitationInvalid
                | StoreRefusal::TooManyInvitations
                | StoreRefusal::PictureTooLarge => ErrorCode::InternalServerError,
            }),
            error => {
                tracing::error!(%error, "the store failed");
                Self::Error(ErrorCode::DatabaseServerError)
            }
        }
    }
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
            dialect: Dialect::Msnp9,
            handle: None,
            client: Box::default(),
            session: None,
            verified: false,
            synchronised: false,
            challenges: Challenges::default(),
            paces,
        }
    }

    /// What may still be sent: less before the sign-in than after.
    pub(crate) fn frame_limits(&self) -> Limits {
        if self.session.is_some() { Limits::SIGNED_IN } else { Limits::SIGN_IN }
    }

    /// Carries out one command.
    pub(crate) async fn handle(&mut self, frame: Frame) -> Flow {
        let (transaction, outcome) = match verbs::admit(self, &frame) {
            Err(refusal) => (transaction_of(&frame), Err(refusal)),
            Ok(rule) => match Request::parse(&frame) {
                Ok(Request::Out) => return Flow::Break(()),
                Ok(request) => (transaction_of(&frame), self.carry_out(request).await),
                Err(error) => (error.transaction, Err(rule.refusal(error.reason))),
            },
        };
        match outcome {
            Ok(()) => Flow::Continue(()),
            Err(refusal) => self.refuse(refusal, transaction),
        }
    }

    async fn carry_out(&mut self, request: Request) -> Outcome {
        match request {
            Request::Ver(request) => self.agree_on_version(&request),
            Request::Cvr(request) => self.tell_versions(request),
            Request::Usr(request) => self.sign_in(request).await,
            Request::Syn(request) => self.synchronise(&request),
            Request::Gtc(request) => self.set_prompt(&request).await,
            Request::Blp(request) => self.set_privacy(&request).await,
            Request::Prp(request) => self.set_property(request).await,
            Request::Add(request) => self.add(request).await,
            Request::Rem(request) => self.remove(request).await,
            Request::Rea(request) => self.rename(request).await,
            Request::Adg(request) => self.add_group(request).await,
            Request::Reg(request) => self.rename_group(request).await,
            Request::Rmg(request) => self.remove_group(&request).await,
            Request::Chg(request) => self.change_state(request),
            Request::Qry(request) => self.check_answer(&request),
            Request::Url(request) => self.tell_page(&request),
            Request::Snd(request) => self.invite_by_mail(request).await,
            Request::Sdc(request) => self.invite_by_mail_with_text(request).await,
            Request::Fnd(_) => Err(Refusal::Error(ErrorCode::CommandDisabled)),
            Request::Pag(request) => self.page(&request.handle, request.text()),
            Request::Pgd(request) => self.page(&request.handle, request.text()),
            Request::Ims(request) => self.take_calls(&request),
            Request::Xfr(request) => self.open_switchboard(&request),
            Request::Png => {
                let seconds = (self.dialect >= Dialect::Msnp9).then_some(PING_SECONDS);
                self.reply(&qng::Reply { seconds });
                Ok(())
            }
            Request::Inf(_) | Request::Out => Err(Refusal::Close),
        }
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
            announce::sign_out(&self.service.sessions, &session, out);
        }
    }

    /// The session; there is one for every verb that the table admits after the sign-in only.
    fn session(&self) -> Result<Arc<Session>, Refusal> {
        self.session.clone().ok_or(Refusal::Close)
    }

    fn reply(&self, reply: &impl Encode) {
        Deliveries::new().send(&self.outbox, reply.to_bytes());
    }

    fn refuse(&self, refusal: Refusal, transaction: Option<TransactionId>) -> Flow {
        match refusal {
            Refusal::Error(code) => {
                self.reply(&error::Reply::new(code, transaction));
                Flow::Continue(())
            }
            Refusal::Fatal(code) => {
                self.reply(&error::Reply::new(code, transaction));
                Flow::Break(())
            }
            Refusal::Close => Flow::Break(()),
            Refusal::Drop => {
                Deliveries::new().abandon(&self.outbox);
                Flow::Break(())
            }
        }
    }
}

fn transaction_of(frame: &Frame) -> Option<TransactionId> {
    frame.words().ok()?.transaction().ok()
}

/// Ends a session: the last thing it hears is why.
pub(crate) fn say_goodbye(session: &Session, reason: out::Reason, out: &mut Deliveries) {
    out.send(&session.outbox, out::Notice { reason }.to_bytes());
    out.close(&session.outbox);
}

/// Sends somebody away: the session ends in a way that keeps the client from coming back by itself, and the
/// account's conversations with it.
pub(crate) fn send_away(service: &Service, session: &Arc<Session>, out: &mut Deliveries) {
    announce::sign_out(&service.sessions, session, out);
    say_goodbye(session, out::Reason::OtherSignIn, out);
    service.open.close_account(session.account);
}
