//! What a client and a switchboard say to each other.

use bytes::BytesMut;

use super::table::verbs;
// A row is all that names a verb's module.
use super::*;
use crate::wire::{EncodeFor, Parse};

verbs! {
    /// A command from a client to a switchboard.
    SwitchboardRequest {
        "USR" Usr(usr::SwitchboardRequest) "come, having asked for a switchboard" => Usr(usr::SwitchboardReply) "come in";
        "ANS" Ans(ans::Request) "come, having been called" => Ans(ans::Reply) "come in, that is everybody";
        "CAL" Cal(cal::Request) "call somebody" => Cal(cal::Reply) "it rings";
        "MSG" Msg(msg::Request) + payload "a message";
        "OUT" Out(out::Request) "goodbye";
    }

    /// A command from a switchboard to a client.
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
