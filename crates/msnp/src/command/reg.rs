//! `REG`: a group is renamed.
//!
//! ```text
//! C: REG <trid> <group> <name> 0
//! S: REG <trid> <version> <group> <name> 0
//! ```
//! The group's number counts before its name: 30 and above ends the connection, while a long
//! name is only an error. The last parameter is always `0`; a client may leave it out.

use bytes::BytesMut;

use crate::wire::{EncodeFor, Line, Parse, Words};
use crate::{Dialect, GroupId, GroupName, Invalid, ListVersion, TransactionId};

/// Renames a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Echoed in the reply.
    pub transaction: TransactionId,
    /// The group.
    pub group: GroupId,
    /// Its new name.
    pub name: GroupName,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let group = GroupId::parse(words.required("group id")?, words.dialect())?;
        let name = GroupName::parse_chosen(words.required("group name")?)?;
        words.optional();
        Ok(Self { transaction, group, name })
    }
}

impl EncodeFor for Request {
    fn encode_for(&self, dialect: Dialect, out: &mut BytesMut) {
        Line::new(out, "REG")
            .word(self.transaction)
            .word(self.group.wire(dialect))
            .word(&self.name)
            .word(0)
            .end();
    }
}

/// A group was renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// That of the request.
    pub transaction: TransactionId,
    /// The lists' version after the change.
    pub version: ListVersion,
    /// The group.
    pub group: GroupId,
    /// Its new name.
    pub name: GroupName,
}

impl Parse for Reply {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let version = ListVersion::parse(words.required("list version")?)?;
        let group = GroupId::parse(words.required("group id")?, words.dialect())?;
        let name = GroupName::lossy(words.required("group name")?);
        words.optional();
        Ok(Self { transaction, version, group, name })
    }
}

impl EncodeFor for Reply {
    fn encode_for(&self, dialect: Dialect, out: &mut BytesMut) {
        let line = Line::new(out, "REG").word(self.transaction).word(self.version);
        line.word(self.group.wire(dialect)).word(&self.name).word(0).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{both_ways, read, refused, vectors};
    use crate::command::{NotificationEvent, NotificationRequest};

    vectors!(Request: "REG 13 4 Work 0\r\n");
    vectors!(Reply: "REG 13 41 4 Work 0\r\n");

    #[test]
    fn request_and_reply() {
        let transaction = TransactionId(13);
        let (group, name) = (GroupId::new(4).unwrap(), GroupName::parse("Work").unwrap());
        let request = Request { transaction, group, name: name.clone() };
        both_ways("REG 13 4 Work 0\r\n", NotificationRequest::Reg(request.clone()));
        assert_eq!(read("REG 13 4 Work\r\n"), Ok(NotificationRequest::Reg(request)));
        let reply = Reply { transaction, version: ListVersion(41), group, name };
        both_ways("REG 13 41 4 Work 0\r\n", NotificationEvent::Reg(reply));
    }

    #[test]
    fn the_number_counts_before_the_name() {
        let long = "g".repeat(62);
        assert_eq!(refused::<NotificationRequest>(&format!("REG 1 30 {long} 0\r\n")), Invalid::GroupIdRange);
        assert_eq!(
            refused::<NotificationRequest>(&format!("REG 1 29 {long} 0\r\n")),
            Invalid::GroupNameTooLong
        );
        assert_eq!(refused::<NotificationRequest>("REG 1 x Work 0\r\n"), Invalid::GroupId);
        assert_eq!(refused::<NotificationRequest>("REG 1 4\r\n"), Invalid::Missing("group name"));
    }
}
