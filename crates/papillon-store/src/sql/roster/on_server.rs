//! The roster as PostgreSQL is asked for it: as one row.
//!
//! Each row costs more than its part of the query on its way through the driver. So the database joins the contacts into
//! a text: one line a contact, its fields separated by blanks.

use std::sync::Arc;

use super::{lines, roster, select_head, version};
use crate::sql::cards::{Cards, Known};
use crate::sql::connections::Lent;
use crate::sql::kept_lists::{Kept, KeptLists};
use crate::sql::statement::statement;
use crate::sql::{Fault, packed};
use crate::{Account, AccountId, Contact, Roster};

/// The version of no lists.
const NO_VERSION: i64 = -1;

/// One statement, so that all of it is of one moment. The properties that a contact shows to accounts on its allow list
/// are looked for only where it has some: this saves a look-up for nearly every contact. The bits: FL 1, AL 2. Contacts
/// that are known in the present version are not read at all.
const READ: &str = select_head!(
    ", CASE WHEN a.list_version = $2 THEN NULL ELSE \
     (SELECT coalesce(string_agg(concat_ws(' ', c.contact, c.lists, c.group_bits, b.handle, c.name, \
       CASE WHEN b.properties <> '' AND (c.lists & 1) <> 0 THEN \
        CASE (SELECT r.lists & 2 FROM contacts r WHERE r.owner = c.contact AND r.contact = c.owner) \
         WHEN 2 THEN b.properties END END), '\n'), '') \
      FROM contacts c JOIN accounts b ON b.id = c.contact WHERE c.owner = a.id) END"
);

/// Reads an account and its lists. The contacts are those of `kept` if the lists still have the version with which they
/// were read.
pub(in crate::sql) async fn read(
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
    let contacts = match (row.try_get::<Option<&str>>(13)?, known) {
        (Some(text), _) => {
            let contacts = Arc::new(contacts(text, &mut cards.lock())?);
            // An empty one is read as fast.
            if !contacts.is_empty() {
                kept.put(id, Kept { version: version(&row)?, contacts: Arc::clone(&contacts) });
            }
            contacts
        }
        (None, Some(known)) => known.contacts,
        (None, None) => return Err(Fault::corrupt("no contacts, although none are known")),
    };
    Ok(Some(roster(&row, contacts)?))
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
