//! `BPR`: a contact's properties.
//!
//! ```text
//! S: BPR <version> <handle> <key> [<value>]
//! S: BPR <key> <value>
//! ```
//! The long form says that a contact changed a property, or comes when an account becomes a contact. The
//! short form follows a contact's `LST` line in the answer to `SYN`.

use bytes::BytesMut;

use super::prp::parse_property;
use crate::wire::{Encode, Line as Writer, Parse, Words};
use crate::{Handle, Invalid, ListVersion, PropertyKey, PropertyValue};

/// A property of the contact whose `LST` line came last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The key.
    pub key: PropertyKey,
    /// The value.
    pub value: PropertyValue,
}

impl Parse for Line {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let (key, value) = parse_property(words)?;
        Ok(Self { key, value })
    }
}

impl Encode for Line {
    fn encode(&self, out: &mut BytesMut) {
        Writer::new(out, "BPR").word(self.key).word(&self.value).end();
    }
}

/// The new value of a contact's property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The version of the reader's lists.
    pub version: ListVersion,
    /// The contact.
    pub handle: Handle,
    /// The key.
    pub key: PropertyKey,
    /// The value; empty when the property is unset or not for the reader.
    pub value: PropertyValue,
}

impl Parse for Push {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let version = ListVersion::parse(words.required("list version")?)?;
        let handle = Handle::parse(words.required("handle")?)?;
        let (key, value) = parse_property(words)?;
        Ok(Self { version, handle, key, value })
    }
}

impl Encode for Push {
    fn encode(&self, out: &mut BytesMut) {
        let line = Writer::new(out, "BPR").word(self.version).word(&self.handle);
        line.word(self.key).word(&self.value).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::NotificationEvent;
    use crate::command::vectors::{bob, both_ways, refused, vectors};

    vectors!(Line: "BPR PHH 555\r\n");
    vectors!(Push: "BPR 31 bob@example.com MOB Y\r\n", "BPR 31 bob@example.com PHH\r\n");

    #[test]
    fn both_forms() {
        let key = PropertyKey::MobilePhone;
        let value = PropertyValue::parse(key, "555-9876").unwrap();
        let line = Line { key, value: value.clone() };
        both_ways("BPR PHM 555-9876\r\n", NotificationEvent::BprLine(line));
        let push = Push { version: ListVersion(30), handle: bob(), key, value };
        both_ways("BPR 30 bob@example.com PHM 555-9876\r\n", NotificationEvent::Bpr(push.clone()));
        let blank = Push { value: PropertyValue::default(), ..push };
        both_ways("BPR 30 bob@example.com PHM\r\n", NotificationEvent::Bpr(blank));
    }

    #[test]
    fn incomplete_lines_are_refused() {
        for line in ["BPR\r\n", "BPR 30\r\n", "BPR 30 bob@example.com\r\n", "BPR MOB\r\n", "BPR ABC Y\r\n"] {
            refused::<NotificationEvent>(line);
        }
    }
}
