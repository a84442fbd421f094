//! `PNG` and `QNG`: the client asks whether the service is still there.
//!
//! ```text
//! C: PNG
//! S: QNG [<seconds>]
//! ```
//! Neither has a transaction id. From MSNP9 on the reply says when to ask again; in MSNP8 the number is never written.
//! Other words after them are ignored.

use bytes::BytesMut;

use crate::wire::{Encode, EncodeFor, Line, Parse, Words};
use crate::{Dialect, Invalid};

/// The client asks whether the service is there. Words after it are ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request;

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        words.ignore_rest();
        Ok(Self)
    }
}

impl Encode for Request {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "PNG").end();
    }
}

/// The service is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The seconds after which the client should ask again (MSNP9).
    pub seconds: Option<u32>,
}

impl Parse for Reply {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        // In MSNP8 there is none, and a word that is no number is ignored like any other.
        let seconds = if words.number_is_next() { Some(words.number("seconds")?) } else { None };
        words.ignore_rest();
        Ok(Self { seconds })
    }
}

impl EncodeFor for Reply {
    fn encode_for(&self, dialect: Dialect, out: &mut BytesMut) {
        Line::new(out, "QNG").maybe(self.seconds.filter(|_| dialect.has_ping_seconds())).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{both_ways, read, refused, vectors};
    use crate::command::{NotificationEvent, NotificationRequest};

    vectors!(Request: "PNG\r\n");
    vectors!(Reply: "QNG 50\r\n", "QNG\r\n");

    #[test]
    fn question_and_both_answers() {
        both_ways("PNG\r\n", NotificationRequest::Png(Request));
        both_ways("QNG\r\n", NotificationEvent::Qng(Reply { seconds: None }));
        both_ways("QNG 60\r\n", NotificationEvent::Qng(Reply { seconds: Some(60) }));
        assert_eq!(Reply { seconds: Some(60) }.to_bytes_for(Dialect::Msnp8), "QNG\r\n");
    }

    #[test]
    fn words_that_say_nothing_are_ignored() {
        for line in ["PNG 1\r\n", "PNG x y z\r\n", "PNG\t\u{e9} \n"] {
            assert_eq!(read(line), Ok(NotificationRequest::Png(Request)), "{line:?}");
        }
        for (line, seconds) in [("QNG soon\r\n", None), ("QNG 60 or so\r\n", Some(60))] {
            assert_eq!(read(line), Ok(NotificationEvent::Qng(Reply { seconds })), "{line:?}");
        }
        assert_eq!(refused::<NotificationEvent>("QNG 60x\r\n"), Invalid::Parameter("seconds"));
    }
}
