//! What a client says to a switchboard.

use bytes::BytesMut;

use super::{ans, cal, msg, read, unknown, usr, without_arguments};
use crate::wire::{Encode, Frame, Line, Words};
use crate::{Invalid, ParseError};

/// A command from a client to a switchboard.
///
/// ```
/// use msnp::TransactionId;
/// use msnp::command::{SwitchboardRequest, msg};
/// use msnp::message::Text;
/// use msnp::wire::Encode;
///
/// let request = SwitchboardRequest::Msg(msg::Request {
///     transaction: TransactionId(4),
///     acknowledge: msg::Acknowledge::OnFailure,
///     payload: Text::from("Hello!").to_message().to_bytes(),
/// });
/// assert!(request.to_bytes().starts_with(b"MSG 4 N 68\r\nMIME-Version: 1.0\r\n"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SwitchboardRequest {
    /// `USR`: come, having asked for a switchboard
    Usr(usr::SwitchboardRequest),
    /// `ANS`: come, having been called
    Ans(ans::Request),
    /// `CAL`: call somebody
    Cal(cal::Request),
    /// `MSG`: a message
    Msg(msg::Request),
    /// `OUT`: goodbye
    Out,
}

impl SwitchboardRequest {
    /// Reads a frame of this stream.
    ///
    /// # Errors
    /// [`Invalid::Verb`] for a verb that no client sends here; [`Invalid::Text`] for a line that is not text;
    /// otherwise for the first parameter that is missing or bad, with the transaction id if that was read
    /// before it.
    pub fn parse(frame: &Frame) -> Result<Self, ParseError> {
        read(frame, Self::parse_words)
    }

    fn parse_words(frame: &Frame, words: &mut Words<'_>) -> Result<Self, Invalid> {
        Ok(match frame.verb() {
            b"USR" => Self::Usr(usr::SwitchboardRequest::parse(words.transaction()?, words)?),
            b"ANS" => Self::Ans(ans::Request::parse(words.transaction()?, words)?),
            b"CAL" => Self::Cal(cal::Request::parse(words.transaction()?, words)?),
            b"MSG" => Self::Msg(msg::Request::parse(words.transaction()?, words, frame.payload())?),
            b"OUT" => without_arguments(Self::Out, words),
            _ => return Err(unknown(words)),
        })
    }
}

impl Encode for SwitchboardRequest {
    fn encode(&self, out: &mut BytesMut) {
        match self {
            Self::Usr(command) => command.encode(out),
            Self::Ans(command) => command.encode(out),
            Self::Cal(command) => command.encode(out),
            Self::Msg(command) => command.encode(out),
            Self::Out => Line::new(out, "OUT").end(),
        }
    }
}
