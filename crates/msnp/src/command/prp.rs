//! `PRP`: the account's own properties, phone numbers and mobile settings.
//!
//! ```text
//! C: PRP <trid> <key> [<value>]
//! S: PRP <trid> <version> <key> [<value>]
//! S: PRP <key> <value>
//! ```
//! Without a value a phone number is unset. The last form is part of the answer to `SYN`, where
//! properties that are unset are left out.

use bytes::BytesMut;

use crate::wire::{Encode, Line as Writer, Parse, Words};
use crate::{Invalid, ListVersion, PropertyKey, PropertyValue, TransactionId};

/// `<key> [<value>]`, as `BPR` has it too.
pub(super) fn parse_property(words: &mut Words<'_>) -> Result<(PropertyKey, PropertyValue), Invalid> {
    let key = PropertyKey::parse(words.required("property key")?)?;
    let value = PropertyValue::parse(key, words.optional().unwrap_or_default())?;
    Ok((key, value))
}

/// The client sets a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Echoed in the reply.
    pub transaction: TransactionId,
    /// The key.
    pub key: PropertyKey,
    /// The value; an empty one unsets the property.
    pub value: PropertyValue,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let key = PropertyKey::parse(words.required("property key")?)?;
        let value = PropertyValue::parse(key, words.optional().unwrap_or_default());
        // A key that only the service sets is refused as a key (715), whatever its value. A bad value of any other key ends
        // the connection.
        let value =
            value.map_err(|reason| if key.is_set_by_clients() { reason } else { Invalid::PropertyKey })?;
        Ok(Self { transaction, key, value })
    }
}

impl Encode for Request {
    fn encode(&self, out: &mut BytesMut) {
        Writer::new(out, "PRP").word(self.transaction).word(self.key).word(&self.value).end();
    }
}

/// The property is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// That of the request.
    pub transaction: TransactionId,
    /// The lists' version after the change.
    pub version: ListVersion,
    /// The key.
    pub key: PropertyKey,
    /// The new value, which may differ from the requested one.
    pub value: PropertyValue,
}

impl Parse for Reply {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let version = ListVersion::parse(words.required("list version")?)?;
        let (key, value) = parse_property(words)?;
        Ok(Self { transaction, version, key, value })
    }
}

impl Encode for Reply {
    fn encode(&self, out: &mut BytesMut) {
        let line = Writer::new(out, "PRP").word(self.transaction).word(self.version);
        line.word(self.key).word(&self.value).end();
    }
}

/// A property as it stands after `SYN`.
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
        Writer::new(out, "PRP").word(self.key).word(&self.value).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{both_ways, refused, vectors};
    use crate::command::{NotificationEvent, NotificationRequest};

    vectors!(Request: "PRP 9 PHH 555\r\n", "PRP 9 PHH\r\n");
    vectors!(Reply: "PRP 9 31 PHH 555\r\n");
    vectors!(Line: "PRP WWE 2\r\n");

    fn value(key: PropertyKey, word: &str) -> PropertyValue {
        PropertyValue::parse(key, word).unwrap()
    }

    #[test]
    fn request_reply_and_line() {
        let transaction = TransactionId(7);
        let key = PropertyKey::HomePhone;
        let number = value(key, "555-1234");
        let set = Request { transaction, key, value: number.clone() };
        both_ways("PRP 7 PHH 555-1234\r\n", NotificationRequest::Prp(set));
        let unset = Request { transaction, key, value: PropertyValue::default() };
        both_ways("PRP 7 PHH\r\n", NotificationRequest::Prp(unset));

        let reply = Reply { transaction, version: ListVersion(28), key, value: number.clone() };
        both_ways("PRP 7 28 PHH 555-1234\r\n", NotificationEvent::Prp(reply));
        let cleared = Reply { transaction, version: ListVersion(28), key, value: PropertyValue::default() };
        both_ways("PRP 7 28 PHH\r\n", NotificationEvent::Prp(cleared));

        both_ways("PRP PHH 555-1234\r\n", NotificationEvent::PrpLine(Line { key, value: number }));
        let key = PropertyKey::MobileEnabled;
        both_ways("PRP MBE N\r\n", NotificationEvent::PrpLine(Line { key, value: value(key, "N") }));
    }

    #[test]
    fn bad_keys_and_values_are_told_apart() {
        let longest = "5".repeat(95);
        let too_long = format!("PRP 7 PHM {longest}5\r\n");
        for (line, reason) in [
            ("PRP 7 XYZ v\r\n", Invalid::PropertyKey),
            ("PRP 7 phh v\r\n", Invalid::PropertyKey),
            ("PRP 7 WWE 1\r\n", Invalid::PropertyKey),
            ("PRP 7 WWE\r\n", Invalid::PropertyKey),
            ("PRP 7 MBE 1\r\n", Invalid::PropertyKey),
            ("PRP 7 XYZZ v\r\n", Invalid::PropertyKeyLength),
            ("PRP 7 MOB\r\n", Invalid::PropertyValue),
            ("PRP 7 MOB X\r\n", Invalid::PropertyValue),
            (&too_long, Invalid::PropertyValue),
            ("PRP 7\r\n", Invalid::Missing("property key")),
            ("PRP 7 PHH 1 2\r\n", Invalid::TooMany),
        ] {
            assert_eq!(refused::<NotificationRequest>(line), reason, "{line:?}");
        }
        let key = PropertyKey::MobilePhone;
        let request = Request { transaction: TransactionId(7), key, value: value(key, &longest) };
        both_ways(&format!("PRP 7 PHM {longest}\r\n"), NotificationRequest::Prp(request));
    }
}
