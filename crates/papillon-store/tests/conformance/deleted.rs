//! A database whose files are deleted, moved or replaced while it is open.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use papillon_store::{AccountId, Result, Store, StoreError};

use crate::place::*;
use crate::sqlite_file::runtime;

struct Open {
    folder: tempfile::TempDir,
    store: Arc<dyn Store>,
    alice: AccountId,
}

impl Open {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Place { url: folder.path().join("x.db").display().to_string() };
        let store = place.open().await;
        let alice = person(&store, "alice").await;
        Self { folder, store, alice }
    }

    fn file(&self, suffix: &str) -> PathBuf {
        self.folder.path().join(format!("x.db{suffix}"))
    }

    async fn change(&self) -> Result<()> {
        self.store.rename(self.alice, &friendly("Al")).await.map(drop)
    }

    /// Nothing is acknowledged, and the reason names the file.
    #[track_caller]
    fn refuses(outcome: &Result<()>, file: &Path) {
        let Err(StoreError::Unavailable(outage)) = outcome else { panic!("{outcome:?}") };
        let words = outage.to_string();
        assert!(words.contains(&file.display().to_string()) && words.contains("restart"), "{words}");
    }
}

#[test]
fn nothing_is_acknowledged_into_a_file_that_is_gone() {
    runtime().block_on(async {
        for suffix in ["", "-wal", "-shm"] {
            let open = Open::new().await;
            let file = open.file(suffix);
            open.change().await.unwrap();

            // Moved away and back: it is the same file.
            fs::rename(&file, open.file(".moved")).unwrap();
            Open::refuses(&open.change().await, &file);
            Open::refuses(&open.store.last_change().await.map(drop), &file);
            Open::refuses(&open.store.changes_after(0).await.map(drop), &file);
            fs::rename(open.file(".moved"), &file).unwrap();
            open.change().await.unwrap();
            open.store.last_change().await.unwrap();

            // Another one in its place.
            fs::copy(&file, open.file(".copy")).unwrap();
            fs::rename(open.file(".copy"), &file).unwrap();
            Open::refuses(&open.change().await, &file);
            fs::remove_file(&file).unwrap();
            Open::refuses(&open.change().await, &file);
        }
    });
}

#[test]
fn the_whole_folder_is_replaced() {
    runtime().block_on(async {
        let open = Open::new().await;
        let away = tempfile::tempdir().unwrap();
        let (folder, away) = (open.folder.path(), away.path().join("away"));
        fs::rename(folder, &away).unwrap();
        Open::refuses(&open.change().await, &open.file(""));
        fs::create_dir(folder).unwrap();
        for file in fs::read_dir(&away).unwrap().flatten() {
            fs::copy(file.path(), folder.join(file.file_name())).unwrap();
        }
        Open::refuses(&open.change().await, &open.file(""));
    });
}

/// The file is moved away between the beginning of a transaction and its commit: nobody knows whether it is stored.
#[test]
fn a_change_into_a_file_that_is_moved_away_meanwhile_is_in_doubt() {
    let one_thread = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    one_thread.block_on(async {
        let open = Open::new().await;
        let bob = person(&open.store, "bob").await;
        let before = version(&open.store, open.alice).await;
        {
            let (contact, name) = (handle("bob"), friendly("Bob"));
            let change = open.store.add_to_forward(open.alice, &contact, &name, Absent, NO_LIMIT);
            tokio::pin!(change);
            tokio::select! {
                biased;
                _ = &mut change => panic!("the change did not wait for the database"),
                () = std::future::ready(()) => {}
            }
            fs::rename(open.file(""), open.file(".moved")).unwrap();
            Open::refuses(&change.await.map(drop), &open.file(""));
            fs::rename(open.file(".moved"), open.file("")).unwrap();
        }
        assert_eq!(open.store.in_doubt(), [open.alice, bob]);
        // On top of lists that may be other ones nothing is changed, until it is known.
        let refused = open.change().await.unwrap_err().to_string();
        assert!(refused.contains("an earlier change of this account"), "{refused}");
        let (account, stored) = open.store.look_into(open.alice).await.unwrap().unwrap();
        assert_eq!((account.id, stored.version), (open.alice, v(before + 1)));
        assert_eq!(open.store.in_doubt(), [bob]);
        open.change().await.unwrap();
        open.store.remove_account(&handle("bob")).await.unwrap();
        assert_eq!(open.store.look_into(bob).await.unwrap(), None);
        assert_eq!(open.store.in_doubt(), []);
    });
}

/// A new connection finds the file that was put in its place; an open one reads on in the old file.
#[test]
fn those_who_read_read_on() {
    runtime().block_on(async {
        let open = Open::new().await;
        fs::remove_file(open.file("")).unwrap();
        assert!(open.store.account(&handle("alice")).await.unwrap().is_some());
        assert!(open.change().await.is_err());
        assert!(open.store.in_doubt().is_empty());
    });
}
