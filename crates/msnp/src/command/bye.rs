//! `BYE`: a member leaves the session. The others are told.
//!
//! ```text
//! S: BYE <handle> [1]
//! ```
//! The `1` says that the switchboard disconnected the member because the session was idle for long.

use bytes::BytesMut;

use crate::wire::{Encode, Line, Parse, Words};
use crate::{Handle, Invalid};

/// A member left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The account.
    pub handle: Handle,
    /// Whether the switchboard ended an idle session, rather than the client closed its window.
    pub idle: bool,
}

impl Parse for Push {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let handle = Handle::parse(words.required("handle")?)?;
        let idle = match words.optional() {
            None => false,
            Some("1") => true,
            Some(_) => return Err(Invalid::Parameter("reason")),
        };
        Ok(Self { handle, idle })
    }
}

impl Encode for Push {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "BYE").word(&self.handle).maybe(self.idle.then_some(1)).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::SwitchboardEvent;
    use crate::command::vectors::{bob, both_ways, refused, vectors};

    vectors!(Push: "BYE bob@example.com\r\n", "BYE bob@example.com 1\r\n");

    #[test]
    fn leaving_and_being_sent_away() {
        both_ways("BYE bob@example.com\r\n", SwitchboardEvent::Bye(Push { handle: bob(), idle: false }));
        both_ways("BYE bob@example.com 1\r\n", SwitchboardEvent::Bye(Push { handle: bob(), idle: true }));
        let bad = "BYE bob@example.com 2\r\n";
        assert_eq!(refused::<SwitchboardEvent>(bad), Invalid::Parameter("reason"));
        assert_eq!(refused::<SwitchboardEvent>("BYE\r\n"), Invalid::Missing("handle"));
    }
}
