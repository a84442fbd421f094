//! The folder of a fuzz target's store, in memory where the system has such a place.

use std::fs;
use std::path::{Path, PathBuf};

const NAME: &str = "papillon-fuzz-";

/// A folder that is empty at first, named after this process. A fuzzer ends without a word, so the folders of processes
/// that are gone are removed when another begins.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        for old in fs::read_dir(&parent).into_iter().flatten().flatten() {
            let name = old.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix(NAME));
            if number.is_some_and(|number| !Path::new("/proc").join(number).is_dir()) {
                let _ = fs::remove_dir_all(old.path());
            }
        }
        let path = parent.join(format!("{NAME}{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder can be made");
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
