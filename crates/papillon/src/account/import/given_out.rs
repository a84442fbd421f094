//! The file with the generated passwords, to be given out to people.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use msnp::Handle;
use zeroize::Zeroizing;

/// A new file, for its owner's eyes only.
pub(super) struct GivenOut {
    path: PathBuf,
    file: File,
    /// Its length without any password.
    empty: u64,
}

impl GivenOut {
    /// Makes the file. A file that is there already may hold earlier passwords, and is left alone.
    pub(super) fn create(path: &Path) -> anyhow::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        // From the first moment: a file whose rights are changed afterwards can be opened in between.
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let failed = || {
            format!(
                "the file {} for passwords cannot be made, and no account was added: name a new one",
                path.display()
            )
        };
        let file = options.open(path).with_context(failed)?;
        let mut this = Self { path: path.to_owned(), file, empty: 0 };
        this.append(Zeroizing::new(b"email,password\n".to_vec())).with_context(failed)?;
        this.empty = this.file.stream_position().with_context(failed)?;
        Ok(this)
    }

    /// Adds these people, and returns once it is on the disk, with a mark to take them away again.
    pub(super) fn add<'a>(
        &mut self,
        people: impl Iterator<Item = (&'a Handle, &'a str)>,
    ) -> io::Result<Before> {
        let before = Before(self.file.stream_position()?);
        let mut writer = csv::Writer::from_writer(Vec::new());
        for (handle, password) in people {
            writer.write_record([handle.as_str(), password])?;
        }
        let bytes = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
        self.append(Zeroizing::new(bytes))?;
        Ok(before)
    }

    /// Takes away the lines since the mark.
    pub(super) fn take_back(&mut self, before: Before) -> io::Result<()> {
        // Both: `set_len` leaves the position behind the new end, and the next write would fill the gap with zeros.
        self.file.set_len(before.0)?;
        self.file.seek(SeekFrom::Start(before.0))?;
        self.file.sync_all()
    }

    /// The file's path. Without any password in it, it goes.
    pub(super) fn finish(mut self) -> Option<PathBuf> {
        if self.file.stream_position().is_ok_and(|length| length > self.empty) {
            return Some(self.path);
        }
        // It holds nothing worth keeping; should it stay, that is no harm.
        let _ = std::fs::remove_file(&self.path);
        None
    }

    fn append(&mut self, bytes: Zeroizing<Vec<u8>>) -> io::Result<()> {
        self.file.write_all(&bytes)?;
        self.file.sync_all()
    }
}

/// The length of the file.
pub(super) struct Before(u64);
