//! The faults of commands that cannot be read.

use crate::TransactionId;

/// The fault of a command whose line was well framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Invalid {
    /// The line is not UTF-8, or holds a NUL or another control character.
    #[error("the line is not text")]
    Text,
    /// The verb is not one of this dialect and direction.
    #[error("unknown verb")]
    Verb,
    /// The transaction id is missing or not a decimal number below 2^32.
    #[error("bad transaction id")]
    TransactionId,
    /// A parameter is missing; the name says which.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// There are more parameters than the verb takes.
    #[error("too many parameters")]
    TooMany,
    /// Not an e-mail-shaped account name, or longer than 129 bytes.
    #[error("bad handle")]
    Handle,
    /// Not valid percent-coded UTF-8.
    #[error("bad friendly name")]
    FriendlyName,
    /// A name with invisible characters, or with nothing visible.
    #[error("friendly name with characters that cannot be shown")]
    FriendlyNameIllegal,
    /// Longer than 387 bytes as percent-coded.
    #[error("friendly name too long")]
    FriendlyNameTooLong,
    /// A group's name with invisible characters, or with nothing visible.
    #[error("group name with characters that cannot be shown")]
    GroupNameIllegal,
    /// Longer than 61 bytes as percent-coded.
    #[error("group name too long")]
    GroupNameTooLong,
    /// Not a number.
    #[error("bad group id")]
    GroupId,
    /// A number, but 30 or above.
    #[error("group id out of range")]
    GroupIdRange,
    /// Not FL, AL, BL or RL.
    #[error("bad list")]
    List,
    /// Not one of the nine status codes.
    #[error("bad status")]
    Status,
    /// A property key that does not exist.
    #[error("bad property key")]
    PropertyKey,
    /// A property key of more than three characters.
    #[error("property key too long")]
    PropertyKeyLength,
    /// A property value that is too long or not one of those the key takes.
    #[error("bad property value")]
    PropertyValue,
    /// Any other parameter; the name says which.
    #[error("bad {0}")]
    Parameter(&'static str),
}

/// A command that could not be read, with the transaction id its answer has to carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct ParseError {
    /// The transaction id, where it could be read.
    pub transaction: Option<TransactionId>,
    /// The fault.
    pub reason: Invalid,
}

impl From<Invalid> for ParseError {
    fn from(reason: Invalid) -> Self {
        Self { transaction: None, reason }
    }
}
