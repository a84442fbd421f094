//! A disk that fails once: at each write, each wait for the disk and each read that belongs to a request.

use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use papillon_store::{AccountId, Picture, Result, Store, StoreError};

use crate::place::*;
use crate::sqlite_file::runtime;

/// Holds the folder, in the process whose disk fails.
const CHILD: &str = "PAPILLON_STORE_DISK_ERRORS_CHILD";

/// Stands before the C library. A file holds three numbers: after so many calls that write, that wait for the
/// disk, or that read, one fails. 0 is never.
const LIBRARY: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/types.h>

static volatile unsigned *left;

__attribute__((constructor)) static void begin(void) {
    int file = open(getenv("PAPILLON_STORE_DISK_ERRORS"), O_RDWR);
    left = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
}

static int fails(int which) {
    if (left[which] == 0 || __sync_sub_and_fetch(&left[which], 1) != 0) return 0;
    errno = EIO;
    return 1;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
    return fails(0) ? -1 : NEXT(pwrite)(fd, bytes, count, at);
}
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
    return fails(0) ? -1 : NEXT(pwrite64)(fd, bytes, count, at);
}
ssize_t pread(int fd, void *bytes, size_t count, off_t at) {
    return fails(2) ? -1 : NEXT(pread)(fd, bytes, count, at);
}
ssize_t pread64(int fd, void *bytes, size_t count, off64_t at) {
    return fails(2) ? -1 : NEXT(pread64)(fd, bytes, count, at);
}
int fdatasync(int fd) { return fails(1) ? -1 : NEXT(fdatasync)(fd); }
int fsync(int fd) { return fails(1) ? -1 : NEXT(fsync)(fd); }
"#;

#[test]
fn after_one_error_everything_goes_on() {
    if let Ok(folder) = std::env::var(CHILD) {
        return runtime().block_on(async {
            fail_everywhere(Path::new(&folder)).await;
            fail_to_read(Path::new(&folder)).await;
        });
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("failing.c"), LIBRARY).unwrap();
    fs::write(path("left"), [0; 4096]).unwrap();
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([path("failing.so"), path("failing.c")])
        .arg("-ldl")
        .output()
        .expect("a C compiler, as for the build itself");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let ended = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "disk_errors::after_one_error_everything_goes_on", "--nocapture"])
        .env("LD_PRELOAD", path("failing.so"))
        .env("PAPILLON_STORE_DISK_ERRORS", path("left"))
        .env(CHILD, folder.path())
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success(), "{out}{err}");
}

/// The next of these calls, counted from 1, that fails.
struct Disk(PathBuf);

impl Disk {
    fn fails(&self, which: u64, after: u32) {
        let mut file = fs::OpenOptions::new().write(true).open(&self.0).unwrap();
        file.seek(SeekFrom::Start(which * 4)).unwrap();
        file.write_all(&after.to_ne_bytes()).unwrap();
    }

    fn has_failed(&self, which: u64) -> bool {
        let mut left = [0; 4];
        let mut file = fs::File::open(&self.0).unwrap();
        file.seek(SeekFrom::Start(which * 4)).unwrap();
        file.read_exact(&mut left).unwrap();
        u32::from_ne_bytes(left) == 0
    }
}

/// A change, the same again and again.
async fn change(store: &Arc<dyn Store>, owner: AccountId, name: &str) -> Result<u32> {
    store.rename(owner, &friendly(name)).await.map(|renamed| renamed.own.version.0)
}

/// The state of the file after all processes end without a word.
fn as_after_a_crash(folder: &Path, round: u32) -> Place {
    let copy = folder.join(format!("crash{round}.db"));
    for suffix in ["", "-wal"] {
        let of = |file: &Path| PathBuf::from(format!("{}{suffix}", file.display()));
        fs::copy(of(&folder.join("failing.db")), of(&copy)).unwrap();
    }
    Place { url: copy.display().to_string() }
}

async fn fail_everywhere(folder: &Path) {
    let disk = Disk(folder.join("left"));
    let place = Place { url: folder.join("failing.db").display().to_string() };
    let store = place.open().await;
    let alice = person(&store, "alice").await;
    // The file grows by this, so that pages go into it as well, from time to time.
    let picture = Picture { content_type: "image/png".into(), bytes: vec![7; 20_000] };
    let mut refused = [0, 0];
    for which in 0..2 {
        for round in 1..=30 {
            let after = if round <= 12 { round } else { round * 20 };
            let mut last = version(&store, alice).await;
            disk.fails(which, after);
            while !disk.has_failed(which) {
                match change(&store, alice, &format!("n{round}")).await {
                    Ok(version) => last = version,
                    Err(StoreError::Unavailable(_)) => refused[which as usize] += 1,
                    Err(other) => panic!("{other}"),
                }
                if !disk.has_failed(which) {
                    let _ = store.set_picture(alice, &picture).await;
                }
            }
            // No refused change is stored, and no acknowledged one is lost.
            assert!(store.in_doubt().is_empty());
            assert_eq!(version(&store, alice).await, last, "call {after} of {which}");
            assert_eq!(version(&place.open().await, alice).await, last, "call {after} of {which}");
            // Not even after the power fails now.
            let copy = as_after_a_crash(folder, round).open().await;
            assert_eq!(version(&copy, alice).await, last, "call {after} of {which}");
            assert_eq!(change(&store, alice, "next").await.unwrap(), last + 1, "the next change works");
            assert_eq!(version(&place.open().await, alice).await, last + 1);
        }
    }
    assert!(refused.iter().all(|count| *count > 10), "{refused:?}");
}

async fn fail_to_read(folder: &Path) {
    const READS: u64 = 2;
    let disk = Disk(folder.join("left"));
    let place = Place { url: folder.join("reading.db").display().to_string() };
    let store = place.open().await;
    let alice = person(&store, "alice").await;
    let mut failed = 0;
    // The first of them are those of `open`, which reads the schema with each of its connections.
    for after in 1..=60 {
        disk.fails(READS, after);
        while !disk.has_failed(READS) {
            // Changes of another process have to be read.
            if let Ok(other) = papillon_store::open(&place.url).await {
                let _ = change(&other, alice, "x").await;
            }
            match store.sign_in(alice).await {
                Ok(_) => {}
                Err(StoreError::Unavailable(_)) => failed += 1,
                Err(other) => panic!("{other}"),
            }
        }
        store.sign_in(alice).await.unwrap().unwrap();
        change(&store, alice, "next").await.unwrap();
        assert!(store.in_doubt().is_empty());
    }
    assert!(failed > 3, "{failed}");
}
