//! The commands between a client and a switchboard.

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
        "USR" Usr(usr::SwitchboardRequest) "join a session after `XFR`" => Usr(usr::SwitchboardReply) "the client has joined";
        "ANS" Ans(ans::Request) "join a session after `RNG`" => Ans(ans::Reply) "the client has joined, and knows every member";
        "CAL" Cal(cal::Request) "call an account" => Cal(cal::Reply) "the call was sent";
        "MSG" Msg(msg::Request) + payload "a message";
        "OUT" Out(out::Request) "leave the session";
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
        "IRO" Iro(iro::Push) "a member of the session";
        "JOI" Joi(joi::Push) "an account joined";
        "BYE" Bye(bye::Push) "a member left";
        "MSG" Msg(msg::Delivery) + payload "a message";
        "ACK" Ack(ack::Reply) "a message reached every other member";
        "NAK" Nak(nak::Reply) "a message did not reach every other member";
        "OUT" Out(out::Notice) "the switchboard ends the connection";
        else Error(error::Reply) "The refusal of a request";
    }
}
