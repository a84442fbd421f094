//! Files that are replaced in one step, so that there is the old version or the new one. Only their owner reads keys.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Makes a folder that only its owner may enter. One that is there is left as it is: its
/// permissions are the operator's choice.
pub(super) fn private_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// The users that may read a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    Owner,
    Everybody,
}

/// Writes a file beside `path` and puts it in its place.
pub(super) fn replace(path: &Path, contents: &str, readers: Readers) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
    // A name of its own each time: a file that an interrupted start has left there is in no other's way.
    let beside = path.with_file_name(format!(".{name}.{:016x}", rand::random::<u64>()));
    let written = write_new(&beside, contents, readers).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // Nothing else can be done about the rest of it.
        let _ = fs::remove_file(&beside);
    }
    written?;
    sync_folder(path)
}

fn write_new(path: &Path, contents: &str, readers: Readers) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(if readers == Readers::Owner { 0o600 } else { 0o644 });
    }
    #[cfg(not(unix))]
    let _ = readers;
    let mut file = options.open(path)?;
    file.write_all(contents.as_bytes())?;
    // Before the rename: after a power failure the new name could else lead to an empty file.
    file.sync_all()
}

/// Makes the new name last.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Keeps other processes from changing the folder's files until it is dropped.
pub(super) fn lock(folder: &Path) -> io::Result<File> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(folder.join(".lock"))?;
    file.lock()?;
    Ok(file)
}
