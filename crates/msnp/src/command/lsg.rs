//! `LSG`: a group of the forward list, as part of what follows `SYN`.
//!
//! ```text
//! S: LSG <group> <name> 0
//! ```
//! Group 0 is always there. The purpose of the last parameter is not known; it is always `0`.

use bytes::BytesMut;

use crate::wire::{EncodeFor, Line as Writer, Parse, Words};
use crate::{Dialect, GroupId, GroupName, Invalid};

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number.
    pub group: GroupId,
    /// Its name.
    pub name: GroupName,
}

impl Parse for Line {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let group = GroupId::parse(words.required("group id")?, words.dialect())?;
        let name = GroupName::lossy(words.required("group name")?);
        words.optional();
        Ok(Self { group, name })
    }
}

impl EncodeFor for Line {
    fn encode_for(&self, dialect: Dialect, out: &mut BytesMut) {
        Writer::new(out, "LSG").word(self.group.wire(dialect)).word(&self.name).word(0).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::NotificationEvent;
    use crate::command::vectors::{both_ways, refused, vectors};

    vectors!(Line: "LSG 3 Work 0\r\n");

    #[test]
    fn a_group_has_a_number_and_a_name() {
        for (text, number, name) in [
            ("LSG 0 Other%20Contacts 0\r\n", 0, "Other%20Contacts"),
            ("LSG 3 Work 0\r\n", 3, "Work"),
            ("LSG 0 ~ 0\r\n", 0, "~"),
        ] {
            let group = GroupId::new(number).unwrap();
            let name = GroupName::parse(name).unwrap();
            both_ways(text, NotificationEvent::Lsg(Line { group, name }));
        }
        assert_eq!(refused::<NotificationEvent>("LSG 30 Work 0\r\n"), Invalid::GroupIdRange);
        assert_eq!(refused::<NotificationEvent>("LSG 1\r\n"), Invalid::Missing("group name"));
        assert_eq!(refused::<NotificationEvent>("LSG 1 a 0 0\r\n"), Invalid::TooMany);
    }
}
