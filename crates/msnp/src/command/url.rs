//! `URL`: the client asks for the address of a service's web page.
//!
//! ```text
//! C: URL <trid> <service> [<argument>]
//! S: URL <trid> <path> <url> <site>
//! ```
//! The client posts a form with its Passport data to `<url>`, which is to lead on to `<path>`.
//! `<site>` is a Passport site number.

use bytes::BytesMut;

use crate::wire::{Encode, Line, Parse, Words};
use crate::{Invalid, TransactionId};

/// The wanted page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Echoed in the reply.
    pub transaction: TransactionId,
    /// The page: `INBOX`, `COMPOSE`, `PROFILE` …
    pub service: Box<str>,
    /// A locale or an address, depending on the page.
    pub argument: Option<Box<str>>,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let service = words.required("service")?.into();
        Ok(Self { transaction, service, argument: words.optional().map(Box::from) })
    }
}

impl Encode for Request {
    fn encode(&self, out: &mut BytesMut) {
        let line = Line::new(out, "URL").word(self.transaction).word(&self.service);
        line.maybe(self.argument.as_ref()).end();
    }
}

/// The address of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// That of the request.
    pub transaction: TransactionId,
    /// The page, on its own site.
    pub path: Box<str>,
    /// The address that the client posts the form to.
    pub url: Box<str>,
    /// The site's number.
    pub site: Box<str>,
}

impl Parse for Reply {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        Ok(Self {
            transaction,
            path: words.required("path")?.into(),
            url: words.required("url")?.into(),
            site: words.required("site")?.into(),
        })
    }
}

impl Encode for Reply {
    fn encode(&self, out: &mut BytesMut) {
        let line = Line::new(out, "URL").word(self.transaction);
        line.word(&self.path).word(&self.url).word(&self.site).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{both_ways, refused, vectors};
    use crate::command::{NotificationEvent, NotificationRequest};

    vectors!(Request: "URL 8 INBOX\r\n", "URL 8 PERSON 0x0409\r\n");
    vectors!(Reply: "URL 8 /mail http://a.example/mail 1\r\n");

    #[test]
    fn with_and_without_an_argument() {
        let inbox = Request { transaction: TransactionId(15), service: "INBOX".into(), argument: None };
        both_ways("URL 15 INBOX\r\n", NotificationRequest::Url(inbox.clone()));
        let profile = Request { service: "PROFILE".into(), argument: Some("0x0409".into()), ..inbox };
        both_ways("URL 15 PROFILE 0x0409\r\n", NotificationRequest::Url(profile));
        assert_eq!(refused::<NotificationRequest>("URL 15\r\n"), Invalid::Missing("service"));
        assert_eq!(refused::<NotificationRequest>("URL 15 A B C\r\n"), Invalid::TooMany);
    }

    #[test]
    fn the_reply_has_three_parts() {
        let url = "https://loginnet.passport.com/ppsecure/md5auth.srf?lc=1033";
        let reply = Reply {
            transaction: TransactionId(15),
            path: "/cgi-bin/HoTMaiL".into(),
            url: url.into(),
            site: "2".into(),
        };
        both_ways(&format!("URL 15 /cgi-bin/HoTMaiL {url} 2\r\n"), NotificationEvent::Url(reply));
        assert_eq!(refused::<NotificationEvent>("URL 15 /a b\r\n"), Invalid::Missing("site"));
    }
}
