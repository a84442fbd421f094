//! The display pictures kept for people.

use super::connections::Lent;
use super::statement::statement;
use super::transaction::Tx;
use super::{Fault, lock};
use crate::{AccountId, Picture, Refusal};

pub(super) async fn read(reader: &mut Lent, account: AccountId) -> Result<Option<Picture>, Fault> {
    let query = statement("SELECT content_type, bytes FROM pictures WHERE account = $1").bind(account.0);
    let row = query.fetch_optional(reader).await?;
    row.map(|row| Ok(Picture { content_type: row.try_get(0)?, bytes: row.try_get(1)? })).transpose()
}

pub(super) async fn set(tx: &mut Tx<'_>, account: AccountId, picture: &Picture) -> Result<(), Fault> {
    lock::one(tx, account).await?;
    if picture.bytes.len() > Picture::MAX_LEN {
        return Err(Refusal::PictureTooLarge.into());
    }
    statement(
        "INSERT INTO pictures (account, content_type, bytes) VALUES ($1, $2, $3) \
         ON CONFLICT (account) DO UPDATE SET content_type = excluded.content_type, bytes = excluded.bytes",
    )
    .bind(account.0)
    .bind(&*picture.content_type)
    .bind(&*picture.bytes)
    .execute(tx)
    .await?;
    Ok(())
}

pub(super) async fn remove(tx: &mut Tx<'_>, account: AccountId) -> Result<(), Fault> {
    lock::one(tx, account).await?;
    statement("DELETE FROM pictures WHERE account = $1").bind(account.0).execute(tx).await?;
    Ok(())
}
