//! The two people of a list change: read together, and changed together.
//!
//! Each step waits for an answer of the database once, whatever it reads or writes.

use msnp::{GroupId, Handle, List, ListVersion};

use super::contact_rows::{self, Entry};
use super::statement::{Row, statement};
use super::transaction::Tx;
use super::{Fault, lock, packed};
use crate::{AccountId, Person, Refusal};

/// The facts that a change needs. The owner and the contact can be the same account; then `own` and `theirs` are one row.
pub(super) struct Pair {
    pub(super) owner: Party,
    pub(super) contact: Party,
    /// The contact on the owner's lists.
    pub(super) own: Entry,
    /// The owner on the contact's lists.
    pub(super) theirs: Entry,
    /// Whether the owner has the group that was asked for.
    pub(super) has_group: bool,
    /// The number of contacts on the list that was asked for.
    pub(super) on_list: usize,
}

/// The facts about one of the two people of a list change.
pub(super) struct Party {
    pub(super) id: AccountId,
    pub(super) handle: Handle,
    /// The display name as it is stored, which may be one that is never shown.
    pub(super) name: String,
    pub(super) properties: String,
}

/// A row of `contacts` as it is to be.
pub(super) struct NewRow<'n> {
    pub(super) owner: AccountId,
    pub(super) contact: AccountId,
    /// None leaves the name of a row that exists.
    pub(super) name: Option<&'n str>,
    /// On no list any more, the row is deleted.
    pub(super) entry: Entry,
}

/// PostgreSQL has a function, because the locks come before the look: see the migration.
const READ_ON_SERVER: &str = "SELECT * FROM papillon_pair($1, $2, $3, $4)";
/// The look in the function.
const READ_IN_FILE: &str = "\
SELECT o.handle, o.name, o.properties, c.id, c.handle, c.name, c.properties, \
 coalesce(m.lists, 0), coalesce(m.group_bits, 0), coalesce(t.lists, 0), coalesce(t.group_bits, 0), \
 (SELECT count(*) FROM contact_groups g WHERE g.account = o.id AND g.id = $4), \
 CASE $3 WHEN 0 THEN 0 \
  ELSE (SELECT count(*) FROM contacts n WHERE n.owner = o.id AND (n.lists & $3) <> 0) END \
FROM accounts o JOIN accounts c ON c.handle = $2 \
LEFT JOIN contacts m ON m.owner = o.id AND m.contact = c.id \
LEFT JOIN contacts t ON t.owner = c.id AND t.contact = o.id \
WHERE o.id = $1";

/// Two rows and two versions. A row with -1 as its lists is none; an empty name leaves the one that is there, and no name
/// is empty.
const WRITE_ON_SERVER: &str = "\
WITH gone AS (DELETE FROM contacts \
  WHERE (owner = $1 AND contact = $2 AND $4 = 0) OR (owner = $6 AND contact = $7 AND $9 = 0)), \
 kept AS (INSERT INTO contacts AS old (owner, contact, name, lists, group_bits) \
  SELECT * FROM (VALUES ($1::BIGINT, $2::BIGINT, $3::TEXT, $4::BIGINT, $5::BIGINT), \
   ($6::BIGINT, $7::BIGINT, $8::TEXT, $9::BIGINT, $10::BIGINT)) AS new (owner, contact, name, lists, group_bits) \
  WHERE new.lists > 0 \
  ON CONFLICT (owner, contact) DO UPDATE SET lists = excluded.lists, group_bits = excluded.group_bits, \
   name = CASE excluded.name WHEN '' THEN old.name ELSE excluded.name END) \
UPDATE accounts SET list_version = list_version + 1 WHERE id = $11 OR id = $12 RETURNING id, list_version";

impl Pair {
    /// Whether both are the same account.
    pub(super) fn is_alone(&self) -> bool {
        self.owner.id == self.contact.id
    }

    /// The contact's row among the owner's, as it was read.
    pub(super) fn own_row<'n>(&self, name: Option<&'n str>) -> NewRow<'n> {
        NewRow { owner: self.owner.id, contact: self.contact.id, name, entry: self.own }
    }

    /// The owner's row among the contact's, as it was read.
    pub(super) fn their_row<'n>(&self, name: Option<&'n str>) -> NewRow<'n> {
        NewRow { owner: self.contact.id, contact: self.owner.id, name, entry: self.theirs }
    }
}

