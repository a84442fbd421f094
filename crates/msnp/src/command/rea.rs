//! `REA`: an account or a contact is renamed.
//!
//! ```text
//! C: REA <trid> <handle> <name>
//! S: REA <trid> <version> <handle> <name>
//! ```
//! With the client's own handle the request changes the account's display name. With a contact's handle it
//! changes the name that the client's lists keep for the contact.

use bytes::BytesMut;

use crate::wire::{Encode, Line, Parse, Words};
use crate::{FriendlyName, Handle, Invalid, ListVersion, TransactionId};

/// Renames an account or a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Echoed in the reply.
    pub transaction: TransactionId,
    /// The client's own account, or a contact.
    pub handle: Handle,
    /// The new name.
    pub name: FriendlyName,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let handle = words.required("handle")?;
        let name = words.required("friendly name")?;
        // As in ADD, a name that is too long ends the connection even if the rest is wrong, too.
        if name.len() > FriendlyName::MAX_LEN {
            return Err(Invalid::FriendlyNameTooLong);
        }
        Ok(Self { transaction, handle: Handle::parse(handle)?, name: FriendlyName::parse_chosen(name)? })
    }
}

impl Encode for Request {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "REA").word(self.transaction).word(&self.handle).word(&self.name).end();
    }
}

/// An account or a contact was renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// That of the request.
    pub transaction: TransactionId,
    /// The lists' version after the change.
    pub version: ListVersion,
    /// The account or contact.
    pub handle: Handle,
    /// The new name.
    pub name: FriendlyName,
}

impl Parse for Reply {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let version = ListVersion::parse(words.required("list version")?)?;
        let handle = Handle::parse(words.required("handle")?)?;
        let name = FriendlyName::lossy(words.required("friendly name")?);
        Ok(Self { transaction, version, handle, name })
    }
}

impl Encode for Reply {
    fn encode(&self, out: &mut BytesMut) {
        let line = Line::new(out, "REA").word(self.transaction).word(self.version);
        line.word(&self.handle).word(&self.name).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{alice, both_ways, name, read, refused, vectors};
    use crate::command::{NotificationEvent, NotificationRequest};

    vectors!(Request: "REA 9 bob@example.com Bob\r\n");
    vectors!(Reply: "REA 9 31 bob@example.com Bob\r\n");

    #[test]
    fn request_and_reply() {
        let transaction = TransactionId(16);
        let request = Request { transaction, handle: alice(), name: name() };
        both_ways("REA 16 alice@example.com Alice\r\n", NotificationRequest::Rea(request));
        // Four parameters.
        let reply = Reply { transaction, version: ListVersion(43), handle: alice(), name: name() };
        both_ways("REA 16 43 alice@example.com Alice\r\n", NotificationEvent::Rea(reply));
    }

    #[test]
    fn a_name_that_is_too_long_counts_first() {
        let line = format!("REA 16 a@b {}\r\n", "n".repeat(388));
        assert_eq!(refused::<NotificationRequest>(&line), Invalid::FriendlyNameTooLong);
        assert_eq!(refused::<NotificationRequest>("REA 16 a@b Alice\r\n"), Invalid::Handle);
        assert_eq!(refused::<NotificationRequest>("REA 16 a@b.c Alice Smith\r\n"), Invalid::TooMany);
    }

    #[test]
    fn the_longest_name_is_taken() {
        let line = |length: usize| format!("REA 7 bob@example.com {}\r\n", "x".repeat(length));
        assert!(read::<NotificationRequest>(&line(387)).is_ok());
        assert_eq!(refused::<NotificationRequest>(&line(388)), Invalid::FriendlyNameTooLong);
    }
}
