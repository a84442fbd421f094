//! The verb table: the states and the limit of each verb, and the error for one that cannot be read. A verb
//! that is not here or is out of place ends the connection.

use msnp::Dialect::{self, Msnp8, Msnp9};
use msnp::ErrorCode;
use msnp::command::SwitchboardRequest as Request;

use super::CommandError::{Error, Fatal};
use super::connection::Connection;
use crate::delivery::Deliveries;
use crate::listen::EntryPoint;
use crate::people::Class;
use crate::roles::verb_table::Limit::{ByHandler, Free};
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
    const USUAL: &'static [State] = &[Inside];

    fn stage(&self) -> State {
        if self.participation.is_some() { Inside } else { Outside }
    }

    /// The dialect that the client negotiated with the notification server that gave it its cookie.
    fn dialect(&self) -> Dialect {
        self.participation.as_ref().map_or(Dialect::NEWEST, |participation| participation.person.dialect)
    }

    fn entry_point(&self) -> EntryPoint {
        self.arrival.entry_point
    }

    fn take(&self, class: Class) -> bool {
        self.participation.as_ref().is_none_or(|participation| {
            let person = &participation.person;
            self.service.take(class, person.account, &person.handle, Some(self.arrival.client.ip()))
        })
    }
}

verb_table! {
    /// Hands a request that the table let through to its handler.
    fn carry_out(connection: Connection, request: Request, out: &mut Deliveries);

    // The most frequent verb is looked for first. It has no limit of its own: what its recipients have not taken is
    // limited, and a count that all conversations share would cost every message.
    "MSG" Msg(request) in: Msnp8..=Msnp9, limit: Free, unreadable: ends => connection.relay(&request, out);
    // It counts as a call or, where it comes to nothing for a person that is there, as a query; one whose name is no address
    // does not count.
    "CAL" Cal(request) in: Msnp8..=Msnp9, limit: ByHandler, unreadable: |_| Error(ErrorCode::InvalidPrincipalName)
        => connection.call(&request, out);
    // It takes a cookie, and those are limited.
    "USR" Usr(request) in: Msnp8..=Msnp9, limit: Free, states: &[Outside],
        unreadable: |_| Fatal(ErrorCode::AuthenticationFailed) => connection.open(request, out);
    // The same.
    "ANS" Ans(request) in: Msnp8..=Msnp9, limit: Free, states: &[Outside],
        unreadable: |_| Fatal(ErrorCode::AuthenticationFailed) => connection.answer(request, out);
    // Once a connection.
    "OUT" Out(_) in: Msnp8..=Msnp9, limit: Free, states: &[Outside, Inside], unreadable: ends => connection.take_leave();
}
