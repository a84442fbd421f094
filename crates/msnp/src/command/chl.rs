//! `CHL`: the service checks that a known client is alive at the other end.
//!
//! ```text
//! S: CHL 0 <challenge>
//! ```
//! It comes unasked, shortly after the first `CHG` and then at odd times; the client answers
//! with [`QRY`](super::qry). The challenge was twenty digits, which clients must not rely on.

use bytes::BytesMut;

use crate::wire::{Encode, Line, Parse, Words};
use crate::{Invalid, TransactionId};

/// A challenge to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// One word, from which the answer is computed.
    pub challenge: Box<str>,
}

impl Parse for Challenge {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        words.transaction()?;
        Ok(Self { challenge: words.required("challenge")?.into() })
    }
}

impl Encode for Challenge {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "CHL").word(TransactionId::SERVER).word(&self.challenge).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Invalid;
    use crate::command::NotificationEvent;
    use crate::command::vectors::{both_ways, refused, vectors};

    vectors!(Challenge: "CHL 0 15570131571988941333\r\n");

    #[test]
    fn it_carries_one_word() {
        let challenge = Challenge { challenge: "15570131571988941333".into() };
        both_ways("CHL 0 15570131571988941333\r\n", NotificationEvent::Chl(challenge));
        assert_eq!(refused::<NotificationEvent>("CHL 0\r\n"), Invalid::Missing("challenge"));
    }
}
