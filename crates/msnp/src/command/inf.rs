//! `INF`: the client asks for the security packages, before MSNP8.
//!
//! ```text
//! C: INF <trid>
//! ```
//! MSNP8 knows only Passport and has no reply to this. It is read so that the service can tell a
//! pre-MSNP8 client from a broken one.

use bytes::BytesMut;

use crate::wire::{Encode, Line, Parse, Words};
use crate::{Invalid, TransactionId};

/// The question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Would be echoed in a reply.
    pub transaction: TransactionId,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        Ok(Self { transaction: words.transaction()? })
    }
}

impl Encode for Request {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "INF").word(self.transaction).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::NotificationRequest;
    use crate::command::vectors::{both_ways, refused, vectors};

    vectors!(Request: "INF 2\r\n");

    #[test]
    fn it_has_a_transaction_id_and_nothing_else() {
        both_ways("INF 2\r\n", NotificationRequest::Inf(Request { transaction: TransactionId(2) }));
        assert_eq!(refused::<NotificationRequest>("INF 2 MD5\r\n"), Invalid::TooMany);
    }
}
