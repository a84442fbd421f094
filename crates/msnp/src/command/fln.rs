//! `FLN`: a contact goes offline, hides, or blocks the reader.
//!
//! ```text
//! S: FLN <handle>
//! ```

use bytes::BytesMut;

use crate::wire::{Encode, Line, Parse, Words};
use crate::{Handle, Invalid};

/// A contact can no longer be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The contact.
    pub handle: Handle,
}

impl Parse for Push {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        Ok(Self { handle: Handle::parse(words.required("handle")?)? })
    }
}

impl Encode for Push {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "FLN").word(&self.handle).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::NotificationEvent;
    use crate::command::vectors::{bob, both_ways, refused, vectors};

    vectors!(Push: "FLN bob@example.com\r\n");

    /// One parameter.
    #[test]
    fn it_names_the_contact() {
        both_ways("FLN bob@example.com\r\n", NotificationEvent::Fln(Push { handle: bob() }));
        assert_eq!(refused::<NotificationEvent>("FLN bob@example.com x\r\n"), Invalid::TooMany);
        assert_eq!(refused::<NotificationEvent>("FLN\r\n"), Invalid::Missing("handle"));
    }
}
