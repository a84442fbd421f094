//! `CVR`: the client names its version, and learns of newer ones.
//!
//! ```text
//! C: CVR <trid> <locale> <os> <os version> <cpu> <library> <version> <client> <handle>
//! S: CVR <trid> <recommended> <recommended> <minimum> <download URL> <information URL>
//! ```
//! Nothing depends on the request, so nothing in it is refused: fields that are missing at the
//! end are empty, surplus ones are dropped. An official client below `minimum` will not go on;
//! one that reads its own version three times is content.

use bytes::BytesMut;

use crate::wire::{Encode, Line, Parse, Words};
use crate::{Handle, Invalid, TransactionId};

/// The client's system and version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Echoed in the reply.
    pub transaction: TransactionId,
    /// A hexadecimal Windows locale, `0x0409`.
    pub locale: Box<str>,
    /// The operating system's kind, `winnt` or `win`.
    pub os: Box<str>,
    /// The operating system's version, `5.1`.
    pub os_version: Box<str>,
    /// The processor, `i386`.
    pub architecture: Box<str>,
    /// The client library, `MSNMSGR`.
    pub library: Box<str>,
    /// The client's version, `6.0.0602`.
    pub version: Box<str>,
    /// The client's name, `MSMSGS`.
    pub client: Box<str>,
    /// The account that is about to sign in, if the word is an address.
    pub handle: Option<Handle>,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let mut field = || Box::<str>::from(words.optional().unwrap_or_default());
        let (locale, os, os_version, architecture) = (field(), field(), field(), field());
        let (library, version, mut client) = (field(), field(), field());
        let mut handle = words.optional().and_then(|word| Handle::parse(word).ok());
        words.ignore_rest();
        // A client without a name leaves two blanks there, and the address moves up.
        if handle.is_none()
            && let Ok(moved) = Handle::parse(&client)
        {
            handle = Some(moved);
            client = Box::default();
        }
        Ok(Self { transaction, locale, os, os_version, architecture, library, version, client, handle })
    }
}

impl Encode for Request {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "CVR")
            .word(self.transaction)
            .word(&self.locale)
            .word(&self.os)
            .word(&self.os_version)
            .word(&self.architecture)
            .word(&self.library)
            .word(&self.version)
            .word(&self.client)
            .maybe(self.handle.as_ref())
            .end();
    }
}

/// The versions that the service knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// That of the request.
    pub transaction: TransactionId,
    /// The recommended version.
    pub recommended: Box<str>,
    /// The same again; the purpose of the second is not known.
    pub also_recommended: Box<str>,
    /// The minimum version.
    pub minimum: Box<str>,
    /// The address of the recommended version.
    pub download_url: Box<str>,
    /// The address of a page about it.
    pub info_url: Box<str>,
}

impl Parse for Reply {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        Ok(Self {
            transaction,
            recommended: words.required("recommended version")?.into(),
            also_recommended: words.required("recommended version")?.into(),
            minimum: words.required("minimum version")?.into(),
            download_url: words.required("download URL")?.into(),
            info_url: words.required("information URL")?.into(),
        })
    }
}

impl Encode for Reply {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "CVR")
            .word(self.transaction)
            .word(&self.recommended)
            .word(&self.also_recommended)
            .word(&self.minimum)
            .word(&self.download_url)
            .word(&self.info_url)
            .end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{both_ways, read, refused, vectors};
    use crate::command::{NotificationEvent, NotificationRequest};

    vectors!(Request: "CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS alice@example.com\r\n");
    vectors!(Reply: "CVR 2 6.0.0602 6.0.0602 1.0.0000 http://a.example/ http://b.example/\r\n");

    const LINE: &str = "CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS alice@example.com\r\n";

    fn request() -> Request {
        Request {
            transaction: TransactionId(2),
            locale: "0x0409".into(),
            os: "winnt".into(),
            os_version: "5.1".into(),
            architecture: "i386".into(),
            library: "MSNMSGR".into(),
            version: "6.0.0602".into(),
            client: "MSMSGS".into(),
            handle: Handle::parse("alice@example.com").ok(),
        }
    }

    #[test]
    fn the_official_line() {
        both_ways(LINE, NotificationRequest::Cvr(request()));
    }

    #[test]
    fn real_clients_blanks_and_fields_are_tolerated() {
        for line in [
            "CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS\talice@example.com\r\n",
            "CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS  alice@example.com \r\n",
            "CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS alice@example.com x y\r\n",
        ] {
            assert_eq!(read(line), Ok(NotificationRequest::Cvr(request())), "{line:?}");
        }
        let nameless = Request { client: "".into(), ..request() };
        let line = "CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602  alice@example.com\r\n";
        assert_eq!(read(line), Ok(NotificationRequest::Cvr(nameless)));
        let no_address = Request { handle: None, ..request() };
        let line = "CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS alice\r\n";
        assert_eq!(read(line), Ok(NotificationRequest::Cvr(no_address)));
        assert!(read::<NotificationRequest>("CVR 2\r\n").is_ok());
        assert_eq!(refused::<NotificationRequest>("CVR\r\n"), Invalid::TransactionId);
    }

    #[test]
    fn the_reply_has_three_versions_and_two_addresses() {
        let reply = Reply {
            transaction: TransactionId(2),
            recommended: "6.0.0602".into(),
            also_recommended: "6.0.0602".into(),
            minimum: "1.0.0000".into(),
            download_url: "http://dl.example.com/setup.exe".into(),
            info_url: "http://info.example.com".into(),
        };
        let line =
            "CVR 2 6.0.0602 6.0.0602 1.0.0000 http://dl.example.com/setup.exe http://info.example.com\r\n";
        both_ways(line, NotificationEvent::Cvr(reply));
        assert!(matches!(refused::<NotificationEvent>("CVR 2 1 1 1 u\r\n"), Invalid::Missing(_)));
    }
}
