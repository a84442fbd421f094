//! Accounts in SQL: made, found, changed and removed.

use msnp::Handle;

use super::connections::Lent;
use super::statement::{Row, statement};
use super::transaction::Tx;
use super::{Fault, changes, lock, packed};
use crate::{Account, AccountChangeKind, AccountId, Credentials, NewAccount, PasswordHash, Refusal};

/// The name of group 0 until it is renamed.
const GROUP_ZERO_NAME: &str = "Other%20Contacts";

/// The columns of an account, in the order in which [`account`] reads them, and more.
macro_rules! select {
    ($more:literal, $rest:literal) => {
        concat!(
            "SELECT id, handle, name, credential_epoch, enabled, verified, created_at, admin",
            $more,
            " FROM accounts ",
            $rest
        )
    };
}

pub(super) use select;

/// Reads the first eight columns of a row.
pub(super) fn account(row: &Row) -> Result<Account, Fault> {
    let handle = packed::handle(row.try_get(1)?)?;
    Ok(Account {
        id: AccountId(row.try_get(0)?),
        name: packed::shown_name(&handle, row.try_get(2)?)?,
        handle,
        credential_epoch: row.try_get(3)?,
        enabled: row.try_get::<i64>(4)? != 0,
        verified: row.try_get::<i64>(5)? != 0,
        created_at: row.try_get(6)?,
        admin: row.try_get::<i64>(7)? != 0,
    })
}

pub(super) async fn by_handle(reader: &mut Lent, handle: &Handle) -> Result<Option<Account>, Fault> {
    let query = statement(select!("", "WHERE handle = $1")).bind(handle.as_str());
    query.fetch_optional(reader).await?.as_ref().map(account).transpose()
}

pub(super) async fn by_id(reader: &mut Lent, id: AccountId) -> Result<Option<Account>, Fault> {
    let query = statement(select!("", "WHERE id = $1")).bind(id.0);
    query.fetch_optional(reader).await?.as_ref().map(account).transpose()
}

pub(super) async fn credentials(reader: &mut Lent, handle: &Handle) -> Result<Option<Credentials>, Fault> {
    let text = select!(", hash", "JOIN passwords ON account = id WHERE handle = $1");
    let row = statement(text).bind(handle.as_str()).fetch_optional(reader).await?;
    let read = |row: &Row| {
        let password_hash = PasswordHash::new(row.try_get::<String>(8)?);
        Ok(Credentials { account: account(row)?, password_hash })
    };
    row.as_ref().map(read).transpose()
}

/// The next accounts by handle: at most ten thousand, so that one read stays within the time limit of a request.
pub(super) async fn after(reader: &mut Lent, handle: &str) -> Result<Vec<Account>, Fault> {
    let text = select!("", "WHERE handle > $1 ORDER BY handle LIMIT 10000");
    let rows = statement(text).bind(handle).fetch_all(reader).await?;
    rows.iter().map(account).collect()
}

pub(super) async fn create(tx: &mut Tx<'_>, new: &NewAccount) -> Result<Account, Fault> {
    let row = statement(
        "INSERT INTO accounts (handle, name, credential_epoch, enabled, verified, created_at, \
         admin, list_version, prompt, privacy, properties) \
         VALUES ($1, $2, 1, 1, 1, $3, $4, 1, 'A', 'AL', '') \
         ON CONFLICT (handle) DO NOTHING RETURNING id",
    )
    .bind(new.handle.as_str())
    .bind(new.name.as_wire())
    .bind(new.created_at)
    .bind(i64::from(new.admin))
    .fetch_optional(tx)
    .await?;
    // `DO NOTHING` and not an error of the database: after that PostgreSQL would take no statement of the transaction
    // any more, and `create_all` goes on with the next account.
    let id = AccountId(row.ok_or(Refusal::AccountExists)?.try_get(0)?);
    statement("INSERT INTO passwords (account, hash) VALUES ($1, $2)")
        .bind(id.0)
        .bind(new.password_hash.expose())
        .execute(tx)
        .await?;
    statement("INSERT INTO contact_groups (account, id, name) VALUES ($1, 0, $2)")
        .bind(id.0)
        .bind(GROUP_ZERO_NAME)
        .execute(tx)
        .await?;
    changes::record(tx, id, &new.handle, AccountChangeKind::Created).await?;
    Ok(Account {
        id,
        handle: new.handle.clone(),
        name: new.name.clone(),
        credential_epoch: 1,
        enabled: true,
        verified: true,
        created_at: new.created_at,
        admin: new.admin,
    })
}

