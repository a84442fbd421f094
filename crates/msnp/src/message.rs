//! The payload of `MSG`: MIME headers, a blank line, a body.
//!
//! [`Message`] is any of them; [`Message::content`] tells which it is. Every kind of body has a
//! type of its own with `parse(&Message)`, which does not look at the `Content-Type` again, and
//! `to_message()`. A switchboard relays the bytes untouched and needs none of this. Source: HYP,
//! YW and GAIM, see `docs/protocol/sources.md`.

mod caps;
mod content;
mod datacast;
mod emoticon;
mod headers;
mod invitation;
mod mail;
mod p2p;
mod profile;
mod system;
mod text;
mod typing;

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};

pub use caps::{ChatLogging, ClientCaps};
pub use content::Content;
pub use datacast::Datacast;
pub use emoticon::{Emoticon, Emoticons};
pub use headers::Headers;
pub use invitation::{CancelCode, FILE_TRANSFER_GUID, Invitation, InvitationCommand};
pub use mail::{InitialMail, MovedMail, NewMail};
pub use p2p::P2pEnvelope;
pub use profile::Profile;
pub use system::SystemMessage;
pub use text::{Colour, Effects, Format, Text};
pub use typing::TypingUser;

use crate::{Invalid, charset};

/// One message.
///
/// ```
/// use msnp::message::{Content, Message, Text};
///
/// let payload = Text::from("Hello!").to_message().to_bytes();
/// assert!(payload.ends_with(b"\r\n\r\nHello!"));
///
/// let message = Message::parse(&payload)?;
/// assert_eq!(message.content_type(), Some("text/plain"));
/// let Content::Text(text) = message.content() else { panic!("no text") };
/// assert_eq!(text.body, "Hello!");
/// # Ok::<(), msnp::Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message {
    /// The headers, in order.
    pub headers: Headers,
    /// The bytes after the blank line; their meaning depends on the `Content-Type`.
    pub body: Bytes,
}

impl Message {
    /// A message with `MIME-Version: 1.0`, this `Content-Type` and this body.
    pub fn new(content_type: &str, body: impl Into<Bytes>) -> Self {
        let mut headers = Headers::default();
        headers.push("MIME-Version", "1.0");
        headers.push("Content-Type", content_type);
        Self { headers, body: body.into() }
    }

    /// A message whose body is made of `Key: value` lines.
    fn of_fields(content_type: &str, fields: &Headers) -> Self {
        Self::new(content_type, fields.to_lines())
    }

    /// Reads a payload, as well as it can be read; see [`Headers::parse`]. An empty payload is an empty message.
    ///
    /// # Errors
    /// [`Invalid::Parameter`] when the headers are longer than [`Headers::MAX_LEN`].
    pub fn parse(payload: &Bytes) -> Result<Self, Invalid> {
        let (headers, length) = Headers::parse(payload)?;
        Ok(Self { headers, body: payload.slice(length..) })
    }

    /// The payload.
    pub fn to_bytes(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(256 + self.body.len());
        self.headers.write_lines(&mut out);
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(&self.body);
        out.freeze()
    }

    /// The media type without its parameters, as written: compare it without regard to case.
    pub fn content_type(&self) -> Option<&str> {
        let value = self.headers.get("Content-Type")?;
        Some(value.split_once(';').map_or(value, |(media_type, _)| media_type).trim_ascii())
    }

    /// Whether this is the media type.
    pub fn is(&self, media_type: &str) -> bool {
        self.content_type().is_some_and(|own| own.eq_ignore_ascii_case(media_type))
    }

    /// The message by its type. A message of a known type that cannot be read as that type
    /// is [`Content::Other`], like one of an unknown type.
    pub fn content(&self) -> Content {
        self.try_content().unwrap_or(Content::Other)
    }

    /// The message by its type. [`Content::Other`] is of an unknown type.
    ///
    /// # Errors
    /// The errors of the `parse` of the content’s type, which [`Content`] names.
    pub fn try_content(&self) -> Result<Content, Invalid> {
        Content::of(self)
    }

    /// The body as text: decoded by the `charset` of the `Content-Type`, see [`charset::decode`].
    fn text(&self) -> Cow<'_, str> {
        charset::decode(&self.body, self.charset())
    }

    fn charset(&self) -> Option<&str> {
        let (_, parameters) = self.headers.get("Content-Type")?.split_once(';')?;
        parameters.split(';').find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            let is_charset = name.trim_ascii().eq_ignore_ascii_case("charset");
            is_charset
                .then(|| value.trim_matches(|char: char| char.is_ascii_whitespace() || "\"'".contains(char)))
        })
    }

    /// The `Key: value` lines of the body, up to its first blank line.
    fn fields(&self) -> Headers {
        Headers::of_body(&self.body, self.charset())
    }
}

#[cfg(test)]
mod tests;
