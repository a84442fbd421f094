//! A file that is received.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};
use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncWriteExt;

use crate::TransferError;

/// The number of bytes that are gathered before a write.
const CHUNK: usize = 256 * 1024;
/// The number of names that are tried: `photo.png`, `photo (1).png` and so on.
const MAX_NAMES: u32 = 10_000;

/// A file that did not exist before, and does not stay when the transfer fails.
///
/// While it is incomplete it is called `photo.png.part`, so that a part that a power cut leaves behind is not
/// taken for the whole.
pub(super) struct Destination {
    folder: PathBuf,
    name: String,
    /// The path of the complete file.
    path: PathBuf,
    part: PathBuf,
    file: File,
    gathered: BytesMut,
    complete: bool,
}

impl Destination {
    /// Makes an empty file for this name in the folder, or for one like it where that is taken.
    /// `name` is made safe first; nothing that exists is ever touched.
    pub(super) async fn reserve(folder: &Path, name: &str) -> Result<Self, TransferError> {
        let name = msnp_p2p::safe_file_name(name);
        for number in 0..MAX_NAMES {
            let path = folder.join(numbered(&name, number));
            // Of the link, not of its target: a broken one takes the name as well.
            if tokio::fs::symlink_metadata(&path).await.is_ok() {
                continue;
            }
            let part = with_suffix(&path, ".part");
            // `create_new` decides between two transfers that want the same name at the same moment.
            match OpenOptions::new().write(true).create_new(true).open(&part).await {
                Ok(file) => {
                    let (folder, gathered) = (folder.to_owned(), BytesMut::new());
                    return Ok(Self { folder, name, path, part, file, gathered, complete: false });
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(fault(&path, &error)),
            }
        }
        Err(all_taken(folder, &name))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends bytes.
    pub(super) async fn write(&mut self, bytes: &Bytes) -> Result<(), TransferError> {
        self.gathered.extend_from_slice(bytes);
        // Each write is a trip to a thread for blocking work: one for every packet would be slower than the network.
        if self.gathered.len() < CHUNK { Ok(()) } else { self.flush().await }
    }

    async fn flush(&mut self) -> Result<(), TransferError> {
        let result = self.file.write_all(&self.gathered).await;
        self.gathered.clear();
        result.map_err(|error| fault(&self.path, &error))
    }

    /// All bytes are there: the file gets its name. Where another file has that name by now, it
    /// gets the next one.
    pub(super) async fn finish(&mut self) -> Result<(), TransferError> {
        self.flush().await?;
        self.file.flush().await.map_err(|error| fault(&self.path, &error))?;
        for number in 0..MAX_NAMES {
            match rename_to_free(&self.part, &self.path).await {
                Ok(()) => {
                    self.complete = true;
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    self.path = self.folder.join(numbered(&self.name, number));
                }
                Err(error) => return Err(fault(&self.path, &error)),
            }
        }
        Err(all_taken(&self.folder, &self.name))
    }
}

impl Drop for Destination {
    fn drop(&mut self) {
        if !self.complete
            && let Err(error) = std::fs::remove_file(&self.part)
        {
            tracing::warn!(path = %self.part.display(), %error, "an incomplete file stays");
        }
    }
}

/// A link cannot replace a file, as a renaming would. Not every disk has links: without them another program may take
/// the name between the check and the renaming.
async fn rename_to_free(from: &Path, to: &Path) -> std::io::Result<()> {
    match tokio::fs::hard_link(from, to).await {
        Ok(()) => tokio::fs::remove_file(from).await,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
        Err(_) if tokio::fs::symlink_metadata(to).await.is_ok() => Err(ErrorKind::AlreadyExists.into()),
        Err(_) => tokio::fs::rename(from, to).await,
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn all_taken(folder: &Path, name: &str) -> TransferError {
    let reason = "every name like it is taken".to_owned();
    TransferError::File { path: folder.join(name).display().to_string(), reason }
}

fn fault(path: &Path, error: &std::io::Error) -> TransferError {
    TransferError::File { path: path.display().to_string(), reason: error.to_string() }
}

/// `photo (2).png`.
fn numbered(name: &str, number: u32) -> String {
    match (number, name.rsplit_once('.')) {
        (0, _) => name.to_owned(),
        (_, Some((stem, extension))) => format!("{stem} ({number}).{extension}"),
        (_, None) => format!("{name} ({number})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_is_overwritten_and_nothing_incomplete_stays() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("photo.png"), b"mine").unwrap();
        let mut whole = Destination::reserve(folder.path(), "../photo.png").await.unwrap();
        assert_eq!(whole.path(), folder.path().join("photo (1).png"));
        whole.write(&Bytes::from(vec![7; CHUNK + 1])).await.unwrap();
        whole.finish().await.unwrap();
        let path = whole.path().to_owned();
        drop(whole);
        assert_eq!(std::fs::read(path).unwrap().len(), CHUNK + 1);
        let mut taken = Destination::reserve(folder.path(), "new.png").await.unwrap();
        assert!(folder.path().join("new.png.part").exists() && !folder.path().join("new.png").exists());
        std::fs::write(folder.path().join("new.png"), b"mine too").unwrap();
        taken.finish().await.unwrap();
        assert_eq!(taken.path(), folder.path().join("new (1).png"));
        drop(taken);
        let mut part = Destination::reserve(folder.path(), "photo.png").await.unwrap();
        part.write(&Bytes::from_static(b"x")).await.unwrap();
        drop(part);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 4);
        assert_eq!(std::fs::read(folder.path().join("photo.png")).unwrap(), b"mine");
    }
}
