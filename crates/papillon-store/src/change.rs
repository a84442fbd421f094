//! The log of account changes, from which a running service learns of changes by other processes.

use msnp::Handle;

use crate::AccountId;

/// The kind of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AccountChangeKind {
    /// It was made.
    Created,
    /// It has a new password.
    Password,
    /// It may no longer sign in.
    Disabled,
    /// It may sign in again.
    Enabled,
    /// It is gone.
    Removed,
    /// It was signed out everywhere: its tickets are void.
    SignedOut,
}

impl AccountChangeKind {
    const ALL: [Self; 6] =
        [Self::Created, Self::Password, Self::Disabled, Self::Enabled, Self::Removed, Self::SignedOut];

    /// The word under which it is stored.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Password => "password",
            Self::Disabled => "disabled",
            Self::Enabled => "enabled",
            Self::Removed => "removed",
            Self::SignedOut => "signed-out",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == word)
    }
}

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountChange {
    /// Its place in the log. Entries become visible in this order.
    pub sequence: i64,
    /// The account.
    pub account: AccountId,
    /// The account's handle, which a removed account can no longer be asked for.
    pub handle: Handle,
    /// The kind.
    pub kind: AccountChangeKind,
}
