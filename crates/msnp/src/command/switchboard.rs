//! What a client and a switchboard say to each other.

use bytes::BytesMut;

use super::table::verbs;
// A row is all that names a verb's module.
use super::*;
use crate::wire::{EncodeFor, Parse};

verbs! {
    /// A command from a client to a switchboard.
    ///
    /// ```
    /// use msnp::{Dialect, TransactionId};
    /// use msnp::command::{SwitchboardRequest, msg};
    /// use msnp::message::Text;
    /// use msnp::wire::EncodeFor;
    ///
    /// let request = SwitchboardRequest::Msg(msg::Request {
    ///     transaction: TransactionId(4),
    ///     acknowledge: msg::Acknowledge::OnFailure,
    ///     payload: Text::from("Hello!").to_message().to_bytes(),
    /// });
    /// assert!(request.to_bytes_for(Dialect::Msnp9).starts_with(b"MSG 4 N 68\r\nMIME-Version: 1.0\r\n"));
    /// ```
    SwitchboardRequest {
        "USR" Usr(usr::SwitchboardRequest) "come, having asked for a switchboard" => Usr(usr::SwitchboardReply) "come in";
        "ANS" Ans(ans::Request) "come, having been called" => Ans(ans::Reply) "come in, that is everybody";
        "CAL" Cal(cal::Request) "call somebody" => Cal(cal::Reply) "it rings";
        "MSG" Msg(msg::Request) + payload "a message";
        "OUT" Out(out::Request) "goodbye";
    }

    /// A command from a switchboard to a client.
    ///
    /// ```
    /// use bytes::BytesMut;
    /// use msnp::Dialect;
    /// use msnp::command::SwitchboardEvent;
    /// use msnp::message::{Content, Message};
    /// use msnp::wire::{Decoder, Limits, Stream};
    ///
    /// let mut received = BytesMut::from("MSG bob@example.com Bob 34\r\nContent-Type: text/plain\r\n\r\nHello!");
    /// let mut decoder = Decoder::new(Stream::SwitchboardEvents, Limits::EVENTS);
    /// let frame = decoder.next(&mut received)?.expect("all of it");
    /// let SwitchboardEvent::Msg(delivery) = SwitchboardEvent::parse(&frame, Dialect::Msnp9)? else { panic!("not MSG") };
    /// let Content::Text(text) = Message::parse(&delivery.payload)?.content() else { panic!("no text") };
    /// assert_eq!(text.body, "Hello!");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    SwitchboardEvent {
        "IRO" Iro(iro::Push) "somebody is there";
        "JOI" Joi(joi::Push) "somebody came";
        "BYE" Bye(bye::Push) "somebody left";
        "MSG" Msg(msg::Delivery) + payload "a message";
        "ACK" Ack(ack::Reply) "a message reached everybody";
        "NAK" Nak(nak::Reply) "a message did not";
        "OUT" Out(out::Notice) "the end";
        else Error(error::Reply) "A refusal";
    }
}
