//! The locks that keep a data folder, and a database file, to one service at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};

use crate::database::{self, Database};
use crate::settings::Settings;

/// The file under the data folder. It holds the number of the process that has locked it.
const FILE: &str = "papillon.lock";

/// The other service may just be writing its number: so often it is looked for, in this interval.
const LOOKS: u32 = 20;
const INTERVAL: Duration = Duration::from_millis(25);

/// The locks of a service that runs. The system takes them from a process that has ended, however it did.
#[derive(Debug)]
pub(super) struct Locks {
    files: Vec<File>,
}

impl Locks {
    /// Makes the folders, and locks them against another service. Where a file system knows no locks there is a
    /// warning.
    ///
    /// # Errors
    /// Another service has them, or a lock file cannot be made.
    pub(super) async fn take(settings: &Settings) -> anyhow::Result<Self> {
        // The database may be elsewhere; certificates and mail are always here.
        database::make_folder(settings.data_dir())?;
        let mut locks = Self { files: Vec::new() };
        let advice = "stop that one, or choose another folder with --data DIR";
        let shown = format!("the data folder {}", settings.data_dir().display());
        locks.add(&settings.data_dir().join(FILE), &shown, advice).await?;
        if let Database::File(path) = Database::of(settings) {
            let file = beside(&path)?;
            let advice = "stop that one, or choose another database with --database";
            locks.add(&file, &format!("the database {}", path.display()), advice).await?;
        }
        Ok(locks)
    }

    /// Locks one more file; errors name it as `shown`.
    async fn add(&mut self, path: &Path, shown: &str, advice: &str) -> anyhow::Result<()> {
        let mut file = open(path).with_context(|| {
            format!("the lock file {} cannot be opened: see that this user may write to it", path.display())
        })?;
        match file.try_lock() {
            Ok(()) => {
                // Without a number, on a full disk, it locks just as well.
                let _ = write_number(&mut file);
                self.files.push(file);
            }
            Err(TryLockError::WouldBlock) => match holder(&mut file).await {
                Some(process) => bail!("{shown} is in use by another service, process {process}: {advice}"),
                None => bail!("{shown} is in use by another service: {advice}"),
            },
            Err(TryLockError::Error(error)) => tracing::warn!(
                file = %path.display(),
                %error,
                "{shown} cannot be locked there: see that no other service uses it"
            ),
        }
        Ok(())
    }
}

impl Drop for Locks {
    fn drop(&mut self) {
        for file in &self.files {
            // A number that is left over counts only while another service has the lock.
            let _ = file.set_len(0);
        }
    }
}

/// The lock file of a database, whose folder is made if it is not there. Under all names of a database it
/// has one lock file.
fn beside(database: &Path) -> anyhow::Result<PathBuf> {
    if let Some(folder) = database.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        database::make_folder(folder)?;
    }
    let mut file = database.canonicalize().unwrap_or_else(|_| database.to_owned()).into_os_string();
    file.push(".lock");
    Ok(file.into())
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    // Not truncated: it may be the file of a service that runs, with its number.
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn write_number(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    writeln!(file, "{}", std::process::id())
}

/// The number of the process that has the lock, where it can be read.
async fn holder(file: &mut File) -> Option<u32> {
    for _ in 0..LOOKS {
        let mut text = String::new();
        let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
        // On Windows, a locked file cannot be read.
        read.ok()?;
        if let Ok(number) = text.trim().parse() {
            return Some(number);
        }
        tokio::time::sleep(INTERVAL).await;
    }
    None
}
