//! The roster as SQLite is asked for it: row by row, on a thread that calls it.

use std::sync::Arc;

use super::{roster, select_head, version};
use crate::sql::cards::Cards;
use crate::sql::kept_lists::{Kept, KeptLists};
use crate::sql::statement::Row;
use crate::sql::{Fault, Value, packed};
use crate::sqlite::{File, Record};
use crate::{Account, AccountId, Contact, Roster};

const HEAD: &str = select_head!("");

/// The contacts in the order of their numbers: the order in which they are kept. The properties that a contact shows to
/// accounts on its allow list are looked for only where it has some. The bits: FL 1, AL 2.
const CONTACTS: &str = "\
SELECT c.contact, c.lists, c.group_bits, c.name, b.handle, \
 CASE WHEN b.properties <> '' AND (c.lists & 1) <> 0 THEN \
  CASE (SELECT r.lists & 2 FROM contacts r WHERE r.owner = c.contact AND r.contact = c.owner) \
   WHEN 2 THEN b.properties END END \
FROM contacts c CROSS JOIN accounts b ON b.id = c.contact WHERE c.owner = $1 ORDER BY c.contact";

/// Reads an account and its lists. The contacts are those of `kept` if the lists still have the version with which they
/// were read.
pub(in crate::sql) fn read(
    file: &File,
    cards: &Cards,
    kept: &KeptLists,
    id: AccountId,
) -> Result<Option<(Account, Roster)>, Fault> {
    let known = kept.get(id);
    let mut found = None;
    file.each(HEAD, &[Value::Integer(id.0)], |record| {
        let row = Row::of_file(record)?;
        let version = version(&row)?;
        let contacts = match &known {
            Some(known) if known.version == version => Arc::clone(&known.contacts),
            // Within the statement, so that all is of one moment.
            _ => {
                let contacts = Arc::new(contacts(file, cards, id)?);
                // An empty one is read as fast.
                if !contacts.is_empty() {
                    kept.put(id, Kept { version, contacts: Arc::clone(&contacts) });
                }
                contacts
            }
        };
        found = Some(roster(&row, contacts)?);
        Ok(())
    })?;
    Ok(found)
}

fn contacts(file: &File, cards: &Cards, id: AccountId) -> Result<Vec<Contact>, Fault> {
    let mut contacts = Vec::new();
    file.each(CONTACTS, &[Value::Integer(id.0)], |row| {
        contacts.push(contact(row, cards)?);
        Ok(())
    })?;
    // Exactly enough: a roster is kept as long as its owner is signed in.
    contacts.shrink_to_fit();
    Ok(contacts)
}

fn contact(row: &Record<'_>, cards: &Cards) -> Result<Contact, Fault> {
    let lists = packed::lists(row.number(1)?)?;
    let groups = packed::groups(row.number(2)?)?;
    let (handle, name, properties) = (row.text(4)?, row.text(3)?, row.text(5)?);
    // Locked for each contact: not while the disk is waited for.
    let card = cards.lock().card(AccountId(row.number(0)?), handle, name, properties)?;
    Ok(Contact { card, lists, groups })
}
