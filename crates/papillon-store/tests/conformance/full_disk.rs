//! A disk that is full, and then no longer: a small file system in memory, in a mount namespace of its own.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use papillon_store::{AccountId, Picture, PrivacyList, Result, Store, StoreError};

use crate::facts::*;
use crate::place::*;
use crate::sqlite_file::runtime;

/// Holds the folder, in the process that has the file system.
const CHILD: &str = "PAPILLON_STORE_FULL_DISK_CHILD";

#[test]
fn a_full_disk_that_is_cleared_takes_changes_again() {
    if let Ok(folder) = std::env::var(CHILD) {
        return runtime().block_on(fill_and_clear(Path::new(&folder)));
    }
    let folder = tempfile::tempdir().unwrap();
    let again = "mount -t tmpfs -o size=3m tmpfs \"$1\" || exit 99; PAPILLON_STORE_FULL_DISK_CHILD=$1 exec \"$2\" \
                 --exact full_disk::a_full_disk_that_is_cleared_takes_changes_again --nocapture";
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", again, "sh"]).arg(folder.path()).arg(std::env::current_exe().unwrap());
    let ended = command.output();
    match ended {
        Ok(ended) if ended.status.success() => {}
        Ok(ended) if ended.status.code() != Some(99) && said(&ended.stdout).contains("running 1 test") => {
            panic!("{}{}", said(&ended.stdout), said(&ended.stderr));
        }
        other => {
            let required = std::env::var_os("PAPILLON_REQUIRE_FULL_DISK").is_some_and(|value| value == "1");
            assert!(!required, "PAPILLON_REQUIRE_FULL_DISK=1, but no file system can be mounted: {other:?}");
            let note = "SKIPPED: no file system can be mounted here (unshare -rm)\n";
            std::io::stderr().write_all(note.as_bytes()).unwrap();
        }
    }
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Takes all the room there is.
fn fill(path: &Path) {
    let mut file = File::create(path).unwrap();
    for size in [65_536, 4096, 512, 1] {
        let block = vec![1; size];
        while file.write_all(&block).is_ok() {}
    }
}

/// Changes of several kinds, one after the other, until one is not taken.
async fn until_refused(store: &Arc<dyn Store>, owner: AccountId) {
    let picture = Picture { content_type: "image/png".into(), bytes: vec![7; 20_000] };
    for round in 0..400 {
        let outcome: Result<()> = match round % 4 {
            0 => store.set_picture(owner, &picture).await,
            1 => store.rename(owner, &friendly(&format!("N{round}"))).await.map(drop),
            2 => store.add_group(owner, &group_name("x")).await.map(drop),
            _ => store.set_enabled(&handle("bob"), round % 8 == 3).await,
        };
        match outcome {
            Err(StoreError::Unavailable(_)) => return,
            Ok(()) | Err(StoreError::Refused(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }
    panic!("everything was taken by a full disk");
}

async fn fill_and_clear(folder: &Path) {
    let place = Place { url: folder.join("full.db").display().to_string() };
    let filler = folder.join("filler");
    let store = place.open().await;
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    for round in 0..5 {
        fill(&filler);
        until_refused(&store, alice).await;
        // After each attempt the stored values can be read.
        let refused =
            store.add_to_privacy(alice, PrivacyList::Block, &handle("bob"), &friendly("B"), 9).await;
        let before = roster(&store, alice).await;
        assert_eq!(before.contacts.len(), usize::from(refused.is_ok()), "{refused:?}");
        assert_eq!(roster(&place.open().await, alice).await, before);
        assert!(store.in_doubt().is_empty());

        fs::remove_file(&filler).unwrap();
        // The very next change works.
        let name = friendly(&format!("After%20{round}"));
        assert_eq!(store.rename(alice, &name).await.unwrap().version(), v(before.version.0 + 1));
        store.set_enabled(&handle("bob"), true).await.unwrap();
        let _ = store.remove_from_privacy(alice, PrivacyList::Block, &handle("bob")).await;
        befriend(&store, bob, "alice").await;
        store.remove_from_forward(bob, &handle("alice"), Absent).await.unwrap();
        assert_eq!(roster(&place.open().await, alice).await, roster(&store, alice).await);
    }
    // Opening needs room for the other files, unless they are still there; it does no harm.
    drop(store);
    fill(&filler);
    let opened = papillon_store::open(&place.url).await.map(drop);
    assert!(matches!(opened, Ok(()) | Err(StoreError::Unavailable(_))), "{opened:?}");
    fs::remove_file(&filler).unwrap();
    place.open().await.rename(alice, &friendly("Done")).await.unwrap();
}
