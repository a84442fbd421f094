//! The display name and the two settings.

use msnp::{AddPrompt, FriendlyName, Privacy};

use super::statement::statement;
use super::transaction::Tx;
use super::{Fault, lock, packed};
use crate::{AccountId, Committed, ListEvent};

pub(super) async fn rename(
    tx: &mut Tx<'_>,
    account: AccountId,
    name: &FriendlyName,
) -> Result<Committed, Fault> {
    // The update itself locks the row, and it is the only one.
    statement("UPDATE accounts SET name = $2 WHERE id = $1")
        .bind(account.0)
        .bind(name.as_wire())
        .execute(tx)
        .await?;
    let version = lock::raise(tx, account).await?;
    Ok(Committed::alone(account, version, ListEvent::Renamed { name: name.clone() }))
}

pub(super) async fn set_prompt(
    tx: &mut Tx<'_>,
    owner: AccountId,
    prompt: AddPrompt,
) -> Result<Committed, Fault> {
    let text = "UPDATE accounts SET prompt = $2, list_version = list_version + 1 \
                WHERE id = $1 AND prompt <> $2 RETURNING list_version";
    switch(tx, text, owner, prompt.code(), ListEvent::PromptSet(prompt)).await
}

pub(super) async fn set_privacy(
    tx: &mut Tx<'_>,
    owner: AccountId,
    privacy: Privacy,
) -> Result<Committed, Fault> {
    let text = "UPDATE accounts SET privacy = $2, list_version = list_version + 1 \
                WHERE id = $1 AND privacy <> $2 RETURNING list_version";
    switch(tx, text, owner, privacy.code(), ListEvent::PrivacySet(privacy)).await
}

/// Sets a setting; the value that is set already leaves the version as it is. Gaim sends both settings at each sign-in.
async fn switch(
    tx: &mut Tx<'_>,
    text: &'static str,
    owner: AccountId,
    code: &str,
    event: ListEvent,
) -> Result<Committed, Fault> {
    lock::one(tx, owner).await?;
    let changed = statement(text).bind(owner.0).bind(code).fetch_optional(tx).await?;
    if let Some(row) = changed {
        let version = packed::version(row.try_get(0)?)?;
        tx.raises(owner, version)?;
        return Ok(Committed::alone(owner, version, event));
    }
    let present = statement("SELECT list_version FROM accounts WHERE id = $1").bind(owner.0);
    let version = packed::version(present.fetch_one(tx).await?.try_get(0)?)?;
    Ok(Committed::nothing(version, event))
}
