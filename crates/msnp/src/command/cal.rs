//! `CAL`: a client calls an account to a switchboard session.
//!
//! ```text
//! C: CAL <trid> <handle>
//! S: CAL <trid> RINGING <session>
//! ```
//! The reply says that a [`RNG`](super::rng) was sent, not that the account joins.

use bytes::BytesMut;

use crate::wire::{Encode, Line, Parse, Words};
use crate::{Handle, Invalid, SessionId, TransactionId};

const RINGING: &str = "RINGING";

/// Calls an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Echoed in the reply.
    pub transaction: TransactionId,
    /// The account.
    pub handle: Handle,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        Ok(Self { transaction, handle: Handle::parse(words.required("handle")?)? })
    }
}

impl Encode for Request {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "CAL").word(self.transaction).word(&self.handle).end();
    }
}

/// The call was sent to the account's client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// That of the request.
    pub transaction: TransactionId,
    /// The session that the account is called to.
    pub session: SessionId,
}

impl Parse for Reply {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        if words.required("result")? != RINGING {
            return Err(Invalid::Parameter("result"));
        }
        Ok(Self { transaction, session: SessionId::parse(words.required("session id")?)? })
    }
}

impl Encode for Reply {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "CAL").word(self.transaction).word(RINGING).word(self.session).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{bob, both_ways, refused, vectors};
    use crate::command::{SwitchboardEvent, SwitchboardRequest};

    vectors!(Request: "CAL 2 bob@example.com\r\n");
    vectors!(Reply: "CAL 2 RINGING 11752013\r\n");

    #[test]
    fn request_and_reply() {
        let transaction = TransactionId(2);
        let request = Request { transaction, handle: bob() };
        both_ways("CAL 2 bob@example.com\r\n", SwitchboardRequest::Cal(request));
        let reply = Reply { transaction, session: SessionId(11_752_013) };
        both_ways("CAL 2 RINGING 11752013\r\n", SwitchboardEvent::Cal(reply));
        assert_eq!(refused::<SwitchboardRequest>("CAL 2 bob\r\n"), Invalid::Handle);
        assert_eq!(refused::<SwitchboardEvent>("CAL 2 BUSY 1\r\n"), Invalid::Parameter("result"));
    }
}
