//! A file that is sent.

use std::io::SeekFrom;
use std::path::Path;

use bytes::{Bytes, BytesMut};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use crate::TransferError;

/// How much is read from the disk at once.
const CHUNK: usize = 256 * 1024;

/// A file and the piece of it that was read last: packets are slices of that.
pub(super) struct OutgoingFile {
    file: File,
    position: u64,
    chunk: Bytes,
    chunk_at: u64,
}

impl OutgoingFile {
    /// Opens a file; its size is what it is now.
    pub(super) async fn open(path: &Path) -> Result<(Self, u64), TransferError> {
        let fault = |reason: String| TransferError::File { path: path.display().to_string(), reason };
        let file = File::open(path).await.map_err(|error| fault(error.to_string()))?;
        let about = file.metadata().await.map_err(|error| fault(error.to_string()))?;
        if !about.is_file() {
            return Err(fault("it is not a file".into()));
        }
        let this = Self { file, position: 0, chunk: Bytes::new(), chunk_at: 0 };
        Ok((this, about.len()))
    }

    /// Some bytes of it. Fails when the file has become shorter, too.
    pub(super) async fn read(&mut self, offset: u64, length: usize) -> std::io::Result<Bytes> {
        if offset < self.chunk_at || offset + length as u64 > self.chunk_at + self.chunk.len() as u64 {
            self.fill(offset, length).await?;
        }
        let start = (offset - self.chunk_at) as usize;
        Ok(self.chunk.slice(start..start + length))
    }

    async fn fill(&mut self, offset: u64, at_least: usize) -> std::io::Result<()> {
        if self.position != offset {
            self.file.seek(SeekFrom::Start(offset)).await?;
        }
        self.position = offset;
        let mut chunk = BytesMut::with_capacity(CHUNK);
        while chunk.len() < CHUNK {
            let room = (CHUNK - chunk.len()) as u64;
            if (&mut self.file).take(room).read_buf(&mut chunk).await? == 0 {
                break;
            }
        }
        self.position += chunk.len() as u64;
        (self.chunk, self.chunk_at) = (chunk.freeze(), offset);
        if self.chunk.len() < at_least { Err(std::io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_range_is_read_and_a_shorter_file_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bin");
        let bytes: Vec<u8> = (0..CHUNK + 5000).map(|at| (at % 251) as u8).collect();
        std::fs::write(&path, &bytes).unwrap();
        let (mut file, size) = OutgoingFile::open(&path).await.unwrap();
        assert_eq!(size as usize, bytes.len());
        for offset in [0, 1202, CHUNK - 100, 7, CHUNK + 3000] {
            let read = file.read(offset as u64, 1202).await.unwrap();
            assert_eq!(read[..], bytes[offset..offset + 1202], "{offset}");
        }
        assert!(file.read(CHUNK as u64 + 4999, 2).await.is_err());
        assert!(OutgoingFile::open(folder.path()).await.is_err());
    }
}
