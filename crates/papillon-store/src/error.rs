//! The errors of the store.

use std::fmt;

/// The result of every method of the store.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// The reason for which a method of the store failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The request makes no sense as things stand; nothing was changed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database did not answer or could not do it.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] Outage),
    /// The database holds a value that this program never writes; the text names the place.
    #[error("the database holds something unreadable: {0}")]
    Corrupt(String),
}

/// A request that makes no sense as things stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Another account has this handle.
    #[error("the account exists already")]
    AccountExists,
    /// No account has this handle or number.
    #[error("there is no such account")]
    UnknownAccount,
    /// No valid group number, or no group has it.
    #[error("there is no such group")]
    UnknownGroup,
    /// The list already holds as many as it may.
    #[error("the list is full")]
    ListFull,
    /// The contact is already where it was to be put.
    #[error("the contact is already there")]
    AlreadyThere,
    /// A contact cannot be allowed and blocked at once.
    #[error("the contact is on the opposite list")]
    OnOppositeList,
    /// The contact is not on the list.
    #[error("the contact is not on the list")]
    NotOnList,
    /// The contact is on the forward list, but not in that group.
    #[error("the contact is not in that group")]
    NotInGroup,
    /// All thirty groups exist.
    #[error("there are too many groups")]
    TooManyGroups,
    /// Group 0 cannot be removed.
    #[error("group 0 cannot be removed")]
    GroupZero,
    /// No such invitation, or it has expired or is used up.
    #[error("the invitation is not valid")]
    InvitationInvalid,
    /// A thousand invitations are open.
    #[error("there are too many invitations")]
    TooManyInvitations,
    /// No ban has this target.
    #[error("there is no such ban")]
    NotBanned,
    /// Ten thousand bans are in force.
    #[error("there are too many bans")]
    TooManyBans,
    /// The picture is larger than [`Picture::MAX_LEN`](crate::Picture::MAX_LEN).
    #[error("the picture is too large")]
    PictureTooLarge,
}

/// The failure of the database, in words. It keeps only the message of the driver's error: the rest of such an error
/// can quote a row, and a row can hold a password hash.
#[derive(Debug)]
pub struct Outage(String);

impl Outage {
    pub(crate) fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

impl fmt::Display for Outage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Outage {}
