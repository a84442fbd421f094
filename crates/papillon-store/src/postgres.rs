//! The store on PostgreSQL, for services of many nodes.

mod listener;

use std::sync::Arc;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::any::AnyConnectOptions;
use tokio::time::Instant;

pub(crate) use self::listener::Listener;
use crate::sql::{Connections, Doubts, Fault, Migration, News, Source, SqlStore, Writers, in_time, migrate};
use crate::{Result, Store};

/// The most connections of this node, for reading and writing.
const CONNECTIONS: usize = 16;

/// The time limit of the server for all statements of a request. A request that waits half as long for a connection,
/// and a second for the news that the server is silent, still has its answer within five seconds.
const PATIENCE: Duration = Duration::from_millis(2500);

/// The time limit for bringing the tables up to date, and for another node's turn at it.
const MIGRATION: Duration = Duration::from_secs(60);

/// The lock of migrations: a node that starts at the same time waits. Its number spells "Papillo" (`P` is 80, `a` 97
/// and so on); an `n` more does not fit.
const ONE_AT_A_TIME: &str = "SELECT pg_advisory_xact_lock(8097112105108108111)";

/// The settings of a connection. The statement's limit is less than this node's patience, so that a working server
/// itself reports a statement that was too slow. The other limit ends the transaction of a node that has vanished,
/// whose locks keep others waiting.
const SETTINGS: &str = "SET statement_timeout = 2000; SET idle_in_transaction_session_timeout = 10000";

const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, text: include_str!("../migrations/postgres/0001_accounts_and_lists.sql") },
    Migration { version: 2, text: include_str!("../migrations/postgres/0002_pages.sql") },
    Migration { version: 3, text: include_str!("../migrations/postgres/0003_web_sessions.sql") },
    Migration { version: 4, text: include_str!("../migrations/postgres/0004_bans.sql") },
    // SQLite has none with these numbers: its file tells of changes by itself, and nothing is locked in it.
    Migration { version: 5, text: include_str!("../migrations/postgres/0005_news.sql") },
    Migration { version: 6, text: include_str!("../migrations/postgres/0006_pairs.sql") },
];

/// Opens stores in PostgreSQL.
#[derive(Debug)]
pub enum PostgresStore {}

impl PostgresStore {
    /// Connects to `postgres://…` and brings the tables up to date.
    ///
    /// Every method of the store fails with [`StoreError::Unavailable`](crate::StoreError::Unavailable) within
    /// five seconds when the server is gone or does not answer, and works again as soon as the server does.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`](crate::StoreError::Unavailable) when the address cannot be read, the server
    /// cannot be reached or does not let this user in, a newer program has brought the tables up to date, or
    /// bringing them up to date takes longer than a minute.
    pub async fn connect(url: &str) -> Result<Arc<dyn Store>> {
        Self::connect_patiently(url, PATIENCE).await
    }

    /// The same with another patience than the two and a half seconds that the server usually has for all that
    /// one request needs.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn connect_patiently(url: &str, patience: Duration) -> Result<Arc<dyn Store>> {
        sqlx::any::install_default_drivers();
        let options = url.parse::<AnyConnectOptions>().map_err(Fault::from)?.disable_statement_logging();
        let source =
            |settings| Source { options: options.clone(), settings, patience: Some(patience), files: None };
        // Without the settings: a migration may take longer than a request's statement.
        let mut first = source("").connect().await?;
        let migrated = migrate(&mut first, "BEGIN", Some(ONE_AT_A_TIME), MIGRATIONS);
        in_time(Some(Instant::now() + MIGRATION), migrated).await?;
        let connections = Connections::new(source(SETTINGS), CONNECTIONS);
        let writers = Writers::Server(Arc::clone(&connections));
        Ok(Arc::new(SqlStore::new(
            writers,
            connections,
            None,
            Arc::new(Doubts::default()),
            News::Server(Listener::new(url)),
        )))
    }
}
