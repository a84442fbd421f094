//! `OUT`: a side says goodbye, then the connection is closed.
//!
//! ```text
//! C: OUT
//! S: OUT [OTH|SSD]
//! ```
//! Later dialects have more reasons; here they read as none, for the connection ends either way.

use std::fmt;

use bytes::BytesMut;

use crate::wire::{Encode, Line, Words};

/// Why the service ends a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// `OTH`: the account signed in elsewhere. A client must not reconnect by itself.
    OtherSignIn,
    /// `SSD`: the server goes down.
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
    /// Why, if it says.
    pub reason: Option<Reason>,
}

impl Notice {
    pub(crate) fn parse(words: &mut Words<'_>) -> Self {
        let reason = match words.optional() {
            Some("OTH") => Some(Reason::OtherSignIn),
            Some("SSD") => Some(Reason::ServerShuttingDown),
            _ => None,
        };
        words.ignore_rest();
        Self { reason }
    }
}

impl Encode for Notice {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "OUT").maybe(self.reason).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Invalid;
    use crate::command::vectors::{both_ways, read, refused};
    use crate::command::{NotificationEvent, NotificationRequest, SwitchboardEvent, SwitchboardRequest};

    #[test]
    fn both_sides_say_it() {
        both_ways("OUT\r\n", NotificationRequest::Out);
        both_ways("OUT\r\n", SwitchboardRequest::Out);
        both_ways("OUT\r\n", SwitchboardEvent::Out(Notice { reason: None }));
        for (line, reason) in [
            ("OUT\r\n", None),
            ("OUT OTH\r\n", Some(Reason::OtherSignIn)),
            ("OUT SSD\r\n", Some(Reason::ServerShuttingDown)),
        ] {
            both_ways(line, NotificationEvent::Out(Notice { reason }));
        }
        assert_eq!(read("OUT RCT 5\r\n"), Ok(NotificationEvent::Out(Notice { reason: None })));
        assert_eq!(refused::<NotificationRequest>("OUT OTH\r\n"), Invalid::TooMany);
    }
}
