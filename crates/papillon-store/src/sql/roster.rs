//! The roster of a sign-in, read as one row.
//!
//! The driver passes every row from one thread to another, which for a list of a hundred costs more than the query. So
//! the database joins groups and contacts into a text each: one line a row, its fields separated by blanks.

use std::sync::Arc;

use msnp::{GroupId, GroupName};

use super::cards::{Cards, Known};
use super::connections::Lent;
use super::kept_lists::{Kept, KeptLists};
use super::statement::statement;
use super::{Fault, accounts, packed};
use crate::{Account, AccountId, Contact, Roster};

/// The version of no lists.
const NO_VERSION: i64 = -1;

/// One statement, so that all of it is of one moment. The line feeds in the quotes are part of it; neither database
/// reads a backslash. The properties that a contact shows to accounts on its allow list are looked for only where it
/// has some: this saves a look-up for nearly every contact. The bits: FL 1, AL 2. Contacts that are known
/// in the present version are not read at all.
const READ: &str = "\
SELECT a.id, a.handle, a.name, a.credential_epoch, a.enabled, a.verified, a.created_at, a.admin, \
 a.list_version, a.prompt, a.privacy, a.properties, \
 (SELECT coalesce(string_agg(concat(g.id, ' ', g.name), '\n'), '') \
  FROM contact_groups g WHERE g.account = a.id), \
 CASE WHEN a.list_version = $2 THEN NULL ELSE \
 (SELECT coalesce(string_agg(concat_ws(' ', c.contact, c.lists, c.group_bits, b.handle, c.name, \
   CASE WHEN b.properties <> '' AND (c.lists & 1) <> 0 THEN \
    CASE (SELECT r.lists & 2 FROM contacts r WHERE r.owner = c.contact AND r.contact = c.owner) \
     WHEN 2 THEN b.properties END END), '\n'), '') \
  FROM contacts c JOIN accounts b ON b.id = c.contact WHERE c.owner = a.id) END \
FROM accounts a WHERE a.id = $1";

/// Reads an account and its lists. The contacts are those of `kept` if the lists still have the version with which they
/// were read.
pub(super) async fn read(
    reader: &mut Lent,
    cards: &Cards,
    kept: &KeptLists,
    id: AccountId,
) -> Result<Option<(Account, Roster)>, Fault> {
    let known = kept.get(id);
    let known_version = known.as_ref().map_or(NO_VERSION, |known| i64::from(known.version.0));
    let query = statement(READ).bind(id.0).bind(known_version);
    let Some(row) = query.fetch_optional(reader).await? else {
        return Ok(None);
    };
    let version = packed::version(row.try_get(8)?)?;
    let contacts = match (row.try_get::<Option<&str>>(13)?, known) {
        (Some(text), _) => {
            let contacts = Arc::new(contacts(text, &mut cards.lock())?);
            // An empty one is read as fast.
            if !contacts.is_empty() {
                kept.put(id, Kept { version, contacts: Arc::clone(&contacts) });
            }
            contacts
        }
        (None, Some(known)) => known.contacts,
        (None, None) => return Err(Fault::corrupt("no contacts, although none are known")),
    };
    let properties: &str = row.try_get(11)?;
    let roster = Roster {
        version,
        prompt: packed::prompt(row.try_get(9)?)?,
        privacy: packed::privacy(row.try_get(10)?)?,
        properties: packed::properties(properties.split_ascii_whitespace())?,
        groups: groups(row.try_get(12)?)?,
        contacts,
    };
    Ok(Some((accounts::account(&row)?, roster)))
}

fn groups(text: &str) -> Result<Vec<(GroupId, GroupName)>, Fault> {
    let mut groups = Vec::with_capacity(lines(text).count());
    for mut line in lines(text) {
        let id = packed::group_id(packed::number(packed::word(&mut line)?)?)?;
        groups.push((id, packed::group_name(packed::word(&mut line)?)?));
    }
    // The database joins the rows in any order.
    groups.sort_unstable_by_key(|(id, _)| *id);
    if groups.first().is_none_or(|(id, _)| *id != GroupId::ZERO) {
        return Err(Fault::corrupt("an account without group 0"));
    }
    Ok(groups)
}

fn contacts(text: &str, cards: &mut Known) -> Result<Vec<Contact>, Fault> {
    // Exactly enough: a roster is kept as long as its owner is signed in.
    let mut contacts = Vec::with_capacity(lines(text).count());
    for mut line in lines(text) {
        let account = AccountId(packed::number(packed::word(&mut line)?)?);
        let lists = packed::lists(packed::number(packed::word(&mut line)?)?)?;
        let groups = packed::groups(packed::number(packed::word(&mut line)?)?)?;
        let (handle, name) = (packed::word(&mut line)?, packed::word(&mut line)?);
        // The rest has all of the contact's properties, also those for its own client only.
        contacts.push(Contact { card: cards.card(account, handle, name, line)?, lists, groups });
    }
    contacts.sort_unstable_by_key(|contact| contact.account);
    Ok(contacts)
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split_terminator('\n')
}
