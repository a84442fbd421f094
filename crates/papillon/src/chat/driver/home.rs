//! Paths as a user writes them.

use std::path::{Path, PathBuf};

/// `~/` is the user's folder.
pub(super) fn at_home(path: &Path) -> PathBuf {
    let (Ok(rest), Some(home)) = (path.strip_prefix("~"), std::env::home_dir()) else {
        return path.to_owned();
    };
    home.join(rest)
}
