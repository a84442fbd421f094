//! `text/x-msmsgscontrol`: the notice that a user is typing.

use super::Message;
use crate::{Handle, Invalid};

/// Sent every four or five seconds while a user types; shown for five or six.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypingUser(pub Handle);

impl TypingUser {
    /// The media type, in lower case.
    pub const MEDIA_TYPE: &str = "text/x-msmsgscontrol";
    /// The header that names the account that types.
    pub const HEADER: &str = "TypingUser";

    /// Reads the account that types.
    ///
    /// # Errors
    /// [`Invalid::Missing`] when there is no such header; [`Invalid::Handle`] when it names no account.
    pub fn parse(message: &Message) -> Result<Self, Invalid> {
        let user = message.headers.get(Self::HEADER).ok_or(Invalid::Missing(Self::HEADER))?;
        Handle::parse(user).map(Self)
    }

    /// The message; its body is one line end.
    pub fn to_message(&self) -> Message {
        let mut message = Message::new(Self::MEDIA_TYPE, &b"\r\n"[..]);
        message.headers.push(Self::HEADER, self.0.as_str());
        message
    }
}
