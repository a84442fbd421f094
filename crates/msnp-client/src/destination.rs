//! What a connection to the service leads to.

use msnp::HostPort;

/// What to connect to.
pub(crate) enum Destination {
    /// A notification server, as `host:port`.
    Notification(String),
    /// A switchboard.
    Switchboard(HostPort),
}
