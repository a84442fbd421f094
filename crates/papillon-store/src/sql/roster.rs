//! The roster of a sign-in.

mod in_file;
mod on_server;

use std::sync::Arc;

use msnp::{GroupId, GroupName, ListVersion};

pub(super) use self::in_file::read as read_from_file;
pub(super) use self::on_server::read as read_from_server;
use super::statement::Row;
use super::{Fault, accounts, packed};
use crate::{Account, Contact, Roster};

/// The columns of an account that both databases read: those of [`accounts::account`], four of its lists, and its
/// groups as a text, one line each. `$1` is the account.
macro_rules! select_head {
    ($more:literal) => {
        concat!(
            "SELECT a.id, a.handle, a.name, a.credential_epoch, a.enabled, a.verified, a.created_at, a.admin, \
             a.list_version, a.prompt, a.privacy, a.properties, \
             (SELECT coalesce(string_agg(concat(g.id, ' ', g.name), '\n'), '') \
              FROM contact_groups g WHERE g.account = a.id)",
            $more,
            " FROM accounts a WHERE a.id = $1"
        )
    };
}
use select_head;

/// The version of the lists in a row of [`select_head`].
fn version(row: &Row) -> Result<ListVersion, Fault> {
    packed::version(row.try_get(8)?)
}

/// The account and its lists, of a row of [`select_head`] and the contacts.
fn roster(row: &Row, contacts: Arc<Vec<Contact>>) -> Result<(Account, Roster), Fault> {
    let properties: &str = row.try_get(11)?;
    let roster = Roster {
        version: version(row)?,
        prompt: packed::prompt(row.try_get(9)?)?,
        privacy: packed::privacy(row.try_get(10)?)?,
        properties: packed::properties(properties.split_ascii_whitespace())?,
        groups: groups(row.try_get(12)?)?,
        contacts,
    };
    Ok((accounts::account(row)?, roster))
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

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split_terminator('\n')
}
