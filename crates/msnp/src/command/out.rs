//! `OUT`: a side ends the session, then the connection is closed.
//!
//! ```text
//! C: OUT
//! S: OUT <OTH|SSD>
//! ```
//! A service always gives a reason: Pidgin 2.4.3 reads the first argument without looking whether there is
//! one, and crashes. A service that has no reason to give just closes the connection.

use std::fmt;

use bytes::BytesMut;

use crate::Invalid;
use crate::wire::{Encode, Line, Parse, Words};

/// The client ends the connection. Words after it are ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request;

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        words.ignore_rest();
        Ok(Self)
    }
}

impl Encode for Request {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "OUT").end();
    }
}

/// The reason for which the service ends a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// `OTH`: the account signed in elsewhere, or was signed out there. A client must not reconnect by itself.
    OtherSignIn,
    /// `SSD`: the server goes down. A client may try again later.
    ServerShuttingDown,
}

impl Reason {
    /// The code as it stands on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OtherSignIn => "OTH",
            Self::ServerShuttingDown => "SSD",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The service ends the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The reason.
    pub reason: Reason,
}

impl Parse for Notice {
    /// Fails where there is no reason, or one of a later dialect.
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let reason = match words.required("reason")? {
            "OTH" => Reason::OtherSignIn,
            "SSD" => Reason::ServerShuttingDown,
            _ => return Err(Invalid::Parameter("reason")),
        };
        words.ignore_rest();
        Ok(Self { reason })
    }
}

impl Encode for Notice {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "OUT").word(self.reason).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{both_ways, read, refused, vectors};
    use crate::command::{NotificationEvent, NotificationRequest, SwitchboardEvent, SwitchboardRequest};

    vectors!(Request: "OUT\r\n");
    vectors!(Notice: "OUT OTH\r\n", "OUT SSD\r\n");

    #[test]
    fn a_client_says_goodbye_whatever_stands_after_it() {
        both_ways("OUT\r\n", NotificationRequest::Out(Request));
        both_ways("OUT\r\n", SwitchboardRequest::Out(Request));
        for line in ["OUT x\r\n", "OUT 5 OTH \r\n", "OUT\t1\n"] {
            assert_eq!(read(line), Ok(NotificationRequest::Out(Request)), "{line:?}");
            assert_eq!(read(line), Ok(SwitchboardRequest::Out(Request)), "{line:?}");
        }
    }

    #[test]
    fn a_service_gives_a_reason() {
        for (line, reason) in
            [("OUT OTH\r\n", Reason::OtherSignIn), ("OUT SSD\r\n", Reason::ServerShuttingDown)]
        {
            both_ways(line, NotificationEvent::Out(Notice { reason }));
            both_ways(line, SwitchboardEvent::Out(Notice { reason }));
        }
        let notice = Notice { reason: Reason::OtherSignIn };
        assert_eq!(read("OUT OTH 5\r\n"), Ok(NotificationEvent::Out(notice)));
        assert_eq!(refused::<NotificationEvent>("OUT\r\n"), Invalid::Missing("reason"));
        assert_eq!(refused::<NotificationEvent>("OUT RCT 5\r\n"), Invalid::Parameter("reason"));
    }
}
