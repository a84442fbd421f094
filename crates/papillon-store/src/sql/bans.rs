//! Bans: made, changed, lifted, and counted.

use msnp::Handle;

use super::connections::Lent;
use super::statement::{Row, Statement, statement};
use super::transaction::Tx;
use super::{Fault, accounts, lock, packed};
use crate::{AccountId, Ban, BanRefusals, BanTarget, NewBan, Refusal};

/// The most that are kept: every node holds all of them in memory.
const MOST: i64 = 10_000;

/// The statements about the ban of one target, whose column comes first among their values.
struct Statements {
    change: &'static str,
    insert: &'static str,
    delete: &'static str,
}

macro_rules! statements {
    ($target:literal) => {
        Statements {
            change: concat!(
                "UPDATE bans SET reason = $2, made_by = $3, made_at = $4, ends_at = $5 WHERE ",
                $target,
                " = $1"
            ),
            insert: concat!(
                "INSERT INTO bans (",
                $target,
                ", reason, made_by, made_at, ends_at) VALUES ($1, $2, $3, $4, $5)"
            ),
            delete: concat!("DELETE FROM bans WHERE ", $target, " = $1"),
        }
    };
}

/// A target as it is stored.
enum Key {
    Addresses(String),
    Account(AccountId),
}

impl Key {
    async fn of(tx: &mut Tx<'_>, target: &BanTarget) -> Result<Self, Fault> {
        match target {
            BanTarget::Addresses(range) => Ok(Self::Addresses(range.to_string())),
            BanTarget::Account(handle) => accounts::id_of(tx, handle).await.map(Self::Account),
        }
    }

    fn account(&self) -> Option<AccountId> {
        match self {
            Self::Addresses(_) => None,
            Self::Account(id) => Some(*id),
        }
    }

    fn statements(&self) -> Statements {
        match self {
            Self::Addresses(_) => statements!("network"),
            Self::Account(_) => statements!("account"),
        }
    }

    fn bound(&self, text: &'static str) -> Statement<'_> {
        let query = statement(text);
        match self {
            Self::Addresses(range) => query.bind(&**range),
            Self::Account(id) => query.bind(id.0),
        }
    }
}

pub(super) async fn add(tx: &mut Tx<'_>, new: &NewBan) -> Result<(), Fault> {
    raise(tx).await?;
    let key = Key::of(tx, &new.target).await?;
    let mut accounts: Vec<_> = key.account().into_iter().chain(new.made_by).collect();
    accounts.sort_unstable();
    for account in accounts {
        lock::one(tx, account).await?;
    }
    statement("DELETE FROM bans WHERE ends_at <= $1").bind(new.made_at).execute(tx).await?;
    let statements = key.statements();
    let bound = |text| {
        let query = key.bound(text).bind(new.reason.as_str()).bind(new.made_by.map(|maker| maker.0));
        query.bind(new.made_at).bind(new.ends_at)
    };
    if bound(statements.change).execute(tx).await? > 0 {
        return Ok(());
    }
    let count: i64 = statement("SELECT count(*) FROM bans").fetch_one(tx).await?.try_get(0)?;
    if count >= MOST {
        return Err(Refusal::TooManyBans.into());
    }
    bound(statements.insert).execute(tx).await?;
    Ok(())
}

pub(super) async fn lift(tx: &mut Tx<'_>, target: &BanTarget) -> Result<(), Fault> {
    raise(tx).await?;
    let key = Key::of(tx, target).await?;
    let lifted = key.bound(key.statements().delete).execute(tx).await?;
    if lifted == 0 { Err(Refusal::NotBanned.into()) } else { Ok(()) }
}

/// Raises the version. It comes first: its row stays locked until the commit, so that of two bans of one target at
/// once the second one finds the ban of the first.
async fn raise(tx: &mut Tx<'_>) -> Result<(), Fault> {
    statement("UPDATE ban_version SET last = last + 1 WHERE id = 1").execute(tx).await?;
    Ok(())
}

pub(super) async fn version(reader: &mut Lent) -> Result<i64, Fault> {
    let query = statement("SELECT last FROM ban_version WHERE id = $1").bind(1_i64);
    let row = query.fetch_optional(reader).await?;
    row.ok_or_else(|| Fault::corrupt("the version of bans"))?.try_get(0)
}

pub(super) async fn all(reader: &mut Lent, now: i64) -> Result<Vec<Ban>, Fault> {
    let query = statement(
        "SELECT b.id, coalesce(b.network, ''), coalesce(b.account, 0), coalesce(a.handle, ''), b.reason, \
         coalesce(m.handle, ''), b.made_at, coalesce(b.ends_at, 0), b.refused, coalesce(b.refused_at, 0) \
         FROM bans b LEFT JOIN accounts a ON a.id = b.account LEFT JOIN accounts m ON m.id = b.made_by \
         WHERE b.ends_at IS NULL OR b.ends_at > $1 ORDER BY b.id DESC",
    );
    query.bind(now).fetch_all(reader).await?.iter().map(ban).collect()
}

/// No ban ends at 0, and none has refused anything then.
fn ban(row: &Row) -> Result<Ban, Fault> {
    let (range, account): (&str, i64) = (row.try_get(1)?, row.try_get(2)?);
    let some = |number: i64| (number != 0).then_some(number);
    let target = match range {
        "" => BanTarget::Account(packed::handle(row.try_get(3)?)?),
        range => BanTarget::Addresses(range.parse().map_err(|_| Fault::corrupt("the addresses of a ban"))?),
    };
    let maker: &str = row.try_get(5)?;
    let made_by: Option<Handle> = if maker.is_empty() { None } else { Some(packed::handle(maker)?) };
    Ok(Ban {
        id: row.try_get(0)?,
        target,
        account: some(account).map(AccountId),
        reason: row.try_get::<&str>(4)?.parse().map_err(|_| Fault::corrupt("the reason of a ban"))?,
        made_by,
        made_at: row.try_get(6)?,
        ends_at: some(row.try_get(7)?),
        refused: row.try_get(8)?,
        refused_at: some(row.try_get(9)?),
    })
}

pub(super) async fn count(tx: &mut Tx<'_>, refusals: &[BanRefusals]) -> Result<(), Fault> {
    for refusals in refusals {
        // Another node may have told of a later one.
        let query = statement(
            "UPDATE bans SET refused = refused + $2, \
             refused_at = CASE WHEN coalesce(refused_at, 0) < $3 THEN $3 ELSE refused_at END WHERE id = $1",
        );
        let query = query.bind(refusals.ban).bind(refusals.count).bind(refusals.last_at);
        query.execute(tx).await?;
    }
    Ok(())
}
