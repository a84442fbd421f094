//! Keys that all nodes share.

use sqlx::Row;

use super::Fault;
use super::connections::Lent;
use super::transaction::Tx;

const READ: &str = "SELECT value FROM secrets WHERE name = $1";

pub(super) async fn read(reader: &mut Lent, name: &str) -> Result<Option<Vec<u8>>, Fault> {
    let row = sqlx::query(READ).bind(name).fetch_optional(&mut **reader).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// Stores the candidate unless another node was faster, and returns the stored value.
pub(super) async fn settle(tx: &mut Tx, name: &str, candidate: &[u8]) -> Result<Vec<u8>, Fault> {
    sqlx::query("INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
        .bind(name)
        .bind(candidate)
        .execute(&mut **tx)
        .await?;
    Ok(sqlx::query(READ).bind(name).fetch_one(&mut **tx).await?.try_get(0)?)
}
