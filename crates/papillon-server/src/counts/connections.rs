//! Open connections, by door and role.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The door of a connection: one of the listeners, or the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    Msnp,
    Dispatch,
    Http,
    Https,
    Gateway,
}

/// The role of a connection, which its first verb tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// No verb has told it yet.
    Unknown,
    Notification,
    Switchboard,
    /// HTTP: pages, the login, and the requests of the gateway's clients.
    Web,
}

impl Door {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [Self::Msnp, Self::Dispatch, Self::Http, Self::Https, Self::Gateway];

    /// The name in metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Msnp => "msnp",
            Self::Dispatch => "dispatch",
            Self::Http => "http",
            Self::Https => "https",
            Self::Gateway => "gateway",
        }
    }

    /// The roles that there can be behind it.
    pub(crate) const fn roles(self) -> &'static [Role] {
        match self {
            Self::Http | Self::Https => &[Role::Web],
            Self::Dispatch => &[Role::Unknown, Role::Notification],
            Self::Msnp | Self::Gateway => &[Role::Unknown, Role::Notification, Role::Switchboard],
        }
    }
}

impl Role {
    const COUNT: usize = 4;

    /// The name in metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Notification => "notification",
            Self::Switchboard => "switchboard",
            Self::Web => "web",
        }
    }
}

/// The connections of a service.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    open: [[AtomicU64; Role::COUNT]; Door::ALL.len()],
    accepted: [AtomicU64; Door::ALL.len()],
    panicked: AtomicU64,
}

/// An open connection in the count, for as long as this lives.
#[derive(Debug)]
#[must_use]
pub(crate) struct OpenConnection {
    connections: Arc<Connections>,
    door: Door,
    role: Role,
}

impl Connections {
    /// Counts a connection whose task has panicked.
    pub(crate) fn note_panic(&self) {
        self.panicked.fetch_add(1, Ordering::Relaxed);
    }

    /// The connections whose tasks have panicked.
    pub(crate) fn panicked(&self) -> u64 {
        self.panicked.load(Ordering::Relaxed)
    }

    /// Counts a connection.
    pub(crate) fn open(self: &Arc<Self>, door: Door, role: Role) -> OpenConnection {
        if let Some(accepted) = self.accepted.get(door as usize) {
            accepted.fetch_add(1, Ordering::Relaxed);
        }
        let connection = OpenConnection { connections: Arc::clone(self), door, role };
        connection.count(|open| open.fetch_add(1, Ordering::Relaxed));
        connection
    }

    /// The number of open ones.
    pub(crate) fn count(&self, door: Door, role: Role) -> u64 {
        self.cell(door, role).map_or(0, |open| open.load(Ordering::Relaxed))
    }

    /// The number of connections since the start.
    pub(crate) fn accepted(&self, door: Door) -> u64 {
        self.accepted.get(door as usize).map_or(0, |accepted| accepted.load(Ordering::Relaxed))
    }

    fn cell(&self, door: Door, role: Role) -> Option<&AtomicU64> {
        self.open.get(door as usize)?.get(role as usize)
    }
}

impl OpenConnection {
    /// Its role is known now.
    pub(crate) fn becomes(&mut self, role: Role) {
        self.count(|open| open.fetch_sub(1, Ordering::Relaxed));
        self.role = role;
        self.count(|open| open.fetch_add(1, Ordering::Relaxed));
    }

    fn count(&self, change: impl FnOnce(&AtomicU64) -> u64) {
        self.connections.cell(self.door, self.role).map(change);
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.count(|open| open.fetch_sub(1, Ordering::Relaxed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_counted_once_whatever_it_becomes() {
        let connections = Arc::<Connections>::default();
        let counts = || [Role::Unknown, Role::Switchboard].map(|role| connections.count(Door::Msnp, role));
        let mut one = connections.open(Door::Msnp, Role::Unknown);
        let other = connections.open(Door::Msnp, Role::Unknown);
        assert_eq!(counts(), [2, 0]);
        one.becomes(Role::Switchboard);
        assert_eq!(counts(), [1, 1]);
        drop((one, other));
        assert_eq!((counts(), connections.accepted(Door::Msnp)), ([0, 0], 2));
    }
}
