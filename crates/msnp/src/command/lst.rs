//! `LST`: an account on the reader's lists, as part of the answer to `SYN`.
//!
//! ```text
//! S: LST <handle> <name> <lists> [<group>[,<group>]…]
//! ```
//! One line an account, whatever the number of lists it is on: `<lists>` is the sum of their
//! bits. The groups stand only where the forward list is among them, and are `0` for a contact
//! in no group. The name is the one that the owner of the list keeps for the account.

use bytes::BytesMut;

use crate::numbers::{MAX_DIGITS, digits_of};
use crate::wire::{EncodeFor, Parse, Words};
use crate::{Dialect, FriendlyName, GroupId, Handle, Invalid, List, ListFlags};

/// An account on the reader's lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The account.
    pub handle: Handle,
    /// The name that is kept for it.
    pub name: FriendlyName,
    /// The lists it is on.
    pub lists: ListFlags,
    /// The groups it is in; on the forward list only.
    pub groups: Vec<GroupId>,
}

impl Parse for Line {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let handle = Handle::parse(words.required("handle")?)?;
        let name = FriendlyName::lossy(words.required("friendly name")?);
        let lists = u8::try_from(words.number("lists")?).ok().and_then(ListFlags::from_bits);
        let lists = lists.ok_or(Invalid::Parameter("lists"))?;
        let mut groups = Vec::new();
        // Elsewhere a word here is one too many, and `Words::end` refuses it.
        if lists.contains(List::Forward)
            && let Some(word) = words.optional()
        {
            let dialect = words.dialect();
            groups = word.split(',').map(|word| GroupId::parse(word, dialect)).collect::<Result<_, _>>()?;
        }
        Ok(Self { handle, name, lists, groups })
    }
}

impl EncodeFor for Line {
    fn encode_for(&self, dialect: Dialect, out: &mut BytesMut) {
        write(dialect, out, &self.handle, &self.name, self.lists, self.groups.iter().copied());
    }
}

/// The length of most lines beside the handle and the name: `LST`, the lists, one group, blanks and CR LF.
pub const USUAL_REST: usize = "LST   11 0\r\n".len();

/// Writes the line from parts that are kept elsewhere, as a long list of contacts is.
pub fn write(
    dialect: Dialect,
    out: &mut BytesMut,
    handle: &Handle,
    name: &FriendlyName,
    lists: ListFlags,
    groups: impl Iterator<Item = GroupId>,
) {
    // Piece by piece: of all lines that a sign-in needs, most are these, and a formatter costs more than the rest.
    for piece in ["LST ", handle.as_str(), " ", name.as_wire(), " "] {
        out.extend_from_slice(piece.as_bytes());
    }
    out.extend_from_slice(digits_of(lists.bits().into(), &mut [0; MAX_DIGITS]));
    if lists.contains(List::Forward) {
        let mut separator = b" ";
        for group in groups {
            out.extend_from_slice(separator);
            group.encode_for(dialect, out);
            separator = b",";
        }
        // Still the first separator: no group was written.
        if separator == b" " {
            out.extend_from_slice(separator);
            GroupId::ZERO.encode_for(dialect, out);
        }
    }
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::NotificationEvent;
    use crate::command::vectors::{both_ways, read, refused, vectors};

    vectors!(Line: "LST bob@example.com Bob 11 0,3\r\n", "LST bob@example.com Bob 8\r\n");

    fn line(local: &str, bits: u8, groups: &[u8]) -> Line {
        Line {
            handle: Handle::parse(&format!("{local}@example.com")).unwrap(),
            name: FriendlyName::parse(local).unwrap(),
            lists: ListFlags::from_bits(bits).unwrap(),
            groups: groups.iter().filter_map(|number| GroupId::new(*number)).collect(),
        }
    }

    #[test]
    fn groups_stand_with_the_forward_list_only() {
        for (text, line) in [
            ("LST bob@example.com bob 11 0,3\r\n", line("bob", 11, &[0, 3])),
            ("LST carol@example.com carol 10\r\n", line("carol", 10, &[])),
            ("LST dave@example.com dave 4\r\n", line("dave", 4, &[])),
            ("LST erin@example.com erin 8\r\n", line("erin", 8, &[])),
            ("LST frank@example.com frank 3 29\r\n", line("frank", 3, &[29])),
        ] {
            both_ways(text, NotificationEvent::Lst(line));
        }
        assert_eq!(line("bob", 1, &[]).to_bytes_for(Dialect::NEWEST), "LST bob@example.com bob 1 0\r\n");
        assert_eq!(line("bob", 2, &[4]).to_bytes_for(Dialect::NEWEST), "LST bob@example.com bob 2\r\n");
        let ungrouped = read("LST bob@example.com bob 1\r\n");
        assert_eq!(ungrouped, Ok(NotificationEvent::Lst(line("bob", 1, &[]))));
    }

    #[test]
    fn bad_lists_and_groups_are_refused() {
        for (text, reason) in [
            ("LST bob@example.com bob\r\n", Invalid::Missing("lists")),
            ("LST bob@example.com bob 16\r\n", Invalid::Parameter("lists")),
            ("LST bob@example.com bob 257\r\n", Invalid::Parameter("lists")),
            ("LST bob@example.com bob FL\r\n", Invalid::Parameter("lists")),
            ("LST bob@example.com bob 1 0,,3\r\n", Invalid::GroupId),
            ("LST bob@example.com bob 1 30\r\n", Invalid::GroupIdRange),
            ("LST bob@example.com bob 2 0\r\n", Invalid::TooMany),
            ("LST bob bob 2\r\n", Invalid::Handle),
        ] {
            assert_eq!(refused::<NotificationEvent>(text), reason, "{text:?}");
        }
    }
}
