//! The far end of a connection to the service.

use msnp::HostPort;

/// The server to connect to.
pub(crate) enum Destination {
    /// A notification server, as `host:port`.
    Notification(String),
    /// A switchboard.
    Switchboard(HostPort),
}
