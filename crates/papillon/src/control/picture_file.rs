//! A picture that a command names by its file.

use std::path::PathBuf;

use bytes::Bytes;

use super::Rejection;

/// Reads a picture's file on a thread for blocking work.
pub(super) async fn image(
    path: PathBuf,
    read: fn(&std::path::Path) -> anyhow::Result<Bytes>,
) -> Result<Bytes, Rejection> {
    let read = tokio::task::spawn_blocking(move || read(&path)).await;
    let failed = |error: anyhow::Error| Rejection::new("file", crate::sentence::of(&error));
    read.map_err(anyhow::Error::from).flatten().map_err(failed)
}
