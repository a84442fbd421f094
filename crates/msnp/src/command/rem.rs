//! `REM`: an account is taken off a list, or out of a group.
//!
//! ```text
//! C: REM <trid> FL <handle> [<group>]
//! C: REM <trid> AL|BL <handle>
//! S: REM <trid> <list> <version> <handle> [<group>]
//! ```
//! With a group the contact leaves that group, and with its last group the forward list. Without a group the
//! contact leaves the whole forward list. With transaction id 0 the reply comes unasked. A request for `RL` can be
//! read and is for the server to punish.

use bytes::BytesMut;

use crate::wire::{EncodeFor, Line, Parse, Words};
use crate::{Dialect, GroupArgument, GroupId, Handle, Invalid, List, ListVersion, TransactionId};

/// Takes an account off a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Echoed in the reply.
    pub transaction: TransactionId,
    /// The list.
    pub list: List,
    /// The account.
    pub handle: Handle,
    /// The group to leave, on the forward list only. One that could not be read stays here as its
    /// fault, as in [`add::Request`](super::add::Request).
    pub group: GroupArgument,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let list = List::parse(words.required("list")?)?;
        let handle = Handle::parse(words.required("handle")?)?;
        Ok(Self { transaction, list, handle, group: GroupArgument::parse(list, words) })
    }
}

impl EncodeFor for Request {
    fn encode_for(&self, dialect: Dialect, out: &mut BytesMut) {
        let line = Line::new(out, "REM").word(self.transaction).word(self.list).word(&self.handle);
        line.maybe(self.group.named().map(|group| group.wire(dialect))).end();
    }
}

/// An account was taken off a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// That of the request, or [`TransactionId::SERVER`].
    pub transaction: TransactionId,
    /// The list.
    pub list: List,
    /// The version of the reader's lists after the change.
    pub version: ListVersion,
    /// The account.
    pub handle: Handle,
    /// The group, if the request named one.
    pub group: Option<GroupId>,
}

impl Parse for Reply {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        Ok(Self {
            transaction,
            list: List::parse(words.required("list")?)?,
            version: ListVersion::parse(words.required("list version")?)?,
            handle: Handle::parse(words.required("handle")?)?,
            group: words.optional().map(|word| GroupId::parse(word, words.dialect())).transpose()?,
        })
    }
}

impl EncodeFor for Reply {
    fn encode_for(&self, dialect: Dialect, out: &mut BytesMut) {
        let line = Line::new(out, "REM").word(self.transaction).word(self.list).word(self.version);
        line.word(&self.handle).maybe(self.group.map(|group| group.wire(dialect))).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{alice, bob, both_ways, read, refused, vectors};
    use crate::command::{NotificationEvent, NotificationRequest};

    vectors!(Request: "REM 9 BL bob@example.com\r\n", "REM 9 FL bob@example.com 0\r\n");
    vectors!(Reply: "REM 9 FL 32 bob@example.com 3\r\n", "REM 0 RL 6 alice@example.com\r\n");

    #[test]
    fn requests() {
        let transaction = TransactionId(9);
        let block = Request { transaction, list: List::Block, handle: bob(), group: GroupArgument::Absent };
        both_ways("REM 9 BL bob@example.com\r\n", NotificationRequest::Rem(block.clone()));
        let forward = Request { list: List::Forward, ..block };
        both_ways("REM 9 FL bob@example.com\r\n", NotificationRequest::Rem(forward.clone()));
        let group = Request { group: GroupArgument::Named(GroupId::ZERO), ..forward.clone() };
        both_ways("REM 9 FL bob@example.com 0\r\n", NotificationRequest::Rem(group));
        let bad = Request { group: GroupArgument::Unreadable(Invalid::GroupIdRange), ..forward };
        assert_eq!(read("REM 9 FL bob@example.com 99\r\n"), Ok(NotificationRequest::Rem(bad)));
    }

    #[test]
    fn replies_and_news_of_oneself() {
        let reply = Reply {
            transaction: TransactionId(9),
            list: List::Forward,
            version: ListVersion(32),
            handle: bob(),
            group: GroupId::new(3),
        };
        both_ways("REM 9 FL 32 bob@example.com 3\r\n", NotificationEvent::Rem(reply));
        let news = Reply {
            transaction: TransactionId::SERVER,
            list: List::Reverse,
            version: ListVersion(6),
            handle: alice(),
            group: None,
        };
        both_ways("REM 0 RL 6 alice@example.com\r\n", NotificationEvent::Rem(news));
    }

    #[test]
    fn bad_requests_are_refused() {
        for (line, reason) in [
            ("REM 9 FL bob\r\n", Invalid::Handle),
            ("REM 9 PL bob@example.com\r\n", Invalid::List),
            ("REM 9 AL bob@example.com 0\r\n", Invalid::TooMany),
            ("REM 9 AL\r\n", Invalid::Missing("handle")),
        ] {
            assert_eq!(refused::<NotificationRequest>(line), reason, "{line:?}");
        }
    }
}
