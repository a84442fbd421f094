//! Requests that fail, and rows of one moment.

use std::path::PathBuf;

use sqlx::ConnectOptions;
use sqlx::any::AnyConnectOptions;

use super::*;
use crate::sqlite::{WRITER, address};
use crate::{SqliteStore, Store};

const COUNT: &str = "SELECT count(*) FROM secrets";

struct Bench {
    _folder: tempfile::TempDir,
    path: PathBuf,
    _store: Arc<dyn Store>,
    readers: Readers,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("papillon.db");
        let store = SqliteStore::open(&path).await.unwrap();
        let options: AnyConnectOptions = address(&path).parse().unwrap();
        let files = DatabaseFiles::of(&path, options.connect().await.unwrap()).unwrap();
        let readers = Readers::start(&files).unwrap();
        Self { _folder: folder, path, _store: store, readers }
    }

    async fn count(&self) -> Result<i64, Fault> {
        self.readers.read(count).await
    }
}

fn count(file: &File) -> Result<i64, Fault> {
    let mut found = 0;
    file.each(COUNT, &[], |row| {
        found = row.number(0)?;
        Ok(())
    })?;
    Ok(found)
}

#[tokio::test]
async fn a_request_that_fails_or_panics_is_the_only_one() {
    let bench = Bench::new().await;
    // More of them than there are threads.
    for _ in 0..2 * THREADS {
        let wrong = bench.readers.read(|file| file.each("SELECT nothing", &[], |_| Ok(()))).await;
        assert!(matches!(wrong, Err(Fault::Sqlite(_))), "{wrong:?}");
        let panicked = bench.readers.read(|_| -> Result<(), Fault> { panic!("as it should") }).await;
        assert!(matches!(panicked, Err(Fault::Outage(_))), "{panicked:?}");
        assert_eq!(bench.count().await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_connection_that_failed_is_not_made_in_another_file() {
    let bench = Bench::new().await;
    std::fs::rename(&bench.path, bench.path.with_extension("away")).unwrap();
    // The connections that there are read on.
    assert_eq!(bench.count().await.unwrap(), 0);
    let fail = || bench.readers.read(|file| file.each("SELECT nothing", &[], |_| Ok(())));
    let gone = loop {
        if let Err(Fault::Outage(words)) = fail().await {
            break words;
        }
    };
    assert!(gone.contains("was deleted or moved while it was open"), "{gone}");
    std::fs::rename(bench.path.with_extension("away"), &bench.path).unwrap();
    assert_eq!(bench.count().await.unwrap(), 0);
}

#[tokio::test]
async fn a_statement_within_another_one_sees_the_same_moment() {
    let bench = Bench::new().await;
    let path = bench.path.clone();
    let work = move |file: &File| {
        let (mut before, mut after) = (None, None);
        file.each(COUNT, &[], |_| {
            before = Some(count(file)?);
            let mut other = File::open(&path, WRITER)?;
            other.execute("INSERT INTO secrets (name, value) VALUES ('a', x'00')", &[])?;
            after = Some(count(file)?);
            Ok(())
        })?;
        Ok((before, after))
    };
    assert_eq!(bench.readers.read(work).await.unwrap(), (Some(0), Some(0)));
    assert_eq!(bench.count().await.unwrap(), 1);
}

#[tokio::test]
async fn a_value_of_another_type_is_corrupt() {
    let bench = Bench::new().await;
    for (text, number) in [("SELECT 'one'", true), ("SELECT 1", false), ("SELECT CAST(x'ff' AS TEXT)", false)]
    {
        let read = move |file: &File| {
            file.each(text, &[], |row| if number { row.number(0).map(drop) } else { row.text(0).map(drop) })
        };
        let found = bench.readers.read(read).await;
        assert!(matches!(&found, Err(Fault::Corrupt(words)) if words == "column 0"), "{text}: {found:?}");
    }
}
