//! Commands: what the verbs say, one file a verb, and the four conversations they make up.
//!
//! A frame of a stream is read with the enum of that stream; every type can be written, so that
//! a client and a service use the same ones. A verb of three digits is an [`error`].

pub mod ack;
pub mod add;
pub mod adg;
pub mod ans;
pub mod blp;
pub mod bpr;
pub mod bye;
pub mod cal;
pub mod chg;
pub mod chl;
pub mod cvr;
pub mod error;
pub mod fln;
pub mod fnd;
pub mod gtc;
pub mod iln;
pub mod ims;
pub mod inf;
pub mod ipg;
pub mod iro;
pub mod joi;
pub mod lsg;
pub mod lst;
pub mod msg;
pub mod nak;
pub mod nln;
pub mod not;
pub mod out;
pub mod pag;
pub mod pgd;
pub mod prp;
pub mod qng;
pub mod qry;
pub mod rea;
pub mod reg;
pub mod rem;
pub mod rmg;
pub mod rng;
pub mod sdc;
pub mod snd;
pub mod syn;
pub mod url;
pub mod usr;
pub mod ver;
pub mod xfr;

mod notification_event;
mod notification_request;
mod switchboard_event;
mod switchboard_request;
#[cfg(test)]
mod vectors;

pub use notification_event::NotificationEvent;
pub use notification_request::NotificationRequest;
pub use switchboard_event::SwitchboardEvent;
pub use switchboard_request::SwitchboardRequest;

use crate::wire::{Frame, Words};
use crate::{Invalid, ParseError};

/// Reads the words of a frame to the last, and keeps the transaction id for whoever has to answer
/// a fault.
fn read<'a, T>(
    frame: &'a Frame,
    parse: impl FnOnce(&'a Frame, &mut Words<'a>) -> Result<T, Invalid>,
) -> Result<T, ParseError> {
    let mut words = frame.words()?;
    let command = parse(frame, &mut words);
    let transaction = words.seen_transaction();
    let fault = |reason| ParseError { transaction, reason };
    let command = command.map_err(fault)?;
    words.end().map_err(fault)?;
    Ok(command)
}

/// An unknown verb. Most have a transaction id, which an answer should carry.
fn unknown(words: &mut Words<'_>) -> Invalid {
    let _ = words.transaction();
    Invalid::Verb
}
