//! The members of a session.

use msnp::{FriendlyName, Handle};

/// As many as the service's largest conversations, and some: it bounds the memory that a server could
/// make this client use.
const MAX: usize = 1_000;

/// The other members, in the order in which they joined.
#[derive(Debug, Default)]
pub(super) struct People {
    list: Vec<(Handle, FriendlyName)>,
}

impl People {
    /// Notes a member. `false` when it was known.
    pub(super) fn add(&mut self, who: Handle, name: FriendlyName) -> bool {
        let known = self.list.iter().any(|(handle, _)| *handle == who);
        if known || self.list.len() >= MAX {
            return false;
        }
        self.list.push((who, name));
        true
    }

    /// Notes that a member left. `false` when it was not there.
    pub(super) fn remove(&mut self, who: &Handle) -> bool {
        let before = self.list.len();
        self.list.retain(|(handle, _)| handle != who);
        self.list.len() < before
    }

    pub(super) fn clear(&mut self) -> Vec<(Handle, FriendlyName)> {
        std::mem::take(&mut self.list)
    }

    pub(super) fn all(&self) -> Vec<(Handle, FriendlyName)> {
        self.list.clone()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(super) fn are_only(&self, who: &Handle) -> bool {
        matches!(&self.list[..], [(handle, _)] if handle == who)
    }
}
