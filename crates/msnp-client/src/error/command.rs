//! The errors of requests to the service.

use msnp::ErrorCode;

use crate::{PictureError, SendError, SignedOut};

/// The reason for which a command was not carried out.
///
/// ```no_run
/// # async fn example(client: msnp_client::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use msnp_client::CommandError;
/// use msnp_client::msnp::ErrorCode;
///
/// match client.add_contact(&"grace@example.com".parse()?).await {
///     Ok(()) => println!("added"),
///     Err(CommandError::Refused(ErrorCode::AlreadyThere)) => println!("she is there already"),
///     Err(CommandError::Refused(code)) => println!("the service says no: {}", code.meaning()),
///     Err(error) => return Err(error.into()),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// The caller's: an argument cannot be used.
    #[error("{0}")]
    Invalid(String),
    /// The caller's: a picture cannot be used.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The service refused with this code.
    #[error("the service refused: {} (error {})", .0.meaning(), .0.number())]
    Refused(ErrorCode),
    /// The service's: its answer makes no sense.
    #[error("the service does not answer as an MSN Messenger service does: {0}")]
    Protocol(String),
    /// The network's: there is no connection to the service now, and the service has not said why.
    #[error("the connection to the service is gone")]
    Disconnected,
    /// The service's: it has ended the connection, and named the reason.
    #[error("{0}")]
    SignedOut(SignedOut),
    /// The network's, or the service's: no answer in time.
    #[error("the service did not answer in time")]
    TimedOut,
    /// The conversation could not be opened, for a reason that only conversations have.
    #[error(transparent)]
    Conversation(SendError),
}
