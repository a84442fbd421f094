//! `ANS`: a client joins the switchboard session that its account was called to.
//!
//! ```text
//! C: ANS <trid> <handle> <cookie> <session>
//! S: ANS <trid> OK
//! ```
//! Before the reply come the [`IRO`](super::iro)s, one for each member of the session.

use bytes::BytesMut;

use crate::wire::{Encode, Line, Parse, Words};
use crate::{Cookie, Handle, Invalid, SessionId, TransactionId};

const OK: &str = "OK";

/// Joins a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Echoed in the replies.
    pub transaction: TransactionId,
    /// The account that joins.
    pub handle: Handle,
    /// The cookie of `RNG`.
    pub cookie: Cookie,
    /// The session that `RNG` named.
    pub session: SessionId,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        Ok(Self {
            transaction,
            handle: Handle::parse(words.required("handle")?)?,
            cookie: Cookie::parse(words.required("cookie")?)?,
            session: SessionId::parse(words.required("session id")?)?,
        })
    }
}

impl Encode for Request {
    fn encode(&self, out: &mut BytesMut) {
        let line = Line::new(out, "ANS").word(self.transaction).word(&self.handle);
        line.word(&self.cookie).word(self.session).end();
    }
}

/// The client is in, and has been told of every other member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// That of the request.
    pub transaction: TransactionId,
}

impl Parse for Reply {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        match words.required("result")? {
            OK => Ok(Self { transaction }),
            _ => Err(Invalid::Parameter("result")),
        }
    }
}

impl Encode for Reply {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "ANS").word(self.transaction).word(OK).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{bob, both_ways, refused, vectors};
    use crate::command::{SwitchboardEvent, SwitchboardRequest};

    vectors!(Request: "ANS 1 bob@example.com 849102291.520491113 11752013\r\n");
    vectors!(Reply: "ANS 1 OK\r\n");

    #[test]
    fn request_and_reply() {
        let transaction = TransactionId(1);
        let request = Request {
            transaction,
            handle: bob(),
            cookie: Cookie::parse("849102291.520491113").unwrap(),
            session: SessionId(11_752_013),
        };
        let line = "ANS 1 bob@example.com 849102291.520491113 11752013\r\n";
        both_ways(line, SwitchboardRequest::Ans(request));
        // Two parameters.
        both_ways("ANS 1 OK\r\n", SwitchboardEvent::Ans(Reply { transaction }));
        let bad = "ANS 1 bob@example.com c x\r\n";
        assert_eq!(refused::<SwitchboardRequest>(bad), Invalid::Parameter("session id"));
        let bad = "ANS 1 bob@example.com c\r\n";
        assert_eq!(refused::<SwitchboardRequest>(bad), Invalid::Missing("session id"));
        assert_eq!(refused::<SwitchboardEvent>("ANS 1\r\n"), Invalid::Missing("result"));
    }
}
