//! A picture that a command names by its file.

use std::path::PathBuf;

use bytes::Bytes;

use super::Refusal;

/// Reads a picture's file, away from what must not wait.
pub(super) async fn image(
    path: PathBuf,
    read: fn(&std::path::Path) -> anyhow::Result<Bytes>,
) -> Result<Bytes, Refusal> {
    let read = tokio::task::spawn_blocking(move || read(&path)).await;
    let failed = |error: anyhow::Error| Refusal::new("file", crate::sentence::of(&error));
    read.map_err(anyhow::Error::from).flatten().map_err(failed)
}
