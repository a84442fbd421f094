//! `CHG`: the client changes its presence state.
//!
//! ```text
//! C: CHG <trid> <status> [<capabilities> [<MSNObject>]]
//! S: CHG <trid> <status> <capabilities> [<MSNObject>]
//! ```
//! The first `CHG` of a session is what makes a person visible. Clients were seen to leave the
//! capabilities out; the reply then carries `0`, because a strict client refuses an echo of two
//! parameters. `0` in the place of the object means that there is none.

use bytes::BytesMut;

use crate::wire::{Encode, Line, Words};
use crate::{ClientCapabilities, EncodedObject, Invalid, Status, TransactionId};

/// A change of state: what the client asks and what the server echoes are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chg {
    /// Echoed in the reply.
    pub transaction: TransactionId,
    /// The new state. `FLN` can be read, and is for the server to refuse (201).
    pub status: Status,
    /// What the client can do; 0 when it did not say.
    pub capabilities: ClientCapabilities,
    /// The display picture (MSNP9).
    pub object: Option<EncodedObject>,
}

impl Chg {
    pub(crate) fn parse(transaction: TransactionId, words: &mut Words<'_>) -> Result<Self, Invalid> {
        let status = Status::parse(words.required("status")?)?;
        let capabilities = words.optional().map(ClientCapabilities::parse).transpose()?;
        let object = words.optional().filter(|word| *word != "0").map(EncodedObject::parse).transpose()?;
        Ok(Self { transaction, status, capabilities: capabilities.unwrap_or_default(), object })
    }
}

impl Encode for Chg {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "CHG")
            .word(self.transaction)
            .word(self.status)
            .word(self.capabilities)
            .maybe(self.object.as_ref())
            .end();
    }
}
