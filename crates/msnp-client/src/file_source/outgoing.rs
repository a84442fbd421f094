//! A file that is sent.

use std::fs::File;
use std::io::{ErrorKind, Read, Result, Seek, SeekFrom};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::TransferError;

/// The number of bytes read from the disk at once.
const CHUNK: usize = 256 * 1024;

/// A file on its way out.
pub(crate) struct OutgoingFile {
    /// Its name in errors.
    shown: String,
    size: u64,
    content: Content,
}

enum Content {
    Memory(Bytes),
    Disk(Disk),
}

/// A file and the piece of it that was read last: packets are slices of that. The piece after it
/// is read meanwhile.
struct Disk {
    file: Arc<File>,
    chunk: Bytes,
    chunk_at: u64,
    ahead: Option<(u64, JoinHandle<Result<Bytes>>)>,
}

impl OutgoingFile {
    /// An open file; its size is the present one.
    pub(crate) fn new(shown: String, file: File) -> std::result::Result<Self, TransferError> {
        let fault = |reason: String| TransferError::File { path: shown.clone(), reason };
        let about = file.metadata().map_err(|error| fault(error.to_string()))?;
        if !about.is_file() {
            return Err(fault("it is not a file".into()));
        }
        let disk = Disk { file: Arc::new(file), chunk: Bytes::new(), chunk_at: 0, ahead: None };
        Ok(Self { shown, size: about.len(), content: Content::Disk(disk) })
    }

    /// Bytes in memory.
    pub(crate) fn of_bytes(shown: String, bytes: Bytes) -> Self {
        Self { shown, size: bytes.len() as u64, content: Content::Memory(bytes) }
    }

    /// In bytes.
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    /// Some bytes of it. Fails when the file has become shorter, too.
    pub(crate) async fn read(
        &mut self,
        offset: u64,
        length: usize,
    ) -> std::result::Result<Bytes, TransferError> {
        let read = match &mut self.content {
            Content::Memory(bytes) => slice(bytes, offset, length),
            Content::Disk(disk) => disk.read(offset, length).await,
        };
        read.map_err(|error| {
            let reason = format!("it can no longer be read: {error}");
            TransferError::File { path: self.shown.clone(), reason }
        })
    }
}

fn slice(bytes: &Bytes, offset: u64, length: usize) -> Result<Bytes> {
    let start = usize::try_from(offset).ok().filter(|start| *start <= bytes.len());
    let end = start.and_then(|start| start.checked_add(length)).filter(|end| *end <= bytes.len());
    match (start, end) {
        (Some(start), Some(end)) => Ok(bytes.slice(start..end)),
        _ => Err(ErrorKind::UnexpectedEof.into()),
    }
}

impl Disk {
    async fn read(&mut self, offset: u64, length: usize) -> Result<Bytes> {
        if offset < self.chunk_at || offset >= self.chunk_at + self.chunk.len() as u64 {
            self.fill(offset).await?;
        }
        // `fill` has left a piece that begins at or before `offset`, by less than its own length: 256 KiB fit into any
        // `usize`.
        let start = (offset - self.chunk_at) as usize;
        let piece = self.chunk.slice(start..self.chunk.len().min(start + length));
        if piece.len() == length {
            return Ok(piece);
        }
        // It reaches into the next piece.
        let mut gathered = BytesMut::with_capacity(length);
        gathered.extend_from_slice(&piece);
        while gathered.len() < length {
            self.fill(offset + gathered.len() as u64).await?;
            let missing = self.chunk.len().min(length - gathered.len());
            if missing == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            gathered.extend_from_slice(&self.chunk[..missing]);
        }
        Ok(gathered.freeze())
    }

    async fn fill(&mut self, offset: u64) -> Result<()> {
        let ahead = match self.ahead.take() {
            // One at a time: both would move the position of the one file. After a lost packet the transfer goes back,
            // and the piece read ahead is dropped.
            Some((at, task)) => Some(task.await?).filter(|_| at == offset),
            None => None,
        };
        self.chunk = match ahead {
            Some(read) => read?,
            None => self.start_reading(offset).await??,
        };
        self.chunk_at = offset;
        // A shorter piece is the end of the file: there is nothing to read ahead.
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
        let bytes: Vec<u8> = (0..2 * CHUNK + 5000).map(|at| (at % 251) as u8).collect();
        let mut file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut file, &bytes).unwrap();
        let on_disk = OutgoingFile::new("a.bin".into(), file).unwrap();
        for mut file in [on_disk, OutgoingFile::of_bytes("a.bin".into(), bytes.clone().into())] {
            assert_eq!(file.size() as usize, bytes.len());
            for offset in [0, 1202, CHUNK - 100, 7, CHUNK + 3000] {
                for length in [1202, CHUNK + 500] {
                    let read = file.read(offset as u64, length).await.unwrap();
                    assert!(read[..] == bytes[offset..offset + length], "{offset} {length}");
                }
            }
            assert!(file.read(2 * CHUNK as u64 + 4999, 2).await.is_err());
            assert!(file.read(u64::MAX, 2).await.is_err());
        }
        let folder = File::open(tempfile::tempdir().unwrap().path()).unwrap();
        assert!(OutgoingFile::new("a".into(), folder).is_err());
    }
}
