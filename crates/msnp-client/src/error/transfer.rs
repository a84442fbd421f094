//! The errors of file transfers.

use crate::{SendError, TransferId};

/// The reason for which a file did not get through.
///
/// ```no_run
/// # async fn example(mut transfer: msnp_client::Transfer) {
/// use msnp_client::TransferError;
///
/// match transfer.finished().await {
///     Ok(_) => println!("all of it is there"),
///     Err(TransferError::Declined | TransferError::CancelledByPeer) => println!("they do not want it"),
///     Err(error) => println!("it did not get through: {error}"),
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// The caller's, or this machine's: the file here cannot be read or written.
    #[error("{path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// The reason.
        reason: String,
    },
    /// The caller's: a file cannot be offered under this name.
    #[error("a file cannot be called {0:?}: give a name without folders")]
    Name(String),
    /// The caller's: there is no such offer, or it is over.
    #[error("there is no transfer {}", .0.0)]
    Unknown(TransferId),
    /// The caller's: files from and to clients before MSN Messenger 6 need a direct connection, and
    /// [`DirectConnections::Never`](crate::DirectConnections::Never) forbids it.
    #[error(
        "with a client older than MSN Messenger 6 files need a direct connection, which is not allowed here"
    )]
    NeedsDirect,
    /// Cancelled here.
    #[error("cancelled")]
    Cancelled,
    /// The account could not be reached.
    #[error(transparent)]
    Unreachable(#[from] SendError),
    /// The other person's: the user declined.
    #[error("they declined the file")]
    Declined,
    /// The other person's: the user cancelled it.
    #[error("they cancelled the transfer")]
    CancelledByPeer,
    /// The other person's: the client can't take files in any way this one can send.
    #[error("their client cannot take files")]
    Unsupported,
    /// The other person's: the data are not the offered ones.
    #[error("the file that they sent is not the one that they offered")]
    Corrupt,
    /// The other person's: no answer in time.
    #[error("their client did not answer in time")]
    TimedOut,
    /// The other person's, or the network's: the client left or the connection broke in the middle.
    #[error("the transfer broke off")]
    Broken,
    /// This machine's: it has no address to which a client before MSN Messenger 6 could connect.
    #[error("this machine has no address to which their client could connect")]
    NoAddress,
    /// This library's: too many files and pictures are under way, with this account or with all.
    #[error("too much is under way at once: wait for some of it")]
    TooMany,
}
