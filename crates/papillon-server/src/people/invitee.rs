//! An invitee: a person, as a conversation admits people.

use msnp::{Dialect, FriendlyName, Handle};
use papillon_store::AccountId;

/// A person that a cookie lets in. The name is as it was when the cookie was made: renames do not reach a conversation.
#[derive(Debug, Clone)]
pub(crate) struct Invitee {
    pub(crate) account: AccountId,
    pub(crate) handle: Handle,
    pub(crate) name: FriendlyName,
    pub(crate) dialect: Dialect,
}
