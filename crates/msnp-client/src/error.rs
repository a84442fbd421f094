//! What can go wrong, in words for people.

use std::time::Duration;

use msnp::ErrorCode;

use crate::{ServerCertificate, TransferId};

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignInError {
    /// A setting that cannot be used.
    #[error("{0}")]
    Setting(String),
    /// No connection.
    #[error("{server} cannot be reached: {source}")]
    Unreachable {
        /// Host and port, or the gateway on the way to it.
        server: String,
        /// Why.
        source: std::io::Error,
    },
    /// Somebody else answers where the HTTP gateway should be.
    #[error("there is no gateway at {gateway}: {what}")]
    NoGateway {
        /// Its URL.
        gateway: String,
        /// What was wrong.
        what: String,
    },
    /// The server's certificate is vouched for by nobody we know.
    #[error("nobody vouches for the certificate of {}", .0.server)]
    Untrusted(ServerCertificate),
    /// The account or the password is wrong; the service does not say which.
    #[error("the account or the password is wrong")]
    WrongPassword,
    /// The service did not look at the password, after too many wrong ones for the account or from this address.
    #[error("the service looks at no more passwords for now, after too many wrong ones; try again in {} s", .wait.as_secs())]
    TooManyAttempts {
        /// When it may look at one again.
        wait: Duration,
    },
    /// The service has too much to do to look at the password.
    #[error("the service is too busy for a sign-in; try again in {} s", .wait.as_secs())]
    Busy {
        /// When it may have less to do.
        wait: Duration,
    },
    /// The service refused with this code.
    #[error("the service refused: {} (error {})", .0.meaning(), .0.number())]
    Refused(ErrorCode),
    /// The server did not speak the protocol.
    #[error("{server} does not answer as an MSN Messenger service does: {what}")]
    Protocol {
        /// Host and port.
        server: String,
        /// What was wrong.
        what: String,
    },
    /// No answer in time.
    #[error("{0} did not answer in time")]
    TimedOut(String),
}

/// Why a command was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// The service refused with this code.
    #[error("the service refused: {} (error {})", .0.meaning(), .0.number())]
    Refused(ErrorCode),
    /// Not signed in any more.
    #[error("the connection to the service is gone")]
    Disconnected,
    /// No answer in time.
    #[error("the service did not answer in time")]
    TimedOut,
    /// The request itself cannot be made.
    #[error("{0}")]
    Invalid(String),
}

/// Why something said was not delivered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// They are offline, appear so, or block this account.
    #[error("they are not online")]
    NotOnline,
    /// Somebody in the conversation did not get it.
    #[error("it was not delivered")]
    NotDelivered,
    /// It does not fit into one message (1664 bytes with its headers).
    #[error("the text is too long for one message")]
    TooLong,
    /// The service refused with this code.
    #[error("the service refused: {} (error {})", .0.meaning(), .0.number())]
    Refused(ErrorCode),
    /// Not signed in any more.
    #[error("the connection to the service is gone")]
    Disconnected,
    /// The service did not answer in time.
    #[error("the service did not answer in time")]
    TimedOut,
    /// The service has called them, and their client did not come into the conversation in time.
    #[error("their client did not answer")]
    NoAnswer,
}

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// They have none, or are not online.
    #[error("they have no display picture now")]
    NoPicture,
    /// They could not be reached.
    #[error(transparent)]
    Unreachable(#[from] SendError),
    /// They refused.
    #[error("they refused to send it")]
    Declined,
    /// What came is not what the description says.
    #[error("what they sent does not match its description")]
    Corrupt,
    /// Larger than this client takes.
    #[error("it is larger than {limit} bytes")]
    TooLarge {
        /// In bytes.
        limit: u64,
    },
    /// They left or stopped in the middle.
    #[error("they stopped in the middle")]
    Broken,
    /// No answer of their client in time.
    #[error("their client did not answer in time")]
    TimedOut,
}

/// Why a file did not get through.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// The file here cannot be read or written.
    #[error("{path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// They could not be reached.
    #[error(transparent)]
    Unreachable(#[from] SendError),
    /// They said no.
    #[error("they declined the file")]
    Declined,
    /// Cancelled here.
    #[error("cancelled")]
    Cancelled,
    /// Cancelled by them.
    #[error("they cancelled the transfer")]
    CancelledByPeer,
    /// They left or the connection broke in the middle.
    #[error("the transfer broke off")]
    Broken,
    /// No answer of theirs in time.
    #[error("their client did not answer in time")]
    TimedOut,
    /// There is no such offer, or it is over.
    #[error("there is no transfer {}", .0.0)]
    Unknown(TransferId),
    /// Their client can't take files in any way this one can send.
    #[error("their client cannot take files")]
    Unsupported,
    /// Files from and to clients before MSN Messenger 6 need a direct connection, and
    /// [`DirectConnections::Never`](crate::DirectConnections::Never) forbids it.
    #[error(
        "with a client older than MSN Messenger 6 files need a direct connection, which is not allowed here"
    )]
    NeedsDirect,
}
