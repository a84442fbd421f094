//! The watch for commits of others, without reading what they are about.

use std::sync::Arc;

use parking_lot::Mutex;

use super::DatabaseFiles;
use crate::sql::Fault;

/// The watch.
pub(crate) struct DataVersion {
    files: Arc<DatabaseFiles>,
    seen: Mutex<Option<i64>>,
}

impl DataVersion {
    pub(super) fn new(files: Arc<DatabaseFiles>) -> Self {
        Self { files, seen: Mutex::default() }
    }

    /// Whether something may have been stored since the last call. The first one says yes.
    pub(crate) async fn has_changed(&self) -> Result<bool, Fault> {
        let version = self.files.data_version().await?;
        let seen = std::mem::replace(&mut *self.seen.lock(), version);
        Ok(version.is_none() || version != seen)
    }
}
