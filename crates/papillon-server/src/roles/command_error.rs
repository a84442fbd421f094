//! The error of a command: an error reply, the end of the connection, or both.

use std::ops::ControlFlow;

use msnp::ErrorCode;
use papillon_store::{Refusal, StoreError};

/// The error of a command that is not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CommandError {
    /// An error reply; the connection goes on.
    Error(ErrorCode),
    /// An error reply, then the end of the connection.
    Fatal(ErrorCode),
    /// The end of the connection, as the original ended it: without a word.
    Close,
    /// The same, and the lines that wait for the client are thrown away.
    Drop,
}

/// The outcome of a command. The handler has sent the reply to one that was carried out.
pub(super) type Outcome = Result<(), CommandError>;

/// Whether a connection goes on after this step.
pub(crate) type Flow = ControlFlow<()>;

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(refusal) => Self::Error(match refusal {
                Refusal::UnknownAccount => ErrorCode::InvalidPrincipal,
                Refusal::UnknownGroup => ErrorCode::InvalidGroup,
                Refusal::ListFull => ErrorCode::ListFull,
                Refusal::AlreadyThere | Refusal::AccountExists => ErrorCode::AlreadyThere,
                Refusal::OnOppositeList => ErrorCode::InOppositeList,
                Refusal::NotOnList => ErrorCode::NotOnList,
                Refusal::NotInGroup => ErrorCode::NotInGroup,
                Refusal::TooManyGroups => ErrorCode::TooManyGroups,
                Refusal::GroupZero => ErrorCode::CannotRemoveGroupZero,
                // The others are of the pages; no verb leads there.
                _ => ErrorCode::InternalServerError,
            }),
            error => {
                // The session goes on: the client may repeat the command when the store is back.
                tracing::error!(%error, "the store failed");
                Self::Error(ErrorCode::DatabaseServerError)
            }
        }
    }
}
