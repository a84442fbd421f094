//! `text/x-msnmsgr-datacast`: an action in the window of the other side: a nudge, a wink, a voice clip.
//!
//! The body is `Key: value` lines of its own: `ID`, and for most kinds `Data`. It came with MSN Messenger 7.0;
//! third-party clients send it over older dialects as well. Source: MSNPSharp and aMSN.

use super::{Headers, Message};
use crate::Invalid;

/// An action in the window of the other side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datacast {
    /// `ID`: the kind.
    pub id: u32,
    /// `Data`: for a wink and a voice clip the description of an object, for an action its words.
    pub data: Option<String>,
}

impl Datacast {
    /// The media type, in lower case.
    pub const MEDIA_TYPE: &str = "text/x-msnmsgr-datacast";
    /// The `ID` of a nudge.
    pub const NUDGE: u32 = 1;

    /// The window shakes.
    pub const fn nudge() -> Self {
        Self { id: Self::NUDGE, data: None }
    }

    /// Whether the window shakes.
    pub const fn is_nudge(&self) -> bool {
        self.id == Self::NUDGE
    }

    /// Reads the body.
    ///
    /// # Errors
    /// [`Invalid::Missing`] when it has no `ID`, or that is no number.
    pub fn parse(message: &Message) -> Result<Self, Invalid> {
        let fields = message.fields();
        Ok(Self {
            id: fields.read("ID").ok_or(Invalid::Missing("ID"))?,
            data: fields.get("Data").map(str::to_owned),
        })
    }

    /// The message. An empty line ends its body too, as MSN Messenger writes it.
    pub fn to_message(&self) -> Message {
        let mut fields = Headers::default();
        fields.push("ID", self.id.to_string());
        fields.maybe("Data", self.data.as_ref());
        let mut body = fields.to_lines().to_vec();
        body.extend_from_slice(b"\r\n");
        Message::new(Self::MEDIA_TYPE, body)
    }
}
