//! The database that the settings name, opened.

use std::fs::DirBuilder;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use papillon_store::Store;

use crate::settings::Settings;

/// The file under the data folder.
const FILE: &str = "papillon.db";

/// The kind of database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Database {
    /// An SQLite file.
    File(PathBuf),
    /// A server. Its address may hold a password and is never shown.
    Server,
}

impl Database {
    /// The database of the settings: the file under the data folder unless they name another.
    pub(crate) fn of(settings: &Settings) -> Self {
        match settings.database.as_deref() {
            None => Self::File(settings.data_dir().join(FILE)),
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => Self::Server,
            Some(url) => {
                let path =
                    url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or(url);
                Self::File(path.into())
            }
        }
    }
}

/// Opens the database, and makes it if it is not there.
pub(crate) async fn open(settings: &Settings) -> anyhow::Result<Arc<dyn Store>> {
    match Database::of(settings) {
        Database::File(path) => {
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                make_folder(folder)?;
            }
            open_file(&path).await
        }
        Database::Server => open_server(settings.database.as_deref().unwrap_or_default()).await,
    }
}

/// Opens the database only if it is there: asking for an account in the wrong folder must not
/// leave a new database behind.
pub(crate) async fn open_existing(settings: &Settings) -> anyhow::Result<Option<Arc<dyn Store>>> {
    match Database::of(settings) {
        Database::File(path) => match path.try_exists() {
            Ok(false) => Ok(None),
            Ok(true) => open_file(&path).await.map(Some),
            Err(error) => bail!(
                "the database {} cannot be read: {error}. Run this as the user of the service (`sudo -u USER`)",
                path.display()
            ),
        },
        Database::Server => open(settings).await.map(Some),
    }
}

/// Opens an SQLite file; its folder has to be there.
pub(crate) async fn open_file(path: &Path) -> anyhow::Result<Arc<dyn Store>> {
    let shown = path.display();
    let text = path.to_str().with_context(|| {
        format!("the path of the database, {shown}, is not valid UTF-8: use another folder, with --data DIR")
    })?;
    papillon_store::open(text).await.with_context(|| {
        format!("the database {shown} cannot be opened: see that it is an SQLite file of this program, that this user may write to it and to its folder, and that the disk is not full")
    })
}

async fn open_server(url: &str) -> anyhow::Result<Arc<dyn Store>> {
    papillon_store::open(url).await.context(
        "the PostgreSQL database cannot be opened: see that it runs, and that the address in --database is right",
    )
}

/// Makes the folder and those above it, for this user's eyes only.
pub(crate) fn make_folder(folder: &Path) -> anyhow::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).with_context(|| {
        format!("the folder {} cannot be made: choose another one with --data DIR", folder.display())
    })
}
