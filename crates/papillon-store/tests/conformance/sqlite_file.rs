//! A fresh SQLite file for each check.

use std::future::Future;

use crate::Place;

pub fn run<F: Future<Output = ()>>(check: impl FnOnce(Place) -> F) {
    let folder = tempfile::tempdir().unwrap();
    // Everything in the name that could mean something in an address.
    let path = folder.path().join("a store?with#odd %20 name.db");
    let place = Place { url: format!("sqlite:{}", path.display()) };
    runtime().block_on(check(place));
    // These bytes of its header say that a file is written with a write-ahead log.
    let header = std::fs::read(&path).unwrap();
    assert_eq!(header[18..20], [2, 2]);
    #[cfg(unix)]
    if let Ok(metadata) = std::fs::metadata(&path) {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "only the owner may read the file");
    }
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}
