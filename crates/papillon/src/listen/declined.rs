//! An offered file that a limit keeps out.

use msnp::Handle;
use msnp_client::TransferId;

/// A file that was offered and is not taken.
#[derive(Debug, Clone)]
pub(super) struct Declined {
    pub(super) transfer: TransferId,
    pub(super) from: Handle,
    pub(super) name: String,
    pub(super) size: u64,
    /// In words.
    pub(super) reason: String,
}
