//! The source of a file that is sent.

mod outgoing;

use std::fmt;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWriteExt as _};

use crate::TransferError;
pub(crate) use outgoing::OutgoingFile;

/// A file to send: one on the disk, an open one, bytes, or the output of a reader.
///
/// ```no_run
/// # async fn example(client: msnp_client::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use msnp_client::FileSource;
///
/// let grace = "grace@example.com".parse()?;
/// client.send_file(&grace, "photo.png").await?;
/// client.send_file(&grace, FileSource::bytes("notes.txt", "Lunch at one")).await?;
/// let page = tokio::net::TcpStream::connect("example.com:79").await?;
/// client.send_file(&grace, FileSource::reader("finger.txt", page)).await?;
/// # Ok(())
/// # }
/// ```
pub struct FileSource(Source);

enum Source {
    Path(PathBuf),
    Named(String, Content),
}

/// The content of a source without a path.
enum Content {
    Open(std::fs::File),
    Bytes(Bytes),
    Reader(Box<dyn AsyncRead + Send + Unpin>),
}

/// A source that can be sent.
pub(crate) struct Opened {
    /// The name in the offer.
    pub(crate) name: String,
    /// Its path, or its name where it has no path.
    pub(crate) path: PathBuf,
    pub(crate) size: u64,
    pub(crate) file: OutgoingFile,
}

impl FileSource {
    /// A file on the disk, under its own name. It is read while it is sent, and must not become shorter meanwhile.
    /// A path does as well wherever a source is asked for.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self(Source::Path(path.into()))
    }

    /// An open file, from its beginning, under this name. It is read while it is sent.
    pub fn file(name: impl Into<String>, file: std::fs::File) -> Self {
        Self(Source::Named(name.into(), Content::Open(file)))
    }

    /// These bytes, under this name.
    pub fn bytes(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self(Source::Named(name.into(), Content::Bytes(bytes.into())))
    }

    /// The bytes of a reader until its end, under this name.
    ///
    /// The reader is read to its end before the file is offered, because an offer tells the size. It is read into a
    /// file without a name in the folder for temporary files, because a transfer may go back. So it takes up room
    /// in that folder.
    ///
    /// The reader has to end: one without an end fills the disk. `take` of [`AsyncReadExt`](tokio::io::AsyncReadExt)
    /// gives it one.
    pub fn reader(name: impl Into<String>, reader: impl AsyncRead + Send + Unpin + 'static) -> Self {
        Self(Source::Named(name.into(), Content::Reader(Box::new(reader))))
    }

    pub(crate) async fn open(self) -> Result<Opened, TransferError> {
        let (name, path, file) = match self.0 {
            Source::Path(path) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let shown = path.display().to_string();
                let file = tokio::fs::File::open(&path).await.map_err(|error| fault(&shown, &error))?;
                (name, path, OutgoingFile::new(shown, file.into_std().await)?)
            }
            Source::Named(name, content) => {
                let name = checked(name)?;
                let shown = name.clone();
                let file = match content {
                    Content::Open(file) => OutgoingFile::new(shown, file)?,
                    Content::Bytes(bytes) => OutgoingFile::of_bytes(shown, bytes),
                    Content::Reader(reader) => {
                        let spooled = spool(reader).await.map_err(|error| fault(&shown, &error))?;
                        OutgoingFile::new(shown, spooled)?
                    }
                };
                let path = PathBuf::from(&name);
                (name, path, file)
            }
        };
        let size = file.size();
        Ok(Opened { name, path, size, file })
    }
}

/// Reads all of it into a file that is gone when it is closed.
async fn spool(mut reader: Box<dyn AsyncRead + Send + Unpin>) -> std::io::Result<std::fs::File> {
    let file = tokio::task::spawn_blocking(tempfile::tempfile).await??;
    let mut file = tokio::fs::File::from_std(file);
    tokio::io::copy(&mut reader, &mut file).await?;
    // tokio writes in the background: without this the last bytes, and an error such as a full disk, would come after
    // the size was told.
    file.flush().await?;
    Ok(file.into_std().await)
}

