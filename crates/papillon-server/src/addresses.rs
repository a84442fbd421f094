//! Ground: hosts, ports and addresses, as clients are told of them.

mod host;
mod public_url;

pub(crate) use host::{bracketed, host_part, in_url};
pub use public_url::PublicUrl;

/// The ports at which clients reach the listeners; `None` for one that is off.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ports {
    /// MSNP: what a client calls the messenger server.
    pub msnp: Option<u16>,
    /// HTTP.
    pub http: Option<u16>,
    /// HTTPS.
    pub https: Option<u16>,
}
