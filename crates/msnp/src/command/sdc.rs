//! `SDC`: the service invites a person without an account by mail, with a text of the client's.
//!
//! ```text
//! C: SDC <trid> <address> <locale> <library> <client> X X <name> <length>
//!    <text, UTF-8>
//! S: SDC <trid> OK
//! ```
//! The two `X` were never anything else. The address may also be the number of a match that
//! `FND` reported.

use bytes::{Bytes, BytesMut};

use super::snd::OK;
use crate::wire::{Encode, Line, Parse, Words};
use crate::{FriendlyName, Invalid, TransactionId};

/// Invites a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Echoed in the reply.
    pub transaction: TransactionId,
    /// The address to write to; not checked.
    pub address: Box<str>,
    /// The language to write in.
    pub locale: Box<str>,
    /// The inviting client's library, as in `CVR`.
    pub library: Box<str>,
    /// The inviting client's name, as in `CVR`.
    pub client: Box<str>,
    /// The name of the inviting account.
    pub name: FriendlyName,
    /// The text to send.
    pub text: Bytes,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let mut field = |what| words.required(what).map(Box::from);
        let (address, locale) = (field("address")?, field("locale")?);
        let (library, client) = (field("library")?, field("client")?);
        words.required("constant")?;
        words.required("constant")?;
        let name = FriendlyName::parse(words.required("friendly name")?)?;
        let text = words.payload()?;
        Ok(Self { transaction, address, locale, library, client, name, text })
    }
}

impl Encode for Request {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "SDC")
            .word(self.transaction)
            .word(&self.address)
            .word(&self.locale)
            .word(&self.library)
            .word(&self.client)
            .word("X")
            .word("X")
            .word(&self.name)
            .payload(&self.text);
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
        Line::new(out, "SDC").word(self.transaction).word(OK).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{both_ways, name, refused, vectors};
    use crate::command::{NotificationEvent, NotificationRequest};

    vectors!(Request: "SDC 23 x@y.z 0x0409 MSMSGS MSMSGS X X Alice 2\r\nhi");
    vectors!(Reply: "SDC 23 OK\r\n");

    #[test]
    fn the_text_is_a_payload() {
        let request = Request {
            transaction: TransactionId(23),
            address: "x@y.z".into(),
            locale: "0x0409".into(),
            library: "MSMSGS".into(),
            client: "MSMSGS".into(),
            name: name(),
            text: "Come here\r\nOUT\r\n".into(),
        };
        let line = "SDC 23 x@y.z 0x0409 MSMSGS MSMSGS X X Alice 16\r\nCome here\r\nOUT\r\n";
        both_ways(line, NotificationRequest::Sdc(request));
        both_ways("SDC 23 OK\r\n", NotificationEvent::Sdc(Reply { transaction: TransactionId(23) }));
        let short = "SDC 23 x@y.z 0x0409 MSMSGS MSMSGS X X 0\r\n";
        assert_eq!(refused::<NotificationRequest>(short), Invalid::Missing("payload length"));
        assert_eq!(refused::<NotificationEvent>("SDC 23\r\n"), Invalid::Missing("result"));
    }
}
