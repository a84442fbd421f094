//! Refusals: why a command is not carried out, and what its sender gets for it.

use msnp::ErrorCode;
use papillon_store::{Refusal as StoreRefusal, StoreError};

/// Why a command is not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// An error reply; the connection goes on.
    Error(ErrorCode),
    /// An error reply, then the end of the connection.
    Fatal(ErrorCode),
    /// The end of the connection, as the original ended it: without a word.
    Close,
    /// The same, and what waits for the client is thrown away.
    Drop,
}

/// What became of a command. The handler has sent the reply of one that was carried out.
pub(super) type Outcome = Result<(), Refusal>;

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
                // The others are of the pages; no verb leads there.
                _ => ErrorCode::InternalServerError,
            }),
            error => {
                tracing::error!(%error, "the store failed");
                Self::Error(ErrorCode::DatabaseServerError)
            }
        }
    }
}
