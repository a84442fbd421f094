//! The verb table: the states of each verb, and the error for one that cannot be read. A verb
//! that is not here or is out of place ends the connection.

use std::convert::Infallible;

use msnp::Dialect::{self, Msnp8, Msnp9};
use msnp::ErrorCode;
use msnp::command::SwitchboardRequest as Request;

use super::CommandError::{Close, Error, Fatal};
use super::connection::Connection;
use crate::delivery::Deliveries;
use crate::listen::EntryPoint;
use crate::roles::verb_table::{Gate, ends, verb_table};
use State::{Inside, Outside};

/// The stage of a client at the switchboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::roles) enum State {
    /// Connected; `USR` or `ANS` is next.
    Outside,
    /// In a conversation.
    Inside,
}

impl Gate for Connection {
    type State = State;
    // The rate of calls is counted by the conversation: it knows the callee, and gives an answered call back.
    type Rate = Infallible;
    const USUAL: &'static [State] = &[Inside];

    fn stage(&self) -> State {
        if self.participation.is_some() { Inside } else { Outside }
    }

    /// The dialect that the client negotiated with the notification server that gave it its cookie.
    fn dialect(&self) -> Dialect {
        self.participation.as_ref().map_or(Dialect::NEWEST, |participation| participation.person.dialect)
    }

    fn entry_point(&self) -> EntryPoint {
        self.entry_point
    }

    fn take(&mut self, rate: Infallible) -> bool {
        match rate {}
    }
}

verb_table! {
    /// Hands a request that the table let through to its handler.
    fn carry_out(connection: Connection, request: Request, out: &mut Deliveries);

    // The most frequent verb is looked for first.
    "MSG" Msg(request) in: Msnp8..=Msnp9, unreadable: ends => connection.relay(&request, out);
    "CAL" Cal(request) in: Msnp8..=Msnp9, unreadable: |_| Error(ErrorCode::InvalidPrincipalName)
        => connection.call(&request, out);
    "USR" Usr(request) in: Msnp8..=Msnp9, states: &[Outside],
        unreadable: |_| Fatal(ErrorCode::AuthenticationFailed) => connection.open(request, out);
    "ANS" Ans(request) in: Msnp8..=Msnp9, states: &[Outside],
        unreadable: |_| Fatal(ErrorCode::AuthenticationFailed) => connection.answer(request, out);
    "OUT" Out(_) in: Msnp8..=Msnp9, states: &[Outside, Inside], unreadable: ends => Err(Close);
}
