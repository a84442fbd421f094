//! Keys that all nodes share.

use super::Fault;
use super::connections::Lent;
use super::statement::statement;
use super::transaction::Tx;

const READ: &str = "SELECT value FROM secrets WHERE name = $1";

pub(super) async fn read(reader: &mut Lent, name: &str) -> Result<Option<Vec<u8>>, Fault> {
    let row = statement(READ).bind(name).fetch_optional(reader).await?;
    row.map(|row| row.try_get(0)).transpose()
}

/// Stores the candidate unless another node was faster, and returns the stored value.
pub(super) async fn settle(tx: &mut Tx<'_>, name: &str, candidate: &[u8]) -> Result<Vec<u8>, Fault> {
    statement("INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
        .bind(name)
        .bind(candidate)
        .execute(tx)
        .await?;
    statement(READ).bind(name).fetch_one(tx).await?.try_get(0)
}
