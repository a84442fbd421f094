//! The sign-in, from no connection to a signed-in notification connection.

mod https;
mod passport;

use std::io;
use std::time::Duration;

use msnp::command::{NotificationEvent, NotificationRequest, cvr, usr, ver, xfr};
use msnp::passport::Secret;
use msnp::{Dialect, FriendlyName, Handle, TransactionId};
use tokio::time::timeout;

use crate::SignInError;
use crate::destination::Destination;
use crate::gateway;
use crate::notification::Wire;
use crate::settings::Settings;
use crate::transport::connect;
use crate::verifier::Untrusted;

/// The time that each answer may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
/// The most redirects of dispatch servers that are followed.
const MAX_REFERRALS: usize = 5;

/// A connection that is signed in, with the name that the service has for this account.
pub(crate) struct SignedIn {
    pub(crate) wire: Wire,
    pub(crate) name: FriendlyName,
}

/// Signs in: asks the notification server, follows its redirects, fetches a ticket, shows it.
pub(crate) async fn sign_in(
    settings: &Settings,
    account: &Handle,
    password: &Secret,
) -> Result<SignedIn, SignInError> {
    let mut server = settings.server.clone();
    // Each redirect is a new connection that begins with `VER` again.
    for _ in 0..MAX_REFERRALS {
        let mut login = Login::connect(settings, &server).await?;
        match login.identify(account).await? {
            Step::Referred(address) => server = address,
            Step::Challenged(challenge) => {
                let ticket = passport::ticket(settings, account, password, &challenge).await?;
                return login.show(ticket).await;
            }
        }
    }
    Err(protocol(&server, "it only refers to other servers"))
}

fn protocol(server: &str, what: &str) -> SignInError {
    SignInError::Protocol { server: server.to_owned(), what: what.to_owned() }
}

/// The error for a connection that is over. The network lost it, its bytes cannot be read, or the
/// certificate of the other side is not trusted.
pub(crate) fn lost(server: String, source: io::Error) -> SignInError {
    if let Some(Untrusted(shown)) = source.get_ref().and_then(|inner| inner.downcast_ref()) {
        return SignInError::Untrusted(shown.clone());
    }
    match source.kind() {
        io::ErrorKind::InvalidData => SignInError::Protocol { server, what: source.to_string() },
        _ => SignInError::Unreachable { server, source },
    }
}

enum Step {
    Referred(String),
    Challenged(String),
}

struct Login {
    /// The name of the other side, for users.
    server: String,
    gateway: Option<String>,
    dialect: Dialect,
    wire: Wire,
}

impl Login {
    async fn connect(settings: &Settings, server: &str) -> Result<Self, SignInError> {
        let gateway = settings.gateway.as_ref().map(ToString::to_string);
        let shown = gateway.as_ref().map_or_else(|| server.to_owned(), |url| format!("the gateway {url}"));
        let destination = Destination::Notification(server.to_owned());
        match connect(settings, destination).await {
            Ok(connection) => {
                let wire = Wire::new(connection, settings.dialect);
                Ok(Self { server: shown, gateway, dialect: settings.dialect, wire })
            }
            Err(source) => Err(SignInError::Unreachable { server: shown, source }),
        }
    }

    /// Names the account that wants to sign in.
    async fn identify(&mut self, account: &Handle) -> Result<Step, SignInError> {
        let transaction = self.wire.transaction();
        let offer = ver::Request::offer(transaction, self.dialect);
        match self.ask(&NotificationRequest::Ver(offer)).await? {
            NotificationEvent::Ver(reply) if reply.agrees_on(self.dialect) => {}
            NotificationEvent::Ver(reply) if reply.dialects.is_empty() => {
                return Err(protocol(&self.server, "it speaks neither MSNP9 nor MSNP8"));
            }
            NotificationEvent::Ver(_) => {
                return Err(protocol(&self.server, "it speaks another version of the protocol"));
            }
            _ => return Err(protocol(&self.server, "it does not answer VER")),
        }
        let transaction = self.wire.transaction();
        self.ask(&NotificationRequest::Cvr(version(transaction, account))).await?;
        let transaction = self.wire.transaction();
        let identify = usr::Request::Identify { transaction, handle: account.clone() };
        match self.ask(&NotificationRequest::Usr(identify)).await? {
            NotificationEvent::Usr(usr::Reply::Challenge { challenge, .. }) => {
                Ok(Step::Challenged(challenge.into()))
            }
            NotificationEvent::Xfr(xfr::Reply::Notification { address, .. }) => {
                Ok(Step::Referred(address.to_string()))
            }
            _ => Err(protocol(&self.server, "it does not answer USR")),
        }
    }

    /// Shows the ticket.
    async fn show(mut self, ticket: usr::Ticket) -> Result<SignedIn, SignInError> {
        let transaction = self.wire.transaction();
        match self.ask(&NotificationRequest::Usr(usr::Request::Ticket { transaction, ticket })).await? {
            NotificationEvent::Usr(usr::Reply::Ok { name, .. }) => Ok(SignedIn { wire: self.wire, name }),
            _ => Err(protocol(&self.server, "it does not answer the ticket")),
        }
    }

    /// Sends a request and waits for its answer.
    async fn ask(&mut self, request: &NotificationRequest) -> Result<NotificationEvent, SignInError> {
        let answer = async {
            // The next event is the answer: before the sign-in the service sends nothing by itself.
            self.wire.send(request).await?;
            self.wire.next().await
        };
        match timeout(ANSWER_TIMEOUT, answer).await {
            Err(_) => {
                // A server of another protocol may have greeted and now waits itself, as a mail server does. Its words
                // say more than the timeout.
                Err(self.another_protocol().unwrap_or_else(|| SignInError::TimedOut(self.server.clone())))
            }
            Ok(Err(error)) => Err(self.ended(error)),
            Ok(Ok(None)) => {
                let without_answer = "it closed the connection without an answer";
                Err(self.ended(io::Error::new(io::ErrorKind::ConnectionAborted, without_answer)))
            }
            Ok(Ok(Some(NotificationEvent::Error(error)))) => Err(match error.code() {
                Some(code) => SignInError::Refused(code),
                None => {
                    protocol(&self.server, &format!("it answers with the unknown error {}", error.number))
                }
            }),
            Ok(Ok(Some(event))) => Ok(event),
        }
    }

    /// The connection ended before the answer.
    fn ended(&self, source: io::Error) -> SignInError {
        let fault = self.gateway.as_ref().and_then(|gateway| gateway::fault(gateway, &source));
        let fault = fault.or_else(|| self.another_protocol());
        fault.unwrap_or_else(|| lost(self.server.clone(), source))
    }

    /// The server said something in place of the answer, and it is no event.
    fn another_protocol(&self) -> Option<SignInError> {
        self.wire.unreadable().map(|line| protocol(&self.server, &format!("it says {line:?}")))
    }
}

/// The version that MSN Messenger 6.0 sends: the services of 2003 turned unknown clients away.
fn version(transaction: TransactionId, account: &Handle) -> cvr::Request {
    cvr::Request {
        transaction,
        locale: "0x0409".into(),
        os: "winnt".into(),
        os_version: "5.1".into(),
        architecture: "i386".into(),
        library: "MSNMSGR".into(),
        version: "6.0.0602".into(),
        client: "MSMSGS".into(),
        handle: Some(account.clone()),
    }
}
