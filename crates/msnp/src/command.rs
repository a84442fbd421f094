//! The commands: the syntax of each verb, one file a verb, and an enum for each of the four streams.
//!
//! A frame of a stream is read with the enum of that stream; every type can be written, so that
//! a client and a service use the same ones. A verb of three digits is an [`error`]. The tables in
//! `notification.rs` and `switchboard.rs` say which verbs a stream has.

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

mod notification;
mod switchboard;
mod table;
#[cfg(test)]
mod unreadable_names;
#[cfg(test)]
mod vectors;

pub use notification::{NotificationEvent, NotificationRequest};
pub use switchboard::{SwitchboardEvent, SwitchboardRequest};

use crate::wire::{Frame, Words};
use crate::{Dialect, Invalid, ParseError};

/// Reads the words of a frame to the last, and keeps the transaction id for the caller that answers
/// a fault.
fn read<'a, T>(
    frame: &'a Frame,
    dialect: Dialect,
    parse: impl FnOnce(&str, &mut Words<'a>) -> Result<T, Invalid>,
) -> Result<T, ParseError> {
    let mut words = Words::new(frame.text()?, frame.payload(), dialect);
    let verb = words.optional().unwrap_or_default();
    let command = parse(verb, &mut words);
    // Before `end`, which takes the words.
    let transaction = words.seen_transaction();
    let fault = |reason| ParseError { transaction, reason };
    let command = command.map_err(fault)?;
    words.end().map_err(fault)?;
    Ok(command)
}

/// An unknown verb. Most have a transaction id, which an answer should carry.
fn unknown(words: &mut Words<'_>) -> Invalid {
    // Read for its side effect alone: `read` finds it with `seen_transaction`. A verb without one leaves none.
    let _ = words.transaction();
    Invalid::Verb
}

#[cfg(test)]
mod tests {
    use super::vectors::{Command, read};
    use super::*;
    use crate::TransactionId;

    fn fault<C: Command>(text: &str) -> (Option<u32>, Invalid) {
        let ParseError { transaction, reason } = read::<C>(text).expect_err(text);
        (transaction.map(|TransactionId(number)| number), reason)
    }

    #[test]
    fn a_fault_keeps_the_transaction_id() {
        assert_eq!(fault::<NotificationRequest>("CHG 9 XXX\r\n"), (Some(9), Invalid::Status));
        assert_eq!(fault::<NotificationRequest>("INF 9 x\r\n"), (Some(9), Invalid::TooMany));
        assert_eq!(fault::<NotificationRequest>("CHG x NLN\r\n"), (None, Invalid::TransactionId));
        assert_eq!(fault::<NotificationRequest>("CHG\r\n"), (None, Invalid::TransactionId));
        assert_eq!(fault::<NotificationRequest>("CHG 9 \0\r\n"), (None, Invalid::Text));
        assert_eq!(fault::<SwitchboardRequest>("CAL 9 bob\r\n"), (Some(9), Invalid::Handle));
        assert_eq!(fault::<NotificationEvent>("SYN 9 x\r\n"), (Some(9), Invalid::Parameter("list version")));
        assert_eq!(fault::<NotificationEvent>("NLN 9\r\n"), (None, Invalid::Status));
        assert_eq!(fault::<SwitchboardEvent>("ANS 9 NO\r\n"), (Some(9), Invalid::Parameter("result")));
    }

    #[test]
    fn verbs_are_known_by_direction_and_case() {
        for text in ["ver 1 MSNP9\r\n", "Ver 1 MSNP9\r\n", "ADC 1 FL N=a@b.c\r\n"] {
            assert_eq!(fault::<NotificationRequest>(text), (Some(1), Invalid::Verb), "{text:?}");
        }
        for text in
            ["LST 3 FL\r\n", "LSG 3\r\n", "MSG 3 N 0\r\n", "ILN 3\r\n", "CAL 3 a@b.c\r\n", "217 3\r\n"]
        {
            assert_eq!(fault::<NotificationRequest>(text), (Some(3), Invalid::Verb), "{text:?}");
        }
        for text in ["QNG\r\n", "VE 1\r\n"] {
            let (_, reason) = fault::<NotificationRequest>(text);
            assert_eq!(reason, Invalid::Verb, "{text:?}");
        }
        assert_eq!(fault::<SwitchboardRequest>("PNG\r\n"), (None, Invalid::Verb));
        assert_eq!(fault::<SwitchboardRequest>("VER 1 MSNP9\r\n"), (Some(1), Invalid::Verb));
        assert_eq!(fault::<SwitchboardEvent>("NLN 1\r\n"), (Some(1), Invalid::Verb));
        assert_eq!(fault::<NotificationEvent>("IRO 1\r\n"), (Some(1), Invalid::Verb));
    }
}
