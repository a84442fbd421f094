//! The errors of sending a message.

use msnp::ErrorCode;

use crate::SignedOut;

/// The reason for which a message was not delivered.
///
/// ```no_run
/// # async fn example(client: msnp_client::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use msnp_client::SendError;
///
/// match client.send(&"grace@example.com".parse()?, "Lunch?").await {
///     Ok(()) => println!("she has it"),
///     Err(SendError::NotOnline | SendError::NoAnswer) => println!("she is not there"),
///     Err(error) => return Err(error.into()),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The caller's: it does not fit into one message (1664 bytes with its headers).
    #[error("it is too long for one message of 1664 bytes")]
    TooLong,
    /// The caller's: a header of a raw message cannot be written.
    #[error("the message cannot be written: {0}")]
    Header(String),
    /// The other person's: the account is offline, appears so, or blocks this account.
    #[error("they are not online")]
    NotOnline,
    /// The other person's: the service has called the account, and its client did not join in time.
    #[error("their client did not answer")]
    NoAnswer,
    /// The other person's, or their network's: a member of the conversation did not get it.
    #[error("it was not delivered")]
    NotDelivered,
    /// The service refused with this code.
    #[error("the service refused: {} (error {})", .0.meaning(), .0.number())]
    Refused(ErrorCode),
    /// The service's: its answer makes no sense.
    #[error("the service does not answer as an MSN Messenger service does: {0}")]
    Protocol(String),
    /// The network's: the switchboard that the service names cannot be reached.
    #[error("the switchboard at {server} cannot be reached: {reason}")]
    Unreachable {
        /// Host and port.
        server: String,
        /// The reason.
        reason: String,
    },
    /// The network's: there is no connection to the service now, and the service has not said why.
    #[error("the connection to the service is gone")]
    Disconnected,
    /// The service's: it has ended the connection, and named the reason.
    #[error("{0}")]
    SignedOut(SignedOut),
    /// The network's, or the service's: no answer in time.
    #[error("the service did not answer in time")]
    TimedOut,
    /// This library's: the limit of open switchboards is reached.
    #[error("{limit} conversations are open at once, and no more can be: leave some")]
    TooMany {
        /// The limit.
        limit: usize,
    },
}
