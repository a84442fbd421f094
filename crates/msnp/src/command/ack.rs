//! `ACK`: a message reached every other member of the session.
//!
//! ```text
//! S: ACK <trid>
//! ```
//! The messages that get one are in [`Acknowledge`](super::msg::Acknowledge).

use bytes::BytesMut;

use crate::numbers::{MAX_DIGITS, digits_of};
use crate::wire::{Encode, Parse, Words};
use crate::{Invalid, TransactionId};

/// The message reached every other member.
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

impl Reply {
    /// Gives the line, with its end, to `put`, part by part: without an allocation.
    pub fn line(&self, mut put: impl FnMut(&[u8])) {
        let mut digits = [0; MAX_DIGITS];
        put(b"ACK ");
        // A `usize` has at least the 32 bits of a transaction id on every system that a service runs on.
        put(digits_of(self.transaction.0 as usize, &mut digits));
        put(b"\r\n");
    }
}

impl Encode for Reply {
    fn encode(&self, out: &mut BytesMut) {
        self.line(|part| out.extend_from_slice(part));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::SwitchboardEvent;
    use crate::command::vectors::{both_ways, refused, vectors};

    vectors!(Reply: "ACK 4\r\n");

    /// One parameter.
    #[test]
    fn it_names_the_message() {
        both_ways("ACK 4\r\n", SwitchboardEvent::Ack(Reply { transaction: TransactionId(4) }));
        assert_eq!(refused::<SwitchboardEvent>("ACK\r\n"), Invalid::TransactionId);
        assert_eq!(refused::<SwitchboardEvent>("ACK 4 4\r\n"), Invalid::TooMany);
    }
}
