//! `NAK`: a message did not reach every other member of the session.
//!
//! ```text
//! S: NAK <trid>
//! ```
//! The messages that get one are in [`Acknowledge`](super::msg::Acknowledge).

use bytes::BytesMut;

use crate::wire::{Encode, Line, Parse, Words};
use crate::{Invalid, TransactionId};

/// The message did not reach every other member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// That of the `MSG`.
    pub transaction: TransactionId,
}

impl Parse for Reply {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        Ok(Self { transaction: words.transaction()? })
    }
}

impl Encode for Reply {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "NAK").word(self.transaction).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::SwitchboardEvent;
    use crate::command::vectors::{both_ways, refused, vectors};

    vectors!(Reply: "NAK 4\r\n");

    /// One parameter.
    #[test]
    fn it_names_the_message() {
        both_ways("NAK 4\r\n", SwitchboardEvent::Nak(Reply { transaction: TransactionId(4) }));
        assert_eq!(refused::<SwitchboardEvent>("NAK\r\n"), Invalid::TransactionId);
        assert_eq!(refused::<SwitchboardEvent>("NAK 4 4\r\n"), Invalid::TooMany);
    }
}
