//! `JOI`: an account joins the session. The other members are told.
//!
//! ```text
//! S: JOI <handle> <name>
//! ```
//! Later dialects add the client's capabilities; a strict client refuses them here.

use bytes::BytesMut;

use crate::wire::{Encode, Line, Parse, Words};
use crate::{FriendlyName, Handle, Invalid};

/// An account joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The account.
    pub handle: Handle,
    /// The account's display name.
    pub name: FriendlyName,
}

impl Parse for Push {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let handle = Handle::parse(words.required("handle")?)?;
        Ok(Self { handle, name: FriendlyName::lossy(words.required("friendly name")?) })
    }
}

impl Encode for Push {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "JOI").word(&self.handle).word(&self.name).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::SwitchboardEvent;
    use crate::command::vectors::{alice, both_ways, name, refused, vectors};

    vectors!(Push: "JOI alice@example.com Alice\r\n");

    #[test]
    fn it_has_two_parameters() {
        let push = Push { handle: alice(), name: name() };
        both_ways("JOI alice@example.com Alice\r\n", SwitchboardEvent::Joi(push));
        assert_eq!(refused::<SwitchboardEvent>("JOI alice@example.com Alice 0\r\n"), Invalid::TooMany);
        let bad = "JOI alice@example.com\r\n";
        assert_eq!(refused::<SwitchboardEvent>(bad), Invalid::Missing("friendly name"));
    }
}
