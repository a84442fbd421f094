//! Files that are in use, that are no database, and with a strange name.

use tokio::time::timeout;

use super::*;

fn options(path: &Path) -> AnyConnectOptions {
    sqlx::any::install_default_drivers();
    address(path).parse().unwrap()
}

/// SQLite itself does not wait here: the file is read already when it is found to be locked.
#[tokio::test]
async fn a_new_file_that_another_process_sets_up_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = create(&folder.path().join("papillon.db")).unwrap();
    let mut other = options(&path).connect().await.unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let still_waits = timeout(Duration::from_millis(100), SqliteStore::open(&path)).await.is_err();
    assert!(still_waits);
    let opening = tokio::spawn({
        let path = path.clone();
        async move { SqliteStore::open(&path).await }
    });
    other.execute("COMMIT").await.unwrap();
    opening.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "no database ".repeat(1000)).unwrap();
    let opened = timeout(PATIENCE, SqliteStore::open(&path)).await.expect("this is not waited for");
    let Err(StoreError::Unavailable(why)) = opened else { panic!("it was opened") };
    assert_eq!(why.to_string(), "file is not a database");
}

#[test]
fn all_but_the_plainest_bytes_of_a_path_are_coded() {
    let path = Path::new("/var/lib/papillon-1_a.db?x#y %é");
    assert_eq!(address(path), "sqlite:///var/lib/papillon-1_a.db%3Fx%23y%20%25%C3%A9");
}
