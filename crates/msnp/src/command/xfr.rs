//! `XFR`: the service redirects the client, or the client asks for a switchboard.
//!
//! ```text
//! C: XFR <trid> SB
//! S: XFR <trid> SB <address> CKI <cookie>
//! S: XFR <trid> NS <address> 0 <this server's address>
//! ```
//! The `NS` form answers the first `USR` in the place of a challenge; the client then starts
//! again at the new address.

use bytes::BytesMut;

use crate::wire::{Encode, Line, Parse, Words};
use crate::{Cookie, HostPort, Invalid, TransactionId};

/// The one security package of switchboards.
pub(super) const COOKIE_PACKAGE: &str = "CKI";
const SWITCHBOARD: &str = "SB";
const NOTIFICATION: &str = "NS";

/// The client wants a switchboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Echoed in the reply.
    pub transaction: TransactionId,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        match words.required("server type")? {
            SWITCHBOARD => Ok(Self { transaction }),
            _ => Err(Invalid::Parameter("server type")),
        }
    }
}

impl Encode for Request {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "XFR").word(self.transaction).word(SWITCHBOARD).end();
    }
}

/// The server to connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// To another notification server.
    Notification {
        /// That of the request, which was a `USR`.
        transaction: TransactionId,
        /// The server to connect to.
        address: HostPort,
        /// The server that redirects.
        current: HostPort,
    },
    /// To a switchboard.
    Switchboard {
        /// That of the request.
        transaction: TransactionId,
        /// The switchboard.
        address: HostPort,
        /// The cookie that the switchboard will ask for.
        cookie: Cookie,
    },
}

impl Parse for Reply {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let kind = words.required("server type")?;
        let address = HostPort::parse(words.required("address")?)?;
        match kind {
            NOTIFICATION => {
                words.required("constant")?;
                let current = HostPort::parse(words.required("current address")?)?;
                Ok(Self::Notification { transaction, address, current })
            }
            SWITCHBOARD => {
                let cookie = parse_cookie(words)?;
                Ok(Self::Switchboard { transaction, address, cookie })
            }
            _ => Err(Invalid::Parameter("server type")),
        }
    }
}

/// `CKI <cookie>`, as `RNG` has it too.
pub(super) fn parse_cookie(words: &mut Words<'_>) -> Result<Cookie, Invalid> {
    if words.required("security package")? != COOKIE_PACKAGE {
        return Err(Invalid::Parameter("security package"));
    }
    Cookie::parse(words.required("cookie")?)
}

impl Encode for Reply {
    fn encode(&self, out: &mut BytesMut) {
        let line = Line::new(out, "XFR");
        match self {
            Self::Notification { transaction, address, current } => {
                line.word(transaction).word(NOTIFICATION).word(address).word(0).word(current).end();
            }
            Self::Switchboard { transaction, address, cookie } => {
                let line = line.word(transaction).word(SWITCHBOARD).word(address);
                line.word(COOKIE_PACKAGE).word(cookie).end();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{both_ways, refused, vectors};
    use crate::command::{NotificationEvent, NotificationRequest};

    vectors!(Request: "XFR 15 SB\r\n");
    vectors!(
        Reply:
        "XFR 3 NS 192.0.2.5:1863 0 192.0.2.1:1863\r\n",
        "XFR 15 SB 192.0.2.9:1863 CKI 17262740.1050826919.32308\r\n",
    );

    #[test]
    fn the_request_names_a_switchboard() {
        both_ways("XFR 15 SB\r\n", NotificationRequest::Xfr(Request { transaction: TransactionId(15) }));
        let bad = Invalid::Parameter("server type");
        assert_eq!(refused::<NotificationRequest>("XFR 15 NS\r\n"), bad);
        assert_eq!(refused::<NotificationRequest>("XFR 15\r\n"), Invalid::Missing("server type"));
    }

    /// Five parameters either way.
    #[test]
    fn both_replies() {
        let referral = Reply::Notification {
            transaction: TransactionId(3),
            address: HostPort::parse("192.0.2.5:1863").unwrap(),
            current: HostPort::parse("192.0.2.1:1863").unwrap(),
        };
        both_ways("XFR 3 NS 192.0.2.5:1863 0 192.0.2.1:1863\r\n", NotificationEvent::Xfr(referral));
        let switchboard = Reply::Switchboard {
            transaction: TransactionId(15),
            address: HostPort::parse("192.0.2.9:1863").unwrap(),
            cookie: Cookie::parse("17262740.1050826919.32308").unwrap(),
        };
        let line = "XFR 15 SB 192.0.2.9:1863 CKI 17262740.1050826919.32308\r\n";
        both_ways(line, NotificationEvent::Xfr(switchboard));
        for line in ["XFR 15 SB h:1 MD5 c\r\n", "XFR 15 SB h:1 CKI\r\n", "XFR 15 XB h:1 CKI c\r\n"] {
            refused::<NotificationEvent>(line);
        }
    }
}
