//! Keys that all nodes share.

use async_trait::async_trait;

use crate::Result;

/// The store of keys, one part of [`Store`](crate::Store).
#[async_trait]
pub trait SecretStore: Send + Sync + 'static {
    /// The secret of this name. The first request for it, on any node, gives it its value; all later requests get that
    /// value.
    async fn secret(&self, name: &str, candidate: &[u8]) -> Result<Vec<u8>>;
}
