//! `RMG`: a group is removed.
//!
//! ```text
//! C: RMG <trid> <group>
//! S: RMG <trid> <version> <group>
//! ```
//! Group 0 can be named, and is for the server to refuse (230).

use bytes::BytesMut;

use crate::wire::{EncodeFor, Line, Parse, Words};
use crate::{Dialect, GroupId, Invalid, ListVersion, TransactionId};

/// Removes a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Echoed in the reply.
    pub transaction: TransactionId,
    /// The group.
    pub group: GroupId,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        Ok(Self { transaction, group: GroupId::parse(words.required("group id")?, words.dialect())? })
    }
}

impl EncodeFor for Request {
    fn encode_for(&self, dialect: Dialect, out: &mut BytesMut) {
        Line::new(out, "RMG").word(self.transaction).word(self.group.wire(dialect)).end();
    }
}

/// A group was removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// That of the request.
    pub transaction: TransactionId,
    /// The lists' version after the change.
    pub version: ListVersion,
    /// The group.
    pub group: GroupId,
}

impl Parse for Reply {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let version = ListVersion::parse(words.required("list version")?)?;
        Ok(Self {
            transaction,
            version,
            group: GroupId::parse(words.required("group id")?, words.dialect())?,
        })
    }
}

impl EncodeFor for Reply {
    fn encode_for(&self, dialect: Dialect, out: &mut BytesMut) {
        Line::new(out, "RMG").word(self.transaction).word(self.version).word(self.group.wire(dialect)).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{both_ways, refused, vectors};
    use crate::command::{NotificationEvent, NotificationRequest};

    vectors!(Request: "RMG 14 4\r\n");
    vectors!(Reply: "RMG 14 42 4\r\n");

    #[test]
    fn request_and_reply() {
        let (transaction, group) = (TransactionId(14), GroupId::new(4).unwrap());
        both_ways("RMG 14 4\r\n", NotificationRequest::Rmg(Request { transaction, group }));
        let reply = Reply { transaction, version: ListVersion(42), group };
        both_ways("RMG 14 42 4\r\n", NotificationEvent::Rmg(reply));
        both_ways("RMG 14 0\r\n", NotificationRequest::Rmg(Request { transaction, group: GroupId::ZERO }));
    }

    #[test]
    fn names_and_large_numbers_are_refused() {
        assert_eq!(refused::<NotificationRequest>("RMG 14 New%20Group\r\n"), Invalid::GroupId);
        assert_eq!(refused::<NotificationRequest>("RMG 14 30\r\n"), Invalid::GroupIdRange);
        assert_eq!(refused::<NotificationRequest>("RMG 14\r\n"), Invalid::Missing("group id"));
    }
}
