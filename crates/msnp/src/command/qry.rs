//! `QRY`: the client answers a [challenge](super::chl).
//!
//! ```text
//! C: QRY <trid> <product id> 32
//!    <digest, 32 hexadecimal digits>
//! S: QRY <trid>
//! ```
//! The request has a payload, the reply has none. A payload of another length is read as well
//! and is for the server to refuse (540).

use bytes::{Bytes, BytesMut};

use crate::wire::{Encode, Line, Parse, Words};
use crate::{Invalid, TransactionId};

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Echoed in the reply.
    pub transaction: TransactionId,
    /// The product id of the client.
    pub product_id: Box<str>,
    /// The digest, of any length.
    pub digest: Bytes,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let product_id = words.required("product id")?.into();
        Ok(Self { transaction, product_id, digest: words.payload()? })
    }
}

impl Encode for Request {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "QRY").word(self.transaction).word(&self.product_id).payload(&self.digest);
    }
}

/// The answer is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// That of the request.
    pub transaction: TransactionId,
}

impl Parse for Reply {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        Ok(Self { transaction: words.transaction()? })
    }
}

impl Encode for Reply {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "QRY").word(self.transaction).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{both_ways, read, refused, vectors};
    use crate::command::{NotificationEvent, NotificationRequest};

    vectors!(Request: "QRY 9 msmsgs@msnmsgr.com 32\r\n8f2f5a91b72102cd28355e9fc9000d6e");
    vectors!(Reply: "QRY 9\r\n");

    fn request(digest: &'static str) -> NotificationRequest {
        NotificationRequest::Qry(Request {
            transaction: TransactionId(11),
            product_id: "msmsgs@msnmsgr.com".into(),
            digest: digest.into(),
        })
    }

    #[test]
    fn the_digest_is_a_payload() {
        let digest = "8f2f5a91b72102cd28355e9fc9000d6e";
        both_ways(&format!("QRY 11 msmsgs@msnmsgr.com 32\r\n{digest}"), request(digest));
        // msnp.py ends this line with LF only.
        assert_eq!(read(&format!("QRY 11 msmsgs@msnmsgr.com 32\n{digest}")), Ok(request(digest)));
        both_ways("QRY 11 msmsgs@msnmsgr.com 0\r\n", request(""));
        both_ways("QRY 11 msmsgs@msnmsgr.com 5\r\nQRY 1", request("QRY 1"));
    }

    #[test]
    fn the_reply_is_bare() {
        both_ways("QRY 11\r\n", NotificationEvent::Qry(Reply { transaction: TransactionId(11) }));
        assert_eq!(refused::<NotificationRequest>("QRY 11 0\r\n"), Invalid::Missing("payload length"));
        assert_eq!(refused::<NotificationRequest>("QRY 0\r\n"), Invalid::Missing("product id"));
        assert_eq!(refused::<NotificationRequest>("QRY 11 a b 0\r\n"), Invalid::TooMany);
    }
}
