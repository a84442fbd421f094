//! Ground: hosts, ports and addresses, as the service tells them to clients.

mod host;
pub(crate) mod old_hosts;
mod public_url;

pub(crate) use host::{bracketed, host_part, in_url, port, port_of};
pub use old_hosts::OLD_SERVICES;
pub use public_url::PublicUrl;

/// The ports at which clients reach the listeners; `None` for one that is off.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ports {
    /// MSNP: clients call it the messenger server.
    pub msnp: Option<u16>,
    /// HTTP.
    pub http: Option<u16>,
    /// HTTPS.
    pub https: Option<u16>,
}

/// The addresses at which clients reach the service, when a proxy in front of it is elsewhere than its listeners.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Front {
    /// The beginning of the addresses of the sign-in, if it is `https`, and of the pages.
    pub url: Option<PublicUrl>,
    /// The port of the notification server and the switchboard.
    pub msnp_port: Option<u16>,
    /// The port of the sign-in and the pages over TLS, unless `url` says it.
    pub https_port: Option<u16>,
}
