//! `application/x-msmsgssystemmessage`: a notice of the service about itself.

use super::{Headers, Message};
use crate::Invalid;

/// A notice of the service. Only one kind is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemMessage {
    /// `Type`.
    pub kind: u32,
    /// `Arg1`; its meaning depends on the kind.
    pub argument: Option<String>,
}

impl SystemMessage {
    /// The media type, in lower case.
    pub const MEDIA_TYPE: &str = "application/x-msmsgssystemmessage";
    /// The media type that clients take for the same (YW).
    pub const OTHER_MEDIA_TYPE: &str = "text/x-msmsgssystemmessage";
    /// The service goes down for maintenance, in as many minutes as the argument says.
    pub const SHUTTING_DOWN: u32 = 1;

    /// The service goes down in so many minutes; `OUT SSD` follows then.
    pub fn shutting_down(minutes: u32) -> Self {
        Self { kind: Self::SHUTTING_DOWN, argument: Some(minutes.to_string()) }
    }

    /// The minutes that are left before the service goes down. `None` when the notice is about something else.
    pub fn minutes(&self) -> Option<u32> {
        let argument = self.argument.as_ref().filter(|_| self.kind == Self::SHUTTING_DOWN)?;
        argument.parse().ok()
    }

    /// Reads the body.
    ///
    /// # Errors
    /// [`Invalid::Missing`] when it has no `Type`, or that is no number.
    pub fn parse(message: &Message) -> Result<Self, Invalid> {
        let fields = message.fields();
        Ok(Self {
            kind: fields.read("Type").ok_or(Invalid::Missing("Type"))?,
            argument: fields.get("Arg1").map(str::to_owned),
        })
    }

    /// The message.
    pub fn to_message(&self) -> Message {
        let mut fields = Headers::default();
        fields.push("Type", self.kind.to_string());
        fields.maybe("Arg1", self.argument.as_ref());
        Message::of_fields(Self::MEDIA_TYPE, &fields)
    }
}
