//! `ADD`: an account is put on a list.
//!
//! ```text
//! C: ADD <trid> FL <handle> <name> [<group>]
//! C: ADD <trid> AL|BL <handle> <name>
//! S: ADD <trid> <list> <version> <handle> <name> [<group>]
//! ```
//! With transaction id 0 the reply comes unasked, mostly because another account put the reader on
//! its forward list (`RL`). A request for `RL` can be read and is for the server to punish.
//!
//! The order in which a request's faults count is part of the protocol: a name that is too long
//! ends the connection whatever else is wrong, then comes a malformed handle (201), then an
//! account that does not exist (205), and only then a bad group (224).

use bytes::BytesMut;

use crate::wire::{EncodeFor, Line, Parse, Words};
use crate::{
    Dialect, FriendlyName, GroupArgument, GroupId, Handle, Invalid, List, ListVersion, TransactionId,
};

/// Puts an account on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Echoed in the reply.
    pub transaction: TransactionId,
    /// The list.
    pub list: List,
    /// The account.
    pub handle: Handle,
    /// The name to keep for the account.
    pub name: FriendlyName,
    /// The group, on the forward list only. One that could not be read stays here as its fault,
    /// because the account is looked up first; such a request cannot be written again.
    pub group: GroupArgument,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let list = List::parse(words.required("list")?)?;
        // Both words are taken before either is judged: the length of the name counts first.
        let handle = words.required("handle")?;
        let name = words.required("friendly name")?;
        if name.len() > FriendlyName::MAX_LEN {
            return Err(Invalid::FriendlyNameTooLong);
        }
        let handle = Handle::parse(handle)?;
        let name = FriendlyName::parse_chosen(name)?;
        let group = GroupArgument::parse(list, words);
        Ok(Self { transaction, list, handle, name, group })
    }
}

impl EncodeFor for Request {
    fn encode_for(&self, dialect: Dialect, out: &mut BytesMut) {
        Line::new(out, "ADD")
            .word(self.transaction)
            .word(self.list)
            .word(&self.handle)
            .word(&self.name)
            .maybe(self.group.named().map(|group| group.wire(dialect)))
            .end();
    }
}

/// An account was put on a list.
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
    /// The account's name.
    pub name: FriendlyName,
    /// The group, if the request had one.
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
            name: FriendlyName::lossy(words.required("friendly name")?),
            group: words.optional().map(|word| GroupId::parse(word, words.dialect())).transpose()?,
        })
    }
}

impl EncodeFor for Reply {
    fn encode_for(&self, dialect: Dialect, out: &mut BytesMut) {
        Line::new(out, "ADD")
            .word(self.transaction)
            .word(self.list)
            .word(self.version)
            .word(&self.handle)
            .word(&self.name)
            .maybe(self.group.map(|group| group.wire(dialect)))
            .end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{alice, bob, both_ways, name, read, refused, vectors};
    use crate::command::{NotificationEvent, NotificationRequest};

    vectors!(Request: "ADD 9 AL bob@example.com Bob\r\n", "ADD 9 FL bob@example.com Bob 0\r\n");
    vectors!(Reply: "ADD 9 FL 31 bob@example.com Bob 3\r\n", "ADD 0 RL 5 alice@example.com Alice\r\n");

    #[test]
    fn requests() {
        let transaction = TransactionId(9);
        let name = FriendlyName::from(&bob());
        let allow = Request {
            transaction,
            list: List::Allow,
            handle: bob(),
            name: name.clone(),
            group: GroupArgument::Absent,
        };
        both_ways("ADD 9 AL bob@example.com bob@example.com\r\n", NotificationRequest::Add(allow.clone()));
        let forward = Request { list: List::Forward, group: GroupArgument::Named(GroupId::ZERO), ..allow };
        both_ways(
            "ADD 9 FL bob@example.com bob@example.com 0\r\n",
            NotificationRequest::Add(forward.clone()),
        );
        let anywhere = Request { group: GroupArgument::Absent, ..forward };
        both_ways("ADD 9 FL bob@example.com bob@example.com\r\n", NotificationRequest::Add(anywhere));
    }

    #[test]
    fn a_bad_group_is_left_for_the_server_to_judge() {
        for (word, reason) in [("30", Invalid::GroupIdRange), ("x", Invalid::GroupId)] {
            match read(&format!("ADD 9 FL bob@example.com Bob {word}\r\n")) {
                Ok(NotificationRequest::Add(request)) => {
                    assert_eq!(request.group, GroupArgument::Unreadable(reason))
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn faults_count_in_their_order() {
        let too_long = format!("ADD 9 FL a@b {} x\r\n", "n".repeat(388));
        for (line, reason) in [
            (too_long.as_str(), Invalid::FriendlyNameTooLong),
            ("ADD 9 FL a@b Bob x\r\n", Invalid::Handle),
            ("ADD 9 XL bob@example.com Bob\r\n", Invalid::List),
            ("ADD 9 fl bob@example.com Bob\r\n", Invalid::List),
            ("ADD 9 FL bob@example.com\r\n", Invalid::Missing("friendly name")),
            ("ADD 9 FL bob@example.com %FF\r\n", Invalid::FriendlyName),
            ("ADD 9 AL bob@example.com Bob 0\r\n", Invalid::TooMany),
            ("ADD 9 FL bob@example.com Bob 0 0\r\n", Invalid::TooMany),
        ] {
            assert_eq!(refused::<NotificationRequest>(line), reason, "{line:?}");
        }
    }

    #[test]
    fn replies_and_news_of_oneself() {
        let reply = Reply {
            transaction: TransactionId(9),
            list: List::Forward,
            version: ListVersion(31),
            handle: bob(),
            name: FriendlyName::from(&bob()),
            group: GroupId::new(3),
        };
        both_ways("ADD 9 FL 31 bob@example.com bob@example.com 3\r\n", NotificationEvent::Add(reply));
        let news = Reply {
            transaction: TransactionId::SERVER,
            list: List::Reverse,
            version: ListVersion(5),
            handle: alice(),
            name: name(),
            group: None,
        };
        both_ways("ADD 0 RL 5 alice@example.com Alice\r\n", NotificationEvent::Add(news));
    }

    #[test]
    fn the_longest_name_is_taken() {
        let line = |length: usize| format!("ADD 7 FL bob@example.com {} 0\r\n", "x".repeat(length));
        assert!(read::<NotificationRequest>(&line(387)).is_ok());
        assert_eq!(refused::<NotificationRequest>(&line(388)), Invalid::FriendlyNameTooLong);
    }
}
