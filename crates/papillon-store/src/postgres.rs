//! PostgreSQL: for services of many nodes.

use std::sync::Arc;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{ConnectOptions, Connection};

use crate::sql::{Dialect, Fault, Migration, Readers, SqlStore, migrate};
use crate::{Result, Store};

const CONNECTIONS: u32 = 16;

const DIALECT: Dialect = Dialect { begin: "BEGIN", locks_rows: true };

/// The number spells "papillon".
const ONE_AT_A_TIME: &str = "SELECT pg_advisory_xact_lock(8097112105108108111)";

const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, text: include_str!("../migrations/postgres/0001_accounts_and_lists.sql") },
    Migration { version: 2, text: include_str!("../migrations/postgres/0002_pages.sql") },
];

/// Opens stores in PostgreSQL.
#[derive(Debug)]
pub enum PostgresStore {}

impl PostgresStore {
    /// Connects to `postgres://…` and brings the tables up to date.
    pub async fn connect(url: &str) -> Result<Arc<dyn Store>> {
        sqlx::any::install_default_drivers();
        let options = url.parse::<AnyConnectOptions>().map_err(Fault::from)?.disable_statement_logging();
        // The pool would try again and in the end say only that time is up; one connection by
        // itself says at once why it cannot be had.
        options.connect().await.map_err(Fault::from)?.close().await.map_err(Fault::from)?;
        let pool = AnyPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options)
            .await
            .map_err(Fault::from)?;
        migrate(&pool, DIALECT, Some(ONE_AT_A_TIME), MIGRATIONS).await?;
        Ok(Arc::new(SqlStore::new(DIALECT, pool.clone(), Readers::Pool(pool))))
    }
}
