//! `NLN`: a contact comes online, or changes its state, name, capabilities or picture.
//!
//! ```text
//! S: NLN <status> <handle> <name> <capabilities> [<MSNObject>]
//! ```
//! An MSNP8 session never reads the object. In MSNP9 its absence means that there is no display
//! picture, or no longer one.

use bytes::BytesMut;

use crate::wire::{EncodeFor, Line, Parse, Words};
use crate::{ClientCapabilities, Dialect, EncodedObject, FriendlyName, Handle, Invalid, Status};

/// The state of a contact after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The contact's state; one that can be seen.
    pub status: Status,
    /// The contact.
    pub handle: Handle,
    /// The contact's own display name.
    pub name: FriendlyName,
    /// The capabilities of the contact's client.
    pub capabilities: ClientCapabilities,
    /// The contact's display picture.
    pub object: Option<EncodedObject>,
}

impl Parse for Push {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        Ok(Self {
            status: Status::parse(words.required("status")?)?,
            handle: Handle::parse(words.required("handle")?)?,
            name: FriendlyName::lossy(words.required("friendly name")?),
            capabilities: ClientCapabilities::parse(words.required("client capabilities")?)?,
            // A picture that cannot be read does not hide its contact's state.
            object: words
                .optional()
                .filter(|word| *word != "0")
                .and_then(|word| EncodedObject::parse(word).ok()),
        })
    }
}

impl EncodeFor for Push {
    fn encode_for(&self, dialect: Dialect, out: &mut BytesMut) {
        Line::new(out, "NLN")
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
    use crate::command::vectors::{bob, both_ways, read, refused, vectors};

    vectors!(
        Push:
        "NLN BSY bob@example.com Bob 268435492\r\n",
        "NLN BSY bob@example.com Bob 268435492 %3Cmsnobj%2F%3E\r\n",
    );

    fn push(object: Option<&str>) -> Push {
        Push {
            status: Status::Busy,
            handle: bob(),
            name: FriendlyName::parse("Bob").unwrap(),
            capabilities: ClientCapabilities(268_435_492),
            object: object.map(|word| EncodedObject::parse(word).unwrap()),
        }
    }

    #[test]
    fn with_and_without_a_picture() {
        both_ways("NLN BSY bob@example.com Bob 268435492\r\n", NotificationEvent::Nln(push(None)));
        let pictured = push(Some("%3Cmsnobj%2F%3E"));
        let line = "NLN BSY bob@example.com Bob 268435492 %3Cmsnobj%2F%3E\r\n";
        both_ways(line, NotificationEvent::Nln(pictured.clone()));
        let placeholder = read("NLN BSY bob@example.com Bob 268435492 0\r\n");
        assert_eq!(placeholder, Ok(NotificationEvent::Nln(push(None))));

        // Four parameters for MSNP8, always.
        let mut out = BytesMut::new();
        pictured.encode_for(Dialect::Msnp8, &mut out);
        assert_eq!(out, "NLN BSY bob@example.com Bob 268435492\r\n");
    }

    #[test]
    fn incomplete_lines_are_refused() {
        for (line, reason) in [
            ("NLN BSY bob@example.com Bob\r\n", Invalid::Missing("client capabilities")),
            ("NLN XXX bob@example.com Bob 0\r\n", Invalid::Status),
            ("NLN BSY bob@example.com Bob -1\r\n", Invalid::Parameter("client capabilities")),
            ("NLN BSY bob@example.com Bob 1 o x\r\n", Invalid::TooMany),
        ] {
            assert_eq!(refused::<NotificationEvent>(line), reason, "{line:?}");
        }
    }
}
