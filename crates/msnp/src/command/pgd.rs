//! `PGD`: a text is sent to the mobile of an account, in MSNP9.
//!
//! ```text
//! C: PGD <trid> <handle> [1] <length>
//!    <payload as in PAG>
//! ```
//! The word between the handle and the length is not documented. Clients send `1`, and
//! any word is dropped.

use bytes::{Bytes, BytesMut};

use super::pag;
use crate::wire::{Encode, Line, Parse, Words};
use crate::{Handle, Invalid, TransactionId};

/// Sends a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Carried by an error, if there is one.
    pub transaction: TransactionId,
    /// The account.
    pub handle: Handle,
    /// The XML.
    pub page: Bytes,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let handle = Handle::parse(words.required("handle")?)?;
        // The word that this takes for the length may be the `1`, and the rest is the length then: the decoder has read
        // that one, so either may be dropped.
        let page = words.payload()?;
        words.ignore_rest();
        Ok(Self { transaction, handle, page })
    }
}

impl Request {
    /// The text in the page, as its reader sees it. The length is not checked.
    ///
    /// # Errors
    /// [`Invalid::Parameter`] when the page is not UTF-8, or has no `TEXT` element that can be read.
    pub fn text(&self) -> Result<String, Invalid> {
        pag::text(&self.page)
    }
}

impl Encode for Request {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "PGD").word(self.transaction).word(&self.handle).word(1).payload(&self.page);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::NotificationRequest;
    use crate::command::vectors::{bob, both_ways, read, refused, vectors};

    vectors!(Request: "PGD 9 bob@example.com 1 15\r\n<TEXT>hi</TEXT>");

    #[test]
    fn the_middle_is_optional() {
        let request =
            Request { transaction: TransactionId(26), handle: bob(), page: "<TEXT>a&amp;b</TEXT>".into() };
        assert_eq!(request.text().as_deref(), Ok("a&b"));
        let expected = NotificationRequest::Pgd(request);
        both_ways("PGD 26 bob@example.com 1 20\r\n<TEXT>a&amp;b</TEXT>", expected.clone());
        assert_eq!(read("PGD 26 bob@example.com 20\r\n<TEXT>a&amp;b</TEXT>"), Ok(expected.clone()));
        assert_eq!(read("PGD 26 bob@example.com 1 2 20\r\n<TEXT>a&amp;b</TEXT>"), Ok(expected));
        assert_eq!(refused::<NotificationRequest>("PGD 26 0\r\n"), Invalid::Handle);
    }
}
