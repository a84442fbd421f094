//! `SYN`: the client fetches its lists and settings.
//!
//! ```text
//! C: SYN <trid> <version>
//! S: SYN <trid> <version>
//! S: SYN <trid> <version> <contacts> <groups>
//! ```
//! A client whose version is the current one reads the short reply and nothing else. Otherwise
//! the long one is followed by `GTC`, `BLP`, the `PRP`s, as many `LSG` and then as many `LST`
//! lines as it says, each `LST` with its `BPR`s. None of those lines has a transaction id.
//! Clients of a later dialect send a second version, which is dropped.

use bytes::BytesMut;

use crate::wire::{Encode, Line, Parse, Words};
use crate::{Invalid, ListVersion, TransactionId};

/// The client names the version that it has stored; 0 for none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Echoed in the reply.
    pub transaction: TransactionId,
    /// The version of the lists that the client has stored.
    pub version: ListVersion,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let version = ListVersion::parse(words.required("list version")?)?;
        words.ignore_rest();
        Ok(Self { transaction, version })
    }
}

impl Encode for Request {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "SYN").word(self.transaction).word(self.version).end();
    }
}

/// The numbers of lines that follow a `SYN`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents {
    /// The number of `LST` lines.
    pub contacts: usize,
    /// The number of `LSG` lines.
    pub groups: usize,
}

/// The current version, and whether lists follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// That of the request.
    pub transaction: TransactionId,
    /// The current version.
    pub version: ListVersion,
    /// The lines that follow; `None` when the client is up to date.
    pub contents: Option<Contents>,
}

impl Parse for Reply {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let version = ListVersion::parse(words.required("list version")?)?;
        // The short reply ends after the version.
        let contents = if words.number_is_next() {
            Some(Contents {
                contacts: words.count("number of contacts")?,
                groups: words.count("number of groups")?,
            })
        } else {
            None
        };
        Ok(Self { transaction, version, contents })
    }
}

impl Encode for Reply {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "SYN")
            .word(self.transaction)
            .word(self.version)
            .maybe(self.contents.map(|contents| contents.contacts))
            .maybe(self.contents.map(|contents| contents.groups))
            .end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{both_ways, read, refused, vectors};
    use crate::command::{NotificationEvent, NotificationRequest};

    vectors!(Request: "SYN 7 0\r\n");
    vectors!(Reply: "SYN 7 31\r\n", "SYN 7 31 2 1\r\n");

    #[test]
    fn one_or_two_versions() {
        let request = Request { transaction: TransactionId(8), version: ListVersion(0) };
        both_ways("SYN 8 0\r\n", NotificationRequest::Syn(request.clone()));
        assert_eq!(read("SYN 8 0 0\r\n"), Ok(NotificationRequest::Syn(request)));
        assert_eq!(refused::<NotificationRequest>("SYN 8\r\n"), Invalid::Missing("list version"));
        assert_eq!(refused::<NotificationRequest>("SYN 8 x\r\n"), Invalid::Parameter("list version"));
    }

    #[test]
    fn with_and_without_contents() {
        let transaction = TransactionId(8);
        let current = Reply { transaction, version: ListVersion(15), contents: None };
        both_ways("SYN 8 15\r\n", NotificationEvent::Syn(current));
        let contents = Some(Contents { contacts: 3, groups: 2 });
        let full = Reply { transaction, version: ListVersion(27), contents };
        both_ways("SYN 8 27 3 2\r\n", NotificationEvent::Syn(full));
        assert_eq!(refused::<NotificationEvent>("SYN 8 27 3\r\n"), Invalid::Missing("number of groups"));
        assert_eq!(refused::<NotificationEvent>("SYN 8 27 3 2 1\r\n"), Invalid::TooMany);
    }
}
