//! The watch on the database's files: whether they are still those that were opened.
//!
//! The system keeps a deleted file for the programs that have it open. Bytes that are written to it then are
//! acknowledged, can be read back, and are gone with the last of these programs.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use sqlx::{AnyConnection, Row};

use super::File;
use crate::sql::Fault;

/// The files of an open database. SQLite removes its log with the last connection: while this has one, a file that is
/// missing was taken away by another program.
pub(crate) struct DatabaseFiles {
    path: PathBuf,
    files: Vec<(PathBuf, Identity)>,
    /// None while it is asked.
    open: Mutex<Option<AnyConnection>>,
}

impl DatabaseFiles {
    /// The files of the database at `path`, which `open` has used already.
    pub(crate) fn of(path: &Path, open: AnyConnection) -> Result<Arc<Self>, Fault> {
        let mut files = Vec::new();
        for suffix in ["", "-wal", "-shm"] {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            let file = PathBuf::from(name);
            let identity = identity(&file).map_err(|error| lost(&file, Some(&error)))?;
            files.push((file, identity));
        }
        Ok(Arc::new(Self { path: path.to_owned(), files, open: Mutex::new(Some(open)) }))
    }

    /// Opens the file, and runs these statements first. Fails where another one has its name before or after.
    pub(super) fn open(&self, settings: &str) -> Result<File, Fault> {
        self.see()?;
        let file = File::open(&self.path, settings)?;
        self.see()?;
        Ok(file)
    }

    /// Fails when a name leads to another file than at the start, or to none. It costs a look at each name, a few
    /// microseconds in all.
    pub(crate) fn see(&self) -> Result<(), Fault> {
        for (file, known) in &self.files {
            match identity(file) {
                Ok(found) if found == *known => {}
                Ok(_) => return Err(lost(file, None)),
                Err(error) => return Err(lost(file, Some(&error))),
            }
        }
        Ok(())
    }
}

impl DatabaseFiles {
    /// A number that is another one after each commit. `None` when it is being asked for already.
    pub(crate) async fn data_version(&self) -> Result<Option<i64>, Fault> {
        self.see()?;
        let Some(mut open) = self.open.lock().take() else { return Ok(None) };
        // Of the connection that never writes: to a connection its own commits are no news.
        let row = sqlx::query("PRAGMA data_version").fetch_one(&mut open).await;
        *self.open.lock() = Some(open);
        Ok(Some(row?.try_get(0)?))
    }
}

fn lost(file: &Path, error: Option<&io::Error>) -> Fault {
    let file = file.display();
    let what = match error {
        None => format!("{file} was replaced by another file while it was open"),
        Some(error) if error.kind() == io::ErrorKind::NotFound => {
            format!("{file} was deleted or moved while it was open")
        }
        Some(error) => format!("{file} cannot be looked at: {error}"),
    };
    // The advice names all three: a backup beside the log of another database would be read together with it.
    Fault::Outage(format!(
        "{what}; nothing is stored any more. Put the same file back; or restart the service with a backup: stop it, \
         remove what is left of the database's files (also those ending in -wal and -shm), put the backup there, \
         start it"
    ))
}

/// Tells one file from another.
#[cfg(unix)]
type Identity = (u64, u64);

#[cfg(unix)]
fn identity(file: &Path) -> io::Result<Identity> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(file)?;
    Ok((metadata.dev(), metadata.ino()))
}

/// Elsewhere an open file can be neither deleted nor replaced.
#[cfg(not(unix))]
type Identity = ();

#[cfg(not(unix))]
fn identity(_: &Path) -> io::Result<Identity> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_says_what_became_of_the_file() {
        let words = |error: Option<io::ErrorKind>| {
            let error = error.map(io::Error::from);
            let Fault::Outage(words) = lost(Path::new("/x.db"), error.as_ref()) else { panic!("no outage") };
            words.split(';').next().map(str::to_owned)
        };
        let replaced = "/x.db was replaced by another file while it was open";
        assert_eq!(words(None).as_deref(), Some(replaced));
        let deleted = "/x.db was deleted or moved while it was open";
        assert_eq!(words(Some(io::ErrorKind::NotFound)).as_deref(), Some(deleted));
        let closed = "/x.db cannot be looked at: permission denied";
        assert_eq!(words(Some(io::ErrorKind::PermissionDenied)).as_deref(), Some(closed));
    }
}
