//! Invitations: made, used up, revoked.

use super::connections::Lent;
use super::statement::{Row, statement};
use super::transaction::Tx;
use super::{Fault, accounts, lock, packed};
use crate::{Account, Invitation, InvitationCode, NewAccount, NewInvitation, Refusal};

/// The most that are kept: as many as a person can look through.
const MOST: i64 = 1000;

pub(super) async fn create(tx: &mut Tx<'_>, new: &NewInvitation) -> Result<(), Fault> {
    if let Some(maker) = new.made_by {
        lock::one(tx, maker).await?;
    }
    statement("DELETE FROM invitations WHERE expires_at <= $1").bind(new.made_at).execute(tx).await?;
    let count: i64 = statement("SELECT count(*) FROM invitations").fetch_one(tx).await?.try_get(0)?;
    if count >= MOST {
        return Err(Refusal::TooManyInvitations.into());
    }
    statement(
        "INSERT INTO invitations (code, made_by, made_at, expires_at, uses_left) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(new.code.expose())
    .bind(new.made_by.map(|maker| maker.0))
    .bind(new.made_at)
    .bind(new.expires_at)
    .bind(i64::from(new.uses))
    .execute(tx)
    .await?;
    Ok(())
}

pub(super) async fn all(reader: &mut Lent) -> Result<Vec<Invitation>, Fault> {
    let query = statement(
        "SELECT i.id, i.code, coalesce(a.handle, ''), i.made_at, i.expires_at, i.uses_left \
         FROM invitations i LEFT JOIN accounts a ON a.id = i.made_by ORDER BY i.id DESC",
    );
    query.fetch_all(reader).await?.iter().map(invitation).collect()
}

fn invitation(row: &Row) -> Result<Invitation, Fault> {
    let maker: &str = row.try_get(2)?;
    Ok(Invitation {
        id: row.try_get(0)?,
        code: InvitationCode::parse(row.try_get(1)?)
            .ok_or_else(|| Fault::corrupt("the code of an invitation"))?,
        made_by: if maker.is_empty() { None } else { Some(packed::handle(maker)?) },
        made_at: row.try_get(3)?,
        expires_at: row.try_get(4)?,
        uses_left: row.try_get(5)?,
    })
}

pub(super) async fn revoke(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    statement("DELETE FROM invitations WHERE id = $1").bind(id).execute(tx).await?;
    Ok(())
}

/// Uses the invitation before it looks at the handle: a visitor without one learns nothing about accounts.
pub(super) async fn create_account(
    tx: &mut Tx<'_>,
    new: &NewAccount,
    code: &InvitationCode,
) -> Result<Account, Fault> {
    // One statement checks and counts, so two visitors cannot both take the last use. When the handle is taken, the
    // transaction is undone, and the use with it.
    let used = statement(
        "UPDATE invitations SET uses_left = uses_left - 1 \
         WHERE code = $1 AND uses_left > 0 AND expires_at > $2",
    )
    .bind(code.expose())
    .bind(new.created_at)
    .execute(tx)
    .await?;
    if used == 0 {
        return Err(Refusal::InvitationInvalid.into());
    }
    accounts::create(tx, new).await
}
