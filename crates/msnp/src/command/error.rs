//! Errors: a request is refused.
//!
//! ```text
//! S: <three digits> [<trid>]
//! ```
//! The verb is the error's number. Errors that answer no request may lack the transaction id.
//! The first draft of the protocol allows a text after it, which was never seen and is dropped.

use bytes::BytesMut;

use crate::wire::{Encode, Line, Words};
use crate::{ErrorCode, TransactionId};

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The number, known or not; below 1000.
    pub number: u16,
    /// That of the request that is refused.
    pub transaction: Option<TransactionId>,
}

impl Reply {
    /// An error with a number of the protocol.
    pub fn new(code: ErrorCode, transaction: Option<TransactionId>) -> Self {
        Self { number: code.number(), transaction }
    }

    /// The known code with this number, if there is one.
    pub fn code(&self) -> Option<ErrorCode> {
        ErrorCode::from_number(self.number)
    }

    pub(crate) fn parse(number: u16, words: &mut Words<'_>) -> Self {
        // A word that is no number begins the text of the first draft.
        let transaction = words.transaction().ok();
        words.ignore_rest();
        Self { number, transaction }
    }
}

/// The number that a verb stands for, if it is one.
pub(super) fn number(verb: &[u8]) -> Option<u16> {
    let digits = verb.len() == 3 && verb.iter().all(u8::is_ascii_digit);
    // Three digits are at most 999, so nothing overflows.
    digits.then(|| verb.iter().fold(0, |number, digit| number * 10 + u16::from(digit - b'0')))
}

impl Encode for Reply {
    fn encode(&self, out: &mut BytesMut) {
        // Below 10, so it fits.
        let digit = |value: u16| char::from(b'0' + (value % 10) as u8);
        let verb: String = [self.number / 100, self.number / 10, self.number].map(digit).iter().collect();
        Line::new(out, &verb).maybe(self.transaction).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Invalid;
    use crate::command::vectors::{both_ways, read, refused, vectors};
    use crate::command::{NotificationEvent, SwitchboardEvent};

    vectors!(Reply: "911 6\r\n", "600\r\n");

    #[test]
    fn numbers_are_verbs() {
        let reply = Reply::new(ErrorCode::NotOnline, Some(TransactionId(2)));
        assert_eq!(reply.code(), Some(ErrorCode::NotOnline));
        both_ways("217 2\r\n", SwitchboardEvent::Error(reply));
        let bare = Reply::new(ErrorCode::ServerGoingDown, None);
        both_ways("604\r\n", NotificationEvent::Error(bare));
        let unknown = Reply { number: 7, transaction: Some(TransactionId(0)) };
        assert_eq!(unknown.code(), None);
        both_ways("007 0\r\n", NotificationEvent::Error(unknown));
        let with_text = Reply::new(ErrorCode::InternalServerError, None);
        assert_eq!(read("500 Internal error\r\n"), Ok(NotificationEvent::Error(with_text)));
        for line in ["20 1\r\n", "2000 1\r\n", "2O5 1\r\n"] {
            assert_eq!(refused::<NotificationEvent>(line), Invalid::Verb);
        }
    }
}