impl Party {
    /// The account as a list change names it.
    pub(super) fn person(&self) -> Person {
        Person { account: self.id, handle: self.handle.clone() }
    }
}

/// Locks and reads the owner and the contact that is added or removed, with the length of `list` and whether there is
/// a group with this number.
pub(super) async fn read(
    tx: &mut Tx<'_>,
    owner: AccountId,
    contact: &Handle,
    list: Option<List>,
    group: GroupId,
) -> Result<Pair, Fault> {
    let text = if tx.locks_rows() { READ_ON_SERVER } else { READ_IN_FILE };
    let query = statement(text)
        .bind(owner.0)
        .bind(contact.as_str())
        .bind(list.map_or(0, |list| i64::from(list.flag().bits())))
        .bind(i64::from(group.number()));
    let row = query.fetch_optional(tx).await?.ok_or(Refusal::UnknownAccount)?;
    Ok(Pair {
        owner: party(&row, owner, 0)?,
        contact: party(&row, AccountId(row.try_get(3)?), 4)?,
        own: entry(&row, 7)?,
        theirs: entry(&row, 9)?,
        has_group: row.try_get::<i64>(11)? != 0,
        on_list: usize::try_from(row.try_get::<i64>(12)?).map_err(|_| Fault::corrupt("a count"))?,
    })
}

fn party(row: &Row, id: AccountId, first: usize) -> Result<Party, Fault> {
    let handle = packed::handle(row.try_get(first)?)?;
    Ok(Party { id, handle, name: row.try_get(first + 1)?, properties: row.try_get(first + 2)? })
}

fn entry(row: &Row, first: usize) -> Result<Entry, Fault> {
    Ok(Entry { lists: packed::lists(row.try_get(first)?)?, groups: packed::groups(row.try_get(first + 1)?)? })
}

/// Writes one row or two, and raises the version of the owner and, with `both`, of the contact. Returns the two versions;
/// they are one where the contact's is not raised, or it is the same account.
pub(super) async fn write(
    tx: &mut Tx<'_>,
    pair: &Pair,
    own: NewRow<'_>,
    theirs: Option<NewRow<'_>>,
    both: bool,
) -> Result<(ListVersion, ListVersion), Fault> {
    let (owner, contact) = (pair.owner.id, if both { pair.contact.id } else { pair.owner.id });
    if tx.locks_rows() {
        return write_at_once(tx, own, theirs, (owner, contact)).await;
    }
    for row in std::iter::once(own).chain(theirs) {
        match row.name {
            Some(name) => contact_rows::put(tx, row.owner, row.contact, name, row.entry).await?,
            None => contact_rows::update(tx, row.owner, row.contact, row.entry).await?,
        }
    }
    let version = lock::raise(tx, owner).await?;
    let contact_version = if contact == owner { version } else { lock::raise(tx, contact).await? };
    Ok((version, contact_version))
}

async fn write_at_once(
    tx: &mut Tx<'_>,
    own: NewRow<'_>,
    theirs: Option<NewRow<'_>>,
    (owner, contact): (AccountId, AccountId),
) -> Result<(ListVersion, ListVersion), Fault> {
    let mut query = statement(WRITE_ON_SERVER);
    for row in [Some(own), theirs] {
        let (ids, name, bits) = row.map_or(((0, 0), "", (-1, 0)), |row| {
            let bits = (i64::from(row.entry.lists.bits()), i64::from(row.entry.groups.bits()));
            ((row.owner.0, row.contact.0), row.name.unwrap_or_default(), bits)
        });
        query = query.bind(ids.0).bind(ids.1).bind(name).bind(bits.0).bind(bits.1);
    }
    let rows = query.bind(owner.0).bind(contact.0).fetch_all(tx).await?;
    let mut versions = (None, None);
    for row in &rows {
        let (account, version) = (AccountId(row.try_get(0)?), packed::version(row.try_get(1)?)?);
        tx.raises(account, version)?;
        if account == owner {
            versions.0 = Some(version);
        }
        if account == contact {
            versions.1 = Some(version);
        }
    }
    versions.0.zip(versions.1).ok_or_else(|| Refusal::UnknownAccount.into())
}
