//! `ADG`: a group is made.
//!
//! ```text
//! C: ADG <trid> <name> 0
//! S: ADG <trid> <version> <name> <group> 0
//! ```
//! The service chooses the group's number. The last parameter is always `0`; a client may leave
//! it out.

use bytes::BytesMut;

use crate::wire::{Encode, EncodeFor, Line, Parse, Words};
use crate::{Dialect, GroupId, GroupName, Invalid, ListVersion, TransactionId};

/// Make a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Echoed in the reply.
    pub transaction: TransactionId,
    /// Its name.
    pub name: GroupName,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let name = GroupName::parse_chosen(words.required("group name")?)?;
        words.optional();
        Ok(Self { transaction, name })
    }
}

impl Encode for Request {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "ADG").word(self.transaction).word(&self.name).word(0).end();
    }
}

/// A group was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// That of the request.
    pub transaction: TransactionId,
    /// The lists' version after the change.
    pub version: ListVersion,
    /// The group's name.
    pub name: GroupName,
    /// The group's number.
    pub group: GroupId,
}

impl Parse for Reply {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let version = ListVersion::parse(words.required("list version")?)?;
        let name = GroupName::lossy(words.required("group name")?);
        let group = GroupId::parse(words.required("group id")?, words.dialect())?;
        words.optional();
        Ok(Self { transaction, version, name, group })
    }
}

impl EncodeFor for Reply {
    fn encode_for(&self, dialect: Dialect, out: &mut BytesMut) {
        let line = Line::new(out, "ADG").word(self.transaction).word(self.version);
        line.word(&self.name).word(self.group.wire(dialect)).word(0).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{both_ways, read, refused, vectors};
    use crate::command::{NotificationEvent, NotificationRequest};

    vectors!(Request: "ADG 12 New%20Group 0\r\n");
    vectors!(Reply: "ADG 12 40 New%20Group 4 0\r\n");

    #[test]
    fn the_last_zero_is_optional() {
        let transaction = TransactionId(12);
        let name = GroupName::parse("New%20Group").unwrap();
        let request = Request { transaction, name: name.clone() };
        both_ways("ADG 12 New%20Group 0\r\n", NotificationRequest::Adg(request.clone()));
        assert_eq!(read("ADG 12 New%20Group\r\n"), Ok(NotificationRequest::Adg(request)));
        let reply = Reply { transaction, version: ListVersion(40), name, group: GroupId::new(4).unwrap() };
        both_ways("ADG 12 40 New%20Group 4 0\r\n", NotificationEvent::Adg(reply));
    }

    #[test]
    fn long_names_and_extremely_long_names_are_told_apart() {
        let name = |length: usize| format!("ADG 12 {} 0\r\n", "g".repeat(length));
        assert!(read::<NotificationRequest>(&name(61)).is_ok());
        assert_eq!(refused::<NotificationRequest>(&name(62)), Invalid::GroupNameTooLong);
        assert_eq!(refused::<NotificationRequest>(&name(388)), Invalid::Parameter("group name"));
        assert_eq!(refused::<NotificationRequest>("ADG 12\r\n"), Invalid::Missing("group name"));
        assert_eq!(refused::<NotificationRequest>("ADG 12 g 0 0\r\n"), Invalid::TooMany);
    }
}
