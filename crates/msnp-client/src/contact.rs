//! People and groups, as they were when asked.

use msnp::object::MsnObject;
use msnp::{ClientCapabilities, FriendlyName, GroupId, Handle, ListFlags, Status};

/// Somebody on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The account.
    pub handle: Handle,
    /// The name that the list shows.
    pub name: FriendlyName,
    /// The lists: forward, allow, block, reverse.
    pub lists: ListFlags,
    /// The groups; empty when in none.
    pub groups: Vec<GroupId>,
    /// `None` while offline.
    pub presence: Option<Presence>,
}

/// Somebody who is online.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// The status.
    pub status: Status,
    /// What the client can do.
    pub capabilities: ClientCapabilities,
    /// The display picture.
    pub picture: Option<MsnObject>,
}

/// A group of contacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The number.
    pub id: GroupId,
    /// The name, decoded.
    pub name: String,
}
