//! A file that is received.

use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};
use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncWriteExt;

use crate::TransferError;

/// How much is gathered before it is written.
const CHUNK: usize = 256 * 1024;
/// How many names are tried: `photo.png`, `photo (1).png` and so on.
const MAX_NAMES: u32 = 10_000;

/// A file that did not exist before, and does not stay when the transfer fails.
pub(super) struct Destination {
    path: PathBuf,
    file: File,
    gathered: BytesMut,
    complete: bool,
}

impl Destination {
    /// Makes an empty file of this name in the folder, or of one like it where that is taken.
    /// `name` is made safe first; nothing that exists is ever touched.
    pub(super) async fn reserve(folder: &Path, name: &str) -> Result<Self, TransferError> {
        let name = msnp_p2p::safe_file_name(name);
        for number in 0..MAX_NAMES {
            let path = folder.join(numbered(&name, number));
            match OpenOptions::new().write(true).create_new(true).open(&path).await {
                Ok(file) => {
                    return Ok(Self { path, file, gathered: BytesMut::new(), complete: false });
                }
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(fault(&path, &error)),
            }
        }
        let reason = "every name like it is taken".to_owned();
        Err(TransferError::File { path: folder.join(name).display().to_string(), reason })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends bytes.
    pub(super) async fn write(&mut self, bytes: &Bytes) -> Result<(), TransferError> {
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() < CHUNK { Ok(()) } else { self.flush().await }
    }

    async fn flush(&mut self) -> Result<(), TransferError> {
        let result = self.file.write_all(&self.gathered).await;
        self.gathered.clear();
        result.map_err(|error| fault(&self.path, &error))
    }

    /// All bytes are there: the file stays.
    pub(super) async fn finish(&mut self) -> Result<(), TransferError> {
        self.flush().await?;
        self.file.flush().await.map_err(|error| fault(&self.path, &error))?;
        self.complete = true;
        Ok(())
    }
}

impl Drop for Destination {
    fn drop(&mut self) {
        if !self.complete
            && let Err(error) = std::fs::remove_file(&self.path)
        {
            tracing::warn!(path = %self.path.display(), %error, "an incomplete file stays");
        }
    }
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
        let mut part = Destination::reserve(folder.path(), "photo.png").await.unwrap();
        part.write(&Bytes::from_static(b"x")).await.unwrap();
        drop(part);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
        assert_eq!(std::fs::read(folder.path().join("photo.png")).unwrap(), b"mine");
    }
}
