//! The migrations, which bring the tables up to date.

use sqlx::{AnyConnection, Connection, Executor, Row};

use super::Fault;

/// One step of the tables' history. The numbers are the same for both databases.
pub(crate) struct Migration {
    pub(crate) version: i64,
    pub(crate) text: &'static str,
}

/// Runs the steps which the database has not seen, all in one transaction. `lock` makes others
/// that start at the same time wait, where `begin`, which starts the transaction, does not do so already.
pub(crate) async fn migrate(
    connection: &mut AnyConnection,
    begin: &'static str,
    lock: Option<&'static str>,
    steps: &[Migration],
) -> Result<(), Fault> {
    let known = steps.last().map_or(0, |step| step.version);
    let found = run(connection, begin, lock, steps).await?;
    // A newer program's tables may have rules that this one would break. Nothing was run: every step is older.
    if found > known {
        return Err(Fault::Outage(format!(
            "the tables are of version {found}, but this program knows only {known}: use a newer program"
        )));
    }
    Ok(())
}

/// Returns the version that was found.
async fn run(
    connection: &mut AnyConnection,
    begin: &'static str,
    lock: Option<&'static str>,
    steps: &[Migration],
) -> Result<i64, Fault> {
    // All steps or none: an interrupted start leaves the tables of the version before.
    let mut tx = connection.begin_with(begin).await?;
    if let Some(lock) = lock {
        tx.execute(lock).await?;
    }
    tx.execute("CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT PRIMARY KEY)").await?;
    let row =
        sqlx::query("SELECT coalesce(max(version), 0) FROM schema_migrations").fetch_one(&mut *tx).await?;
    let found: i64 = row.try_get(0)?;
    for step in steps.iter().filter(|step| step.version > found) {
        // Several statements at once, so not a prepared one.
        tx.execute(sqlx::raw_sql(step.text)).await?;
        sqlx::query("INSERT INTO schema_migrations (version) VALUES ($1)")
            .bind(step.version)
            .execute(&mut *tx)
            .await?;
        tracing::info!(version = step.version, "the database has new tables");
    }
    tx.commit().await?;
    Ok(found)
}
