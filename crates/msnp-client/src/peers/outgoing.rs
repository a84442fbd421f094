//! A file that is sent.

use std::fs::File;
use std::io::{ErrorKind, Read, Result, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::TransferError;

/// How much is read from the disk at once.
const CHUNK: usize = 256 * 1024;

/// A file and the piece of it that was read last: packets are slices of that. The piece after it
/// is read meanwhile.
pub(super) struct OutgoingFile {
    file: Arc<File>,
    chunk: Bytes,
    chunk_at: u64,
    ahead: Option<(u64, JoinHandle<Result<Bytes>>)>,
}

impl OutgoingFile {
    /// Opens a file; its size is what it is now.
    pub(super) async fn open(path: &Path) -> std::result::Result<(Self, u64), TransferError> {
        let fault = |reason: String| TransferError::File { path: path.display().to_string(), reason };
        let file = tokio::fs::File::open(path).await.map_err(|error| fault(error.to_string()))?;
        let about = file.metadata().await.map_err(|error| fault(error.to_string()))?;
        if !about.is_file() {
            return Err(fault("it is not a file".into()));
        }
        let file = Arc::new(file.into_std().await);
        Ok((Self { file, chunk: Bytes::new(), chunk_at: 0, ahead: None }, about.len()))
    }

    /// Some bytes of it. Fails when the file has become shorter, too.
    pub(super) async fn read(&mut self, offset: u64, length: usize) -> Result<Bytes> {
        if offset < self.chunk_at || offset >= self.chunk_at + self.chunk.len() as u64 {
            self.fill(offset).await?;
        }
        let start = (offset - self.chunk_at) as usize;
        let piece = self.chunk.slice(start..self.chunk.len().min(start + length));
        if piece.len() == length {
            return Ok(piece);
        }
        // It reaches into the next piece.
        self.fill(offset + piece.len() as u64).await?;
        let rest = self.chunk.get(..length - piece.len()).ok_or(ErrorKind::UnexpectedEof)?;
        Ok([&piece, rest].concat().into())
    }

    async fn fill(&mut self, offset: u64) -> Result<()> {
        let ahead = match self.ahead.take() {
            // One at a time: they share the position in the file.
            Some((at, task)) => Some(task.await?).filter(|_| at == offset),
            None => None,
        };
        self.chunk = match ahead {
            Some(read) => read?,
            None => self.start_reading(offset).await??,
        };
        self.chunk_at = offset;
        if self.chunk.len() == CHUNK {
            let next = offset + CHUNK as u64;
            self.ahead = Some((next, self.start_reading(next)));
        }
        Ok(())
    }

    fn start_reading(&self, offset: u64) -> JoinHandle<Result<Bytes>> {
        let file = Arc::clone(&self.file);
        spawn_blocking(move || {
            let mut file = &*file;
            file.seek(SeekFrom::Start(offset))?;
            let mut chunk = Vec::with_capacity(CHUNK);
            file.take(CHUNK as u64).read_to_end(&mut chunk)?;
            Ok(chunk.into())
        })
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
