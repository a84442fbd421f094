//! The roster of a sign-in, read as one row.
//!
//! The driver passes every row from one thread to another, which for a list of a hundred costs more than the query. So
//! the database joins groups and contacts into a text each: one line a row, its fields separated by blanks.

use msnp::{GroupId, GroupName};
use sqlx::Row;

use super::connections::Lent;
use super::{Fault, accounts, packed};
use crate::{Account, AccountId, Contact, Roster};

/// One statement, so that all of it is of one moment. The line feeds in the quotes are part of it; neither database
/// reads a backslash. The properties that a contact shows to accounts on its allow list are looked for only where it
/// has some: this saves a look-up for nearly every contact. The bits: FL 1, AL 2.
const READ: &str = "\
SELECT a.id, a.handle, a.name, a.credential_epoch, a.enabled, a.verified, a.created_at, a.admin, \
 a.list_version, a.prompt, a.privacy, a.properties, \
 (SELECT coalesce(string_agg(concat(g.id, ' ', g.name), '\n'), '') \
  FROM contact_groups g WHERE g.account = a.id), \
 (SELECT coalesce(string_agg(concat(c.contact, ' ', c.lists, ' ', c.group_bits, ' ', b.handle, ' ', c.name, \
   CASE WHEN b.properties <> '' AND (c.lists & 1) <> 0 THEN \
    CASE coalesce((SELECT r.lists & 2 FROM contacts r WHERE r.owner = c.contact AND r.contact = c.owner), 0) \
     WHEN 2 THEN concat(' ', b.properties) ELSE '' END \
   ELSE '' END), '\n'), '') \
  FROM contacts c JOIN accounts b ON b.id = c.contact WHERE c.owner = a.id) \
FROM accounts a WHERE a.id = $1";

pub(super) async fn read(reader: &mut Lent, id: AccountId) -> Result<Option<(Account, Roster)>, Fault> {
    let Some(row) = sqlx::query(READ).bind(id.0).fetch_optional(&mut **reader).await? else {
        return Ok(None);
    };
    let properties: &str = row.try_get(11)?;
    let roster = Roster {
        version: packed::version(row.try_get(8)?)?,
        prompt: packed::prompt(row.try_get(9)?)?,
        privacy: packed::privacy(row.try_get(10)?)?,
        properties: packed::properties(properties.split_ascii_whitespace())?,
        groups: groups(row.try_get(12)?)?,
        contacts: contacts(row.try_get(13)?)?,
    };
    Ok(Some((accounts::account(&row)?, roster)))
}

fn groups(text: &str) -> Result<Vec<(GroupId, GroupName)>, Fault> {
    let mut groups = Vec::new();
    for line in text.split_terminator('\n') {
        let mut words = line.split(' ');
        let id = packed::group_id(packed::number(&mut words)?)?;
        groups.push((id, packed::group_name(packed::word(&mut words)?)?));
    }
    // The database joins the rows in any order.
    groups.sort_unstable_by_key(|(id, _)| *id);
    if groups.first().is_none_or(|(id, _)| *id != GroupId::ZERO) {
        return Err(Fault::corrupt("an account without group 0"));
    }
    Ok(groups)
}

fn contacts(text: &str) -> Result<Vec<Contact>, Fault> {
    // Exactly enough: a roster is kept as long as its owner is signed in.
    let mut contacts = Vec::with_capacity(text.split_terminator('\n').count());
    for line in text.split_terminator('\n') {
        let mut words = line.split(' ');
        let words = &mut words;
        let account = AccountId(packed::number(words)?);
        let lists = packed::lists(packed::number(words)?)?;
        let groups = packed::groups(packed::number(words)?)?;
        let handle = packed::handle(packed::word(words)?)?;
        let name = packed::name(packed::word(words)?)?;
        let mut properties = packed::properties(words)?;
        // The text has all of the contact's properties, also those for its own client only.
        properties.retain(|(key, _)| key.is_shared());
        let properties = properties.into_boxed_slice();
        contacts.push(Contact { account, handle, name, lists, groups, properties });
    }
    contacts.sort_unstable_by_key(|contact| contact.account);
    Ok(contacts)
}