pub(super) async fn create_all(tx: &mut Tx<'_>, new: &[NewAccount]) -> Result<Vec<Option<Account>>, Fault> {
    let mut made = Vec::with_capacity(new.len());
    for new in new {
        made.push(match create(tx, new).await {
            Ok(account) => Some(account),
            // Nothing was written, and the transaction goes on.
            Err(Fault::Refused(Refusal::AccountExists)) => None,
            Err(fault) => return Err(fault),
        });
    }
    Ok(made)
}

pub(super) async fn set_password(tx: &mut Tx<'_>, handle: &Handle, hash: &PasswordHash) -> Result<(), Fault> {
    let id = next_epoch(tx, handle).await?;
    statement("UPDATE passwords SET hash = $2 WHERE account = $1")
        .bind(id.0)
        .bind(hash.expose())
        .execute(tx)
        .await?;
    changes::record(tx, id, handle, AccountChangeKind::Password).await
}

pub(super) async fn set_enabled(tx: &mut Tx<'_>, handle: &Handle, enabled: bool) -> Result<(), Fault> {
    let id = id_of(tx, handle).await?;
    let (text, kind) = if enabled {
        ("UPDATE accounts SET enabled = 1 WHERE id = $1 AND enabled = 0", AccountChangeKind::Enabled)
    } else {
        (
            "UPDATE accounts SET enabled = 0, credential_epoch = credential_epoch + 1 \
             WHERE id = $1 AND enabled = 1",
            AccountChangeKind::Disabled,
        )
    };
    let changed = statement(text).bind(id.0).execute(tx).await?;
    // An account that is so already keeps its epoch, and no entry ends its sessions a second time.
    if changed > 0 {
        if !enabled {
            end_web_sessions(tx, id).await?;
        }
        changes::record(tx, id, handle, kind).await?;
    }
    Ok(())
}

pub(super) async fn set_admin(tx: &mut Tx<'_>, handle: &Handle, admin: bool) -> Result<(), Fault> {
    // No entry in the log: the pages read the mark with each request.
    let query = statement("UPDATE accounts SET admin = $2 WHERE handle = $1").bind(handle.as_str());
    let changed = query.bind(i64::from(admin)).execute(tx).await?;
    if changed == 0 { Err(Refusal::UnknownAccount.into()) } else { Ok(()) }
}

pub(super) async fn void_tickets(tx: &mut Tx<'_>, handle: &Handle) -> Result<(), Fault> {
    let id = next_epoch(tx, handle).await?;
    changes::record(tx, id, handle, AccountChangeKind::SignedOut).await
}

/// Voids all tickets given out before.
async fn next_epoch(tx: &mut Tx<'_>, handle: &Handle) -> Result<AccountId, Fault> {
    let row = statement(
        "UPDATE accounts SET credential_epoch = credential_epoch + 1 WHERE handle = $1 RETURNING id",
    )
    .bind(handle.as_str())
    .fetch_optional(tx)
    .await?;
    let id = AccountId(row.ok_or(Refusal::UnknownAccount)?.try_get(0)?);
    end_web_sessions(tx, id).await?;
    Ok(id)
}

/// Ends all sessions of the account on the pages.
async fn end_web_sessions(tx: &mut Tx<'_>, id: AccountId) -> Result<(), Fault> {
    statement("DELETE FROM web_sessions WHERE account = $1").bind(id.0).execute(tx).await?;
    Ok(())
}

pub(super) async fn remove(tx: &mut Tx<'_>, handle: &Handle) -> Result<(), Fault> {
    let id = id_of(tx, handle).await?;
    // All that have the account on a list lose a contact: their rows go by the cascade, and their versions grow here.
    lock::circle(tx, id).await?;
    statement(
        "UPDATE accounts SET list_version = list_version + 1 \
         WHERE id <> $1 AND id IN (SELECT owner FROM contacts WHERE contact = $1)",
    )
    .bind(id.0)
    .execute(tx)
    .await?;
    // Its password, its picture, its groups and every row of contacts that names it go with it.
    statement("DELETE FROM accounts WHERE id = $1").bind(id.0).execute(tx).await?;
    changes::record(tx, id, handle, AccountChangeKind::Removed).await
}

pub(super) async fn id_of(tx: &mut Tx<'_>, handle: &Handle) -> Result<AccountId, Fault> {
    let query = statement("SELECT id FROM accounts WHERE handle = $1").bind(handle.as_str());
    let row = query.fetch_optional(tx).await?.ok_or(Refusal::UnknownAccount)?;
    Ok(AccountId(row.try_get(0)?))
}
