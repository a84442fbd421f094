//! `IMS`: instant messages are switched off or on for a session.
//!
//! ```text
//! C: IMS <trid> ON|OFF
//! S: IMS <trid> 0 ON|OFF
//! ```
//! Made for televisions. While it is off, no account can call the client, and the client can call none.

use bytes::BytesMut;

use crate::wire::{Encode, Line, Parse, Words};
use crate::{Invalid, TransactionId};

fn parse_switch(words: &mut Words<'_>) -> Result<bool, Invalid> {
    match words.required("switch")? {
        "ON" => Ok(true),
        "OFF" => Ok(false),
        _ => Err(Invalid::Parameter("switch")),
    }
}

const fn switch(on: bool) -> &'static str {
    if on { "ON" } else { "OFF" }
}

/// Switch messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Echoed in the reply.
    pub transaction: TransactionId,
    /// Whether the client wants to be called.
    pub on: bool,
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        Ok(Self { transaction, on: parse_switch(words)? })
    }
}

impl Encode for Request {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "IMS").word(self.transaction).word(switch(self.on)).end();
    }
}

/// Messages are switched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// That of the request.
    pub transaction: TransactionId,
    /// Whether the client can be called.
    pub on: bool,
}

impl Parse for Reply {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        words.required("constant")?;
        Ok(Self { transaction, on: parse_switch(words)? })
    }
}

impl Encode for Reply {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "IMS").word(self.transaction).word(0).word(switch(self.on)).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{both_ways, refused, vectors};
    use crate::command::{NotificationEvent, NotificationRequest};

    vectors!(Request: "IMS 27 ON\r\n");
    vectors!(Reply: "IMS 27 0 OFF\r\n");

    #[test]
    fn on_and_off() {
        let transaction = TransactionId(27);
        for (word, on) in [("ON", true), ("OFF", false)] {
            both_ways(&format!("IMS 27 {word}\r\n"), NotificationRequest::Ims(Request { transaction, on }));
            both_ways(&format!("IMS 27 0 {word}\r\n"), NotificationEvent::Ims(Reply { transaction, on }));
        }
        assert_eq!(refused::<NotificationRequest>("IMS 27 on\r\n"), Invalid::Parameter("switch"));
        assert_eq!(refused::<NotificationEvent>("IMS 27 ON\r\n"), Invalid::Missing("switch"));
    }
}
