//! `BLP`: the setting for accounts that are on neither the allow nor the block list.
//!
//! ```text
//! C: BLP <trid> <AL|BL>
//! S: BLP <trid> <version> <AL|BL>
//! S: BLP <AL|BL>
//! ```
//! Unlike `GTC` the service acts on it, at once. The last form is part of what follows `SYN`.

use bytes::BytesMut;

use crate::wire::{Encode, Line as Writer, Parse, Words};
use crate::{Invalid, ListVersion, Privacy, TransactionId};

fn parse_setting(words: &mut Words<'_>) -> Result<Privacy, Invalid> {
    Privacy::parse(words.required("privacy setting")?)
}

/// The client changes the setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Echoed in the reply.
    pub transaction: TransactionId,
    /// The setting for unlisted accounts.
    pub privacy: Privacy,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        Ok(Self { transaction, privacy: parse_setting(words)? })
    }
}

impl Encode for Request {
    fn encode(&self, out: &mut BytesMut) {
        Writer::new(out, "BLP").word(self.transaction).word(self.privacy.code()).end();
    }
}

/// The setting is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// That of the request.
    pub transaction: TransactionId,
    /// The lists' version after the change.
    pub version: ListVersion,
    /// The setting for unlisted accounts.
    pub privacy: Privacy,
}

impl Parse for Reply {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let version = ListVersion::parse(words.required("list version")?)?;
        Ok(Self { transaction, version, privacy: parse_setting(words)? })
    }
}

impl Encode for Reply {
    fn encode(&self, out: &mut BytesMut) {
        let line = Writer::new(out, "BLP").word(self.transaction).word(self.version);
        line.word(self.privacy.code()).end();
    }
}

/// The setting as it stands after `SYN`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The setting for unlisted accounts.
    pub privacy: Privacy,
}

impl Parse for Line {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        Ok(Self { privacy: parse_setting(words)? })
    }
}

impl Encode for Line {
    fn encode(&self, out: &mut BytesMut) {
        Writer::new(out, "BLP").word(self.privacy.code()).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{both_ways, refused, vectors};
    use crate::command::{NotificationEvent, NotificationRequest};

    vectors!(Request: "BLP 9 AL\r\n");
    vectors!(Reply: "BLP 9 31 BL\r\n");
    vectors!(Line: "BLP AL\r\n");

    #[test]
    fn request_reply_and_line() {
        let transaction = TransactionId(7);
        for (code, privacy) in [("AL", Privacy::AllowUnlisted), ("BL", Privacy::BlockUnlisted)] {
            let request = Request { transaction, privacy };
            both_ways(&format!("BLP 7 {code}\r\n"), NotificationRequest::Blp(request));
            let reply = Reply { transaction, version: ListVersion(28), privacy };
            both_ways(&format!("BLP 7 28 {code}\r\n"), NotificationEvent::Blp(reply));
            let line = Line { privacy };
            both_ways(&format!("BLP {code}\r\n"), NotificationEvent::BlpLine(line));
        }
    }

    #[test]
    fn other_settings_are_refused() {
        for line in ["BLP 7 A\r\n", "BLP 7 al\r\n"] {
            assert_eq!(refused::<NotificationRequest>(line), Invalid::Parameter("privacy setting"));
        }
        assert_eq!(refused::<NotificationRequest>("BLP 7\r\n"), Invalid::Missing("privacy setting"));
        assert_eq!(refused::<NotificationRequest>("BLP 7 AL AL\r\n"), Invalid::TooMany);
    }
}
