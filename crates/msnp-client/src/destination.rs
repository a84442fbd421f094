//! The destinations of connections to the service.

use msnp::HostPort;

/// The destination of a connection.
pub(crate) enum Destination {
    /// A notification server, as `host:port`.
    Notification(String),
    /// A switchboard.
    Switchboard(HostPort),
}
