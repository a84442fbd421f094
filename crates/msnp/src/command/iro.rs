//! `IRO`: a member of the session, told to a client that joins.
//!
//! ```text
//! S: IRO <trid> <index> <count> <handle> <name>
//! ```
//! The newcomer gets one for every other member, counted from 1, with the transaction id of
//! the `ANS`; none in an empty session. At least one client wants exactly five parameters.

use bytes::BytesMut;

use crate::wire::{Encode, Line, Parse, Words};
use crate::{FriendlyName, Handle, Invalid, TransactionId};

/// A member of the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// That of the `ANS`.
    pub transaction: TransactionId,
    /// The number of this member, from 1.
    pub index: usize,
    /// The number of members besides the newcomer.
    pub count: usize,
    /// The account.
    pub handle: Handle,
    /// The account's display name when it joined.
    pub name: FriendlyName,
}

impl Parse for Push {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        Ok(Self {
            transaction,
            index: words.count("index")?,
            count: words.count("count")?,
            handle: Handle::parse(words.required("handle")?)?,
            name: FriendlyName::lossy(words.required("friendly name")?),
        })
    }
}

impl Encode for Push {
    fn encode(&self, out: &mut BytesMut) {
        let line = Line::new(out, "IRO").word(self.transaction).word(self.index).word(self.count);
        line.word(&self.handle).word(&self.name).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::SwitchboardEvent;
    use crate::command::vectors::{alice, both_ways, name, refused, vectors};

    vectors!(Push: "IRO 1 1 2 alice@example.com Alice\r\n");

    #[test]
    fn it_has_five_parameters() {
        let push = Push { transaction: TransactionId(1), index: 1, count: 2, handle: alice(), name: name() };
        both_ways("IRO 1 1 2 alice@example.com Alice\r\n", SwitchboardEvent::Iro(push));
        let bad = "IRO 1 1 2 alice@example.com Alice 0\r\n";
        assert_eq!(refused::<SwitchboardEvent>(bad), Invalid::TooMany);
        let bad = "IRO 1 x 2 alice@example.com Alice\r\n";
        assert_eq!(refused::<SwitchboardEvent>(bad), Invalid::Parameter("index"));
    }
}
