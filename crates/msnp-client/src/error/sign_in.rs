//! The errors of signing in.

use std::time::Duration;

use msnp::ErrorCode;

use crate::{PictureError, ServerCertificate};

/// The reason for which the sign-in failed.
///
/// ```no_run
/// # async fn example(builder: msnp_client::Builder) -> Result<(), msnp_client::SignInError> {
/// use msnp_client::SignInError;
///
/// match builder.sign_in().await {
///     Ok((client, _events)) => println!("{} is online", client.account()),
///     Err(SignInError::WrongPassword) => println!("try another one"),
///     Err(SignInError::LoginRefused { reason }) => println!("{reason}"),
///     Err(SignInError::TooManyAttempts { wait }) => println!("try again in {wait:?}"),
///     Err(SignInError::Untrusted(shown)) => println!("is {} yours?", shown.authority),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignInError {
    /// The caller's: a setting cannot be used.
    #[error("{0}")]
    Setting(String),
    /// The caller's: the display picture or an emoticon cannot be used.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The caller's: the account or the password is wrong; the service does not say which.
    #[error("the account or the password is wrong")]
    WrongPassword,
    /// The service looked at the password and refuses the account all the same, as one that is banned or disabled; or
    /// it does not take passwords this way.
    #[error("the service refused the sign-in: {reason}")]
    LoginRefused {
        /// The words of the login server, on one line: at most 500 characters, none of them invisible.
        reason: String,
    },
    /// The service answers this address with HTTP 403 and looks at no password: the address may be banned.
    #[error("{server} refuses this address (HTTP 403)")]
    AddressRefused {
        /// Host and port.
        server: String,
    },
    /// The service did not look at the password, after too many wrong ones for the account or from this address.
    #[error("the service looks at no more passwords for now, after too many wrong ones; try again in {} s", .wait.as_secs())]
    TooManyAttempts {
        /// The time until it may look at one again.
        wait: Duration,
    },
    /// The service has too much to do to look at the password.
    #[error("the service is too busy for a sign-in; try again in {} s", .wait.as_secs())]
    Busy {
        /// The time until it may have less to do.
        wait: Duration,
    },
    /// The service refused with this code.
    #[error("the service refused: {} (error {})", .0.meaning(), .0.number())]
    Refused(ErrorCode),
    /// The service's: it does not speak the protocol.
    #[error("{server} does not answer as an MSN Messenger service does: {what}")]
    Protocol {
        /// Host and port.
        server: String,
        /// The fault.
        what: String,
    },
    /// The certificate of the server is not trusted: [`ServerCertificate`] gives the authority's name and the fault,
    /// and
    /// [`Trust`](crate::Trust) changes the decision.
    #[error("{0}")]
    Untrusted(ServerCertificate),
    /// The network's: no connection.
    #[error("{server} cannot be reached: {source}")]
    Unreachable {
        /// Host and port, or the gateway on the way to it.
        server: String,
        /// The reason.
        source: std::io::Error,
    },
    /// The service's, or a proxy's in front of it: the HTTP gateway does not let this client in. The service does so with
    /// an address that is banned (403), or when it has no room (503).
    #[error("the gateway {gateway} does not let this client in: {what}")]
    GatewayRefused {
        /// Its URL.
        gateway: String,
        /// The status of HTTP: 401, 403, 407, 429, 451, 500, 502, 503 or 504.
        status: u16,
        /// The status and its meaning in words.
        what: String,
    },
    /// The network's: another server answers at the address of the HTTP gateway.
    #[error("there is no gateway at {gateway}: {what}")]
    NoGateway {
        /// Its URL.
        gateway: String,
        /// The fault.
        what: String,
    },
    /// The network's, or the service's: no answer in time.
    #[error("{0} did not answer in time")]
    TimedOut(String),
}
