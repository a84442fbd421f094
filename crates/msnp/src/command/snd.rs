//! `SND`: the service invites a person without an account by mail, with its own text.
//!
//! ```text
//! C: SND <trid> <address> [<locale> [<library> [<client>]]]
//! S: SND <trid> OK
//! ```

use bytes::BytesMut;

use crate::wire::{Encode, Line, Parse, Words};
use crate::{Invalid, TransactionId};

/// The reply to both mail commands.
pub(super) const OK: &str = "OK";

/// Invites a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Echoed in the reply.
    pub transaction: TransactionId,
    /// The address to write to; not checked.
    pub address: Box<str>,
    /// The language to write in.
    pub locale: Option<Box<str>>,
    /// The inviting client's library, as in `CVR`.
    pub library: Option<Box<str>>,
    /// The inviting client's name, as in `CVR`.
    pub client: Option<Box<str>>,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let address = words.required("address")?.into();
        let mut field = || words.optional().map(Box::from);
        Ok(Self { transaction, address, locale: field(), library: field(), client: field() })
    }
}

impl Encode for Request {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "SND")
            .word(self.transaction)
            .word(&self.address)
            .maybe(self.locale.as_ref())
            .maybe(self.library.as_ref())
            .maybe(self.client.as_ref())
            .end();
    }
}

/// The invitation is accepted.
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
        Line::new(out, "SND").word(self.transaction).word(OK).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{both_ways, refused, vectors};
    use crate::command::{NotificationEvent, NotificationRequest};

    vectors!(Request: "SND 22 x@y.z\r\n", "SND 22 x@y.z 0x0409 MSMSGS MSMSGS\r\n");
    vectors!(Reply: "SND 22 OK\r\n");

    #[test]
    fn long_and_short_requests() {
        let long = Request {
            transaction: TransactionId(22),
            address: "x@y.z".into(),
            locale: Some("0x409".into()),
            library: Some("MSMSGS".into()),
            client: Some("MSMSGS".into()),
        };
        both_ways("SND 22 x@y.z 0x409 MSMSGS MSMSGS\r\n", NotificationRequest::Snd(long.clone()));
        let short = Request { library: None, client: None, ..long };
        both_ways("SND 22 x@y.z 0x409\r\n", NotificationRequest::Snd(short));
        both_ways("SND 22 OK\r\n", NotificationEvent::Snd(Reply { transaction: TransactionId(22) }));
        assert_eq!(refused::<NotificationRequest>("SND 22\r\n"), Invalid::Missing("address"));
        assert_eq!(refused::<NotificationEvent>("SND 22 NO\r\n"), Invalid::Parameter("result"));
    }
}
