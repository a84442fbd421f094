//! What a switchboard says to a client.

use bytes::BytesMut;

use super::{ack, ans, bye, cal, error, iro, joi, msg, nak, out, read, unknown, usr};
use crate::wire::{Encode, Frame, Words};
use crate::{Invalid, ParseError};

/// A command from a switchboard to a client.
///
/// ```
/// use bytes::BytesMut;
/// use msnp::command::SwitchboardEvent;
/// use msnp::message::{Content, Message};
/// use msnp::wire::{Decoder, Limits, Stream};
///
/// let mut received = BytesMut::from("MSG bob@example.com Bob 34\r\nContent-Type: text/plain\r\n\r\nHello!");
/// let mut decoder = Decoder::new(Stream::SwitchboardEvents, Limits::EVENTS);
/// let frame = decoder.next(&mut received)?.expect("all of it");
/// let SwitchboardEvent::Msg(delivery) = SwitchboardEvent::parse(&frame)? else { panic!("not MSG") };
/// let Content::Text(text) = Message::parse(&delivery.payload)?.content() else { panic!("no text") };
/// assert_eq!(text.body, "Hello!");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SwitchboardEvent {
    /// `USR`: come in
    Usr(usr::SwitchboardReply),
    /// `ANS`: come in, that is everybody
    Ans(ans::Reply),
    /// `CAL`: it rings
    Cal(cal::Reply),
    /// `IRO`: somebody is there
    Iro(iro::Push),
    /// `JOI`: somebody came
    Joi(joi::Push),
    /// `BYE`: somebody left
    Bye(bye::Push),
    /// `MSG`: a message
    Msg(msg::Delivery),
    /// `ACK`: a message reached everybody
    Ack(ack::Reply),
    /// `NAK`: a message did not
    Nak(nak::Reply),
    /// A refusal
    Error(error::Reply),
    /// `OUT`: the end
    Out(out::Notice),
}

impl SwitchboardEvent {
    /// Reads a frame of this stream. Names are read as well as they can be; see [`Frame::legible`].
    ///
    /// # Errors
    /// [`Invalid::Verb`] for a verb that no service sends here; [`Invalid::Text`] for a line that is not
    /// text; otherwise for the first parameter that is missing or bad, with the transaction id if that was
    /// read before it.
    pub fn parse(frame: &Frame) -> Result<Self, ParseError> {
        read(&frame.legible(), Self::parse_words)
    }

    fn parse_words(frame: &Frame, words: &mut Words<'_>) -> Result<Self, Invalid> {
        Ok(match frame.verb() {
            b"USR" => Self::Usr(usr::SwitchboardReply::parse(words.transaction()?, words)?),
            b"ANS" => Self::Ans(ans::Reply::parse(words.transaction()?, words)?),
            b"CAL" => Self::Cal(cal::Reply::parse(words.transaction()?, words)?),
            b"IRO" => Self::Iro(iro::Push::parse(words.transaction()?, words)?),
            b"JOI" => Self::Joi(joi::Push::parse(words)?),
            b"BYE" => Self::Bye(bye::Push::parse(words)?),
            b"MSG" => Self::Msg(msg::Delivery::parse(words, frame.payload())?),
            b"ACK" => Self::Ack(ack::Reply { transaction: words.transaction()? }),
            b"NAK" => Self::Nak(nak::Reply { transaction: words.transaction()? }),
            b"OUT" => Self::Out(out::Notice::parse(words)?),
            verb => match error::number(verb) {
                Some(number) => Self::Error(error::Reply::parse(number, words)),
                None => return Err(unknown(words)),
            },
        })
    }
}

impl Encode for SwitchboardEvent {
    fn encode(&self, out: &mut BytesMut) {
        match self {
            Self::Usr(command) => command.encode(out),
            Self::Ans(command) => command.encode(out),
            Self::Cal(command) => command.encode(out),
            Self::Iro(command) => command.encode(out),
            Self::Joi(command) => command.encode(out),
            Self::Bye(command) => command.encode(out),
            Self::Msg(command) => command.encode(out),
            Self::Ack(command) => command.encode(out),
            Self::Nak(command) => command.encode(out),
            Self::Error(command) => command.encode(out),
            Self::Out(command) => command.encode(out),
        }
    }
}