fn fault(path: &str, error: &std::io::Error) -> TransferError {
    TransferError::File { path: path.to_owned(), reason: error.to_string() }
}

/// The name of a file from a source without a path.
fn checked(name: String) -> Result<String, TransferError> {
    // Both separators, on any system: the receiver may run Windows.
    let good = !name.contains(|char: char| char.is_control() || matches!(char, '/' | '\\'))
        && Path::new(&name).file_name().is_some();
    if good { Ok(name) } else { Err(TransferError::Name(name)) }
}

impl From<PathBuf> for FileSource {
    fn from(path: PathBuf) -> Self {
        Self::path(path)
    }
}

impl From<&PathBuf> for FileSource {
    fn from(path: &PathBuf) -> Self {
        Self::path(path)
    }
}

impl From<&Path> for FileSource {
    fn from(path: &Path) -> Self {
        Self::path(path)
    }
}

impl From<&str> for FileSource {
    fn from(path: &str) -> Self {
        Self::path(path)
    }
}

impl From<String> for FileSource {
    fn from(path: String) -> Self {
        Self::path(path)
    }
}

impl fmt::Debug for FileSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::Path(path) => f.debug_tuple("Path").field(path).finish(),
            Source::Named(name, Content::Open(_)) => f.debug_tuple("File").field(name).finish(),
            Source::Named(name, Content::Bytes(bytes)) => {
                f.debug_tuple("Bytes").field(name).field(&bytes.len()).finish()
            }
            Source::Named(name, Content::Reader(_)) => f.debug_tuple("Reader").field(name).finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(source: FileSource) -> Result<(String, Bytes), TransferError> {
        let mut opened = source.open().await?;
        let size = opened.size as usize;
        Ok((opened.name, opened.file.read(0, size).await?))
    }

    #[tokio::test]
    async fn every_source_gives_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bin");
        let bytes: Vec<u8> = (0..600_000).map(|at| (at % 251) as u8).collect();
        std::fs::write(&path, &bytes).unwrap();
        let reader = || std::io::Cursor::new(bytes.clone());
        for source in [
            FileSource::from(&path),
            FileSource::file("a.bin", std::fs::File::open(&path).unwrap()),
            FileSource::bytes("a.bin", bytes.clone()),
            FileSource::reader("a.bin", reader()),
        ] {
            let shown = format!("{source:?}");
            let (name, read) = read(source).await.unwrap();
            assert_eq!(name, "a.bin", "{shown}");
            assert!(read == bytes, "{shown}");
        }
        assert_eq!(read(FileSource::bytes("empty", "")).await.unwrap(), ("empty".into(), Bytes::new()));
    }

    #[tokio::test]
    async fn what_cannot_be_sent_is_named() {
        for name in ["", "..", "a/b", "a\\b", "a\nb"] {
            let refused = read(FileSource::bytes(name, "x")).await;
            assert_eq!(refused, Err(TransferError::Name(name.into())));
        }
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path().to_owned(), folder.path().join("missing")] {
            let Err(TransferError::File { path: named, .. }) = read(FileSource::from(&path)).await else {
                panic!("{path:?}");
            };
            assert_eq!(named, path.display().to_string());
        }
    }

    /// Fails at once.
    struct Broken;

    impl AsyncRead for Broken {
        fn poll_read(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
            _: &mut tokio::io::ReadBuf<'_>,
        ) -> std::task::Poll<std::io::Result<()>> {
            std::task::Poll::Ready(Err(std::io::ErrorKind::BrokenPipe.into()))
        }
    }

    #[tokio::test]
    async fn a_reader_that_fails_is_told_of() {
        let refused = read(FileSource::reader("a.bin", Broken)).await;
        assert!(matches!(refused, Err(TransferError::File { path, .. }) if path == "a.bin"));
    }
}
