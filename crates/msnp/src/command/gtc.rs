//! `GTC`: the setting whether the client asks when another account adds its own.
//!
//! ```text
//! C: GTC <trid> <A|N>
//! S: GTC <trid> <version> <A|N>
//! S: GTC <A|N>
//! ```
//! The service only keeps the setting. The last form is part of what follows `SYN`.

use bytes::BytesMut;

use crate::wire::{Encode, Line as Writer, Parse, Words};
use crate::{AddPrompt, Invalid, ListVersion, TransactionId};

fn parse_setting(words: &mut Words<'_>) -> Result<AddPrompt, Invalid> {
    AddPrompt::parse(words.required("prompt setting")?)
}

/// The client changes the setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Echoed in the reply.
    pub transaction: TransactionId,
    /// Whether to ask.
    pub prompt: AddPrompt,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        Ok(Self { transaction, prompt: parse_setting(words)? })
    }
}

impl Encode for Request {
    fn encode(&self, out: &mut BytesMut) {
        Writer::new(out, "GTC").word(self.transaction).word(self.prompt.code()).end();
    }
}

/// The setting is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// That of the request.
    pub transaction: TransactionId,
    /// The lists' version after the change.
    pub version: ListVersion,
    /// Whether to ask.
    pub prompt: AddPrompt,
}

impl Parse for Reply {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let version = ListVersion::parse(words.required("list version")?)?;
        Ok(Self { transaction, version, prompt: parse_setting(words)? })
    }
}

impl Encode for Reply {
    fn encode(&self, out: &mut BytesMut) {
        let line = Writer::new(out, "GTC").word(self.transaction).word(self.version);
        line.word(self.prompt.code()).end();
    }
}

/// The setting as it stands after `SYN`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Whether to ask.
    pub prompt: AddPrompt,
}

impl Parse for Line {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        Ok(Self { prompt: parse_setting(words)? })
    }
}

impl Encode for Line {
    fn encode(&self, out: &mut BytesMut) {
        Writer::new(out, "GTC").word(self.prompt.code()).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{both_ways, refused, vectors};
    use crate::command::{NotificationEvent, NotificationRequest};

    vectors!(Request: "GTC 9 A\r\n");
    vectors!(Reply: "GTC 9 31 N\r\n");
    vectors!(Line: "GTC A\r\n");

    #[test]
    fn request_reply_and_line() {
        let transaction = TransactionId(7);
        for (code, prompt) in [("A", AddPrompt::Ask), ("N", AddPrompt::Never)] {
            let request = Request { transaction, prompt };
            both_ways(&format!("GTC 7 {code}\r\n"), NotificationRequest::Gtc(request));
            let reply = Reply { transaction, version: ListVersion(28), prompt };
            both_ways(&format!("GTC 7 28 {code}\r\n"), NotificationEvent::Gtc(reply));
            let line = Line { prompt };
            both_ways(&format!("GTC {code}\r\n"), NotificationEvent::GtcLine(line));
        }
    }

    #[test]
    fn other_settings_are_refused() {
        for line in ["GTC 7 AL\r\n", "GTC 7 a\r\n"] {
            assert_eq!(refused::<NotificationRequest>(line), Invalid::Parameter("prompt setting"));
        }
        assert_eq!(refused::<NotificationRequest>("GTC 7\r\n"), Invalid::Missing("prompt setting"));
        assert_eq!(refused::<NotificationRequest>("GTC 7 A A\r\n"), Invalid::TooMany);
    }
}
