//! Sessions of the pages: begun, found, ended.

use super::accounts::{account, select};
use super::connections::Lent;
use super::statement::statement;
use super::transaction::Tx;
use super::{Fault, lock};
use crate::{Account, WebSession};

pub(super) async fn begin(tx: &mut Tx<'_>, new: &WebSession) -> Result<(), Fault> {
    lock::one(tx, new.account).await?;
    // Sessions that have ended go here, of all accounts: nothing else looks for them.
    statement("DELETE FROM web_sessions WHERE expires_at <= $1").bind(new.begun_at).execute(tx).await?;
    statement(
        "DELETE FROM web_sessions WHERE account = $1 AND id NOT IN \
         (SELECT id FROM web_sessions WHERE account = $1 ORDER BY expires_at DESC, id LIMIT $2)",
    )
    .bind(new.account.0)
    .bind(WebSession::MOST - 1)
    .execute(tx)
    .await?;
    statement("INSERT INTO web_sessions (id, account, expires_at) VALUES ($1, $2, $3)")
        .bind(&*new.id)
        .bind(new.account.0)
        .bind(new.expires_at)
        .execute(tx)
        .await?;
    Ok(())
}

pub(super) async fn account_of(reader: &mut Lent, id: &str, now: i64) -> Result<Option<Account>, Fault> {
    let text = select!("", "WHERE id = (SELECT account FROM web_sessions WHERE id = $1 AND expires_at > $2)");
    let row = statement(text).bind(id).bind(now).fetch_optional(reader).await?;
    row.as_ref().map(account).transpose()
}

pub(super) async fn end(tx: &mut Tx<'_>, id: &str) -> Result<(), Fault> {
    statement("DELETE FROM web_sessions WHERE id = $1").bind(id).execute(tx).await?;
    Ok(())
}
