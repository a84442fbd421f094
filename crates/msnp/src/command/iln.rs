//! `ILN`: a contact is online already, told after the reader's first `CHG` or an `ADD`.
//!
//! ```text
//! S: ILN <trid> <status> <handle> <name> <capabilities> [<MSNObject>]
//! ```
//! It is an `NLN` with the transaction id of the `CHG` or `ADD` that brought it about.

use bytes::BytesMut;

use super::nln;
use crate::wire::{EncodeFor, Line, Parse, Words};
use crate::{
    ClientCapabilities, Dialect, EncodedObject, FriendlyName, Handle, Invalid, Status, TransactionId,
};

/// The state of a contact that is online already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// That of the `CHG` or `ADD`.
    pub transaction: TransactionId,
    /// The contact.
    pub handle: Handle,
    /// The contact's own display name.
    pub name: FriendlyName,
    /// The contact's state; one that can be seen.
    pub status: Status,
    /// The capabilities of the contact's client.
    pub capabilities: ClientCapabilities,
    /// The contact's display picture.
    pub object: Option<EncodedObject>,
}

impl Parse for Push {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let nln::Push { status, handle, name, capabilities, object } = nln::Push::parse(words)?;
        Ok(Self { transaction, handle, name, status, capabilities, object })
    }
}

impl EncodeFor for Push {
    fn encode_for(&self, dialect: Dialect, out: &mut BytesMut) {
        Line::new(out, "ILN")
            .word(self.transaction)
            .word(self.status)
            .word(&self.handle)
            .word(&self.name)
            .word(self.capabilities)
            .maybe(self.object.as_ref().filter(|_| dialect.has_objects()))
            .end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::NotificationEvent;
    use crate::command::vectors::{bob, both_ways, refused, vectors};

    vectors!(Push: "ILN 9 BSY bob@example.com Bob 268435492 %3Cmsnobj%2F%3E\r\n");

    #[test]
    fn with_and_without_a_picture() {
        let pictured = Push {
            transaction: TransactionId(9),
            handle: bob(),
            name: FriendlyName::parse("Bob%20%28away%29").unwrap(),
            status: Status::Away,
            capabilities: ClientCapabilities(268_435_492),
            object: EncodedObject::parse("%3Cmsnobj%2F%3E").ok(),
        };
        let line = "ILN 9 AWY bob@example.com Bob%20%28away%29 268435492 %3Cmsnobj%2F%3E\r\n";
        both_ways(line, NotificationEvent::Iln(pictured.clone()));

        // Five parameters for MSNP8, always.
        let plain = "ILN 9 AWY bob@example.com Bob%20%28away%29 268435492\r\n";
        let mut out = BytesMut::new();
        pictured.encode_for(Dialect::Msnp8, &mut out);
        assert_eq!(out, plain);
        both_ways(plain, NotificationEvent::Iln(Push { object: None, ..pictured }));
        refused::<NotificationEvent>("ILN AWY bob@example.com Bob 0\r\n");
    }
}
