//! The store on SQLite: one file, nothing to set up.

mod data_version;
mod file;
mod files;
mod readers;
#[cfg(test)]
mod tests;
mod writer;

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::any::AnyConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};

pub(crate) use self::data_version::DataVersion;
pub(crate) use self::file::{File, Record};
pub(crate) use self::files::DatabaseFiles;
pub(crate) use self::readers::Readers;
pub(crate) use self::writer::Writer;
use crate::sql::{Connections, Doubts, Fault, Migration, News, Source, SqlStore, Writers, migrate};
use crate::{Outage, Result, Store, StoreError};

/// The connections that only read. With WAL they go on while the writer writes.
const READERS: usize = 4;

/// The longest wait for another process that is writing.
const PATIENCE: Duration = Duration::from_secs(5);

const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, text: include_str!("../migrations/sqlite/0001_accounts_and_lists.sql") },
    Migration { version: 2, text: include_str!("../migrations/sqlite/0002_pages.sql") },
    Migration { version: 3, text: include_str!("../migrations/sqlite/0003_web_sessions.sql") },
    Migration { version: 4, text: include_str!("../migrations/sqlite/0004_bans.sql") },
];

/// Settings of a connection that writes. FULL: with WAL, anything less loses acknowledged changes when the power
/// fails. The journal of a savepoint stays in memory.
const WRITER: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                      PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;";
/// The system caches the file; a small cache of its own is enough for a reader. The first read opens the other
/// files of the database.
const READER: &str = "PRAGMA busy_timeout = 5000; PRAGMA query_only = ON; PRAGMA cache_size = -512; \
                      SELECT 1 FROM schema_migrations LIMIT 1;";

/// Opens stores in an SQLite file.
#[derive(Debug)]
pub enum SqliteStore {}

impl SqliteStore {
    /// Opens the file, or makes it so that only its owner can read it, and brings its tables up
    /// to date. The folder has to exist.
    ///
    /// A file that is deleted, moved or replaced while it is open takes no change any more: each one is
    /// [`StoreError::Unavailable`], until the same file is back in its place.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the file cannot be made, opened or written, is no database, or was
    /// brought up to date by a newer program.
    pub async fn open(path: &Path) -> Result<Arc<dyn Store>> {
        Ok(Arc::new(Self::open_sql(path).await?))
    }

    /// The same, as the module of statements knows it.
    pub(crate) async fn open_sql(path: &Path) -> Result<SqlStore> {
        sqlx::any::install_default_drivers();
        let full = create(path)
            .map_err(|error| StoreError::Unavailable(Outage::new(format!("{}: {error}", path.display()))))?;
        let options = address(&full).parse::<AnyConnectOptions>().map_err(Fault::from)?;
        let options = options.disable_statement_logging();

        prepare(&options).await?;
        let source = |settings, files| Source { options: options.clone(), settings, patience: None, files };
        let mut first = source(WRITER, None).connect().await?;
        migrate(&mut first, "BEGIN IMMEDIATE", None, MIGRATIONS).await?;
        // Only now all its files are there: the first transaction makes the other two.
        let files = DatabaseFiles::of(&full, first)?;
        let readers = Connections::new(source(READER, Some(Arc::clone(&files))), READERS);
        // All of them now: when the file is deleted they read on, and one made later would find nothing.
        readers.fill(READERS).await?;
        let doubts = Arc::new(Doubts::default());
        let writer = Writer::start(Arc::clone(&files), Arc::clone(&doubts))?;
        let lists = Readers::start(&files)?;
        let news = News::File(DataVersion::new(files));
        Ok(SqlStore::new(Writers::File(writer), readers, Some(lists), doubts, news))
    }
}

/// Opens the file once and sets it up. Turning on WAL fails at once, without the usual patience,
/// while another process does the same.
async fn prepare(options: &AnyConnectOptions) -> Result<(), Fault> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match set_up(options).await.map_err(Fault::from) {
            Err(fault) if fault.is_busy() && Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            outcome => return outcome,
        }
    }
}

async fn set_up(options: &AnyConnectOptions) -> Result<(), sqlx::Error> {
    let mut connection = options.connect().await?;
    connection.execute(sqlx::raw_sql(WRITER)).await?;
    connection.close().await
}

/// Makes the file if it is not there, and returns its full path. The database's other files get
/// the same permissions from SQLite.
fn create(path: &Path) -> io::Result<PathBuf> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(file) => {
            file.sync_all()?;
            let full = path.canonicalize()?;
            // The name of a new file is on the disk only when its folder is.
            #[cfg(unix)]
            if let Some(folder) = full.parent() {
                std::fs::File::open(folder)?.sync_all()?;
            }
            Ok(full)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => path.canonicalize(),
        Err(error) => Err(error),
    }
}

/// The path as the driver's address: all but the plainest bytes are coded, so that no `?` or `#`
/// in a file's name is taken for more than that.
fn address(path: &Path) -> String {
    let mut address = String::from("sqlite://");
    for byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.".contains(byte) {
            address.push(char::from(*byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(address, "%{byte:02X}");
        }
    }
    address
}
