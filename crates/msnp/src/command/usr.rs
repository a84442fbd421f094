//! `USR`: an account signs in.
//!
//! ```text
//! notification server
//! C: USR <trid> TWN I <handle>
//! S: USR <trid> TWN S <challenge>
//! C: USR <trid> TWN S <ticket>
//! S: USR <trid> OK <handle> <name> <verified> <restricted>
//!
//! switchboard
//! C: USR <trid> <handle> <cookie>
//! S: USR <trid> OK <handle> <name>
//! ```
//! Between the two halves on the notification server the client trades the challenge and its
//! password for a ticket over HTTPS. `restricted` is always written as `0`: an official client
//! that reads `1` signs out and sends people to MSN Explorer.

use std::fmt;

use bytes::BytesMut;

use crate::wire::{Encode, Line, Parse, Words, percent};
use crate::{Cookie, FriendlyName, Handle, Invalid, TransactionId};

/// The security package, and the two stages of it.
const PACKAGE: &str = "TWN";
const INITIAL: &str = "I";
const SUBSEQUENT: &str = "S";
const OK: &str = "OK";

/// The ticket that Passport gave the client. Secret: its `Debug` form hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket(Box<str>);

impl Ticket {
    /// The longest in bytes.
    pub const MAX_LEN: usize = 4096;

    /// Takes one word: not empty, not too long, no white space or control characters.
    ///
    /// # Errors
    /// [`Invalid::Parameter`] when it is not such a word.
    pub fn parse(word: &str) -> Result<Self, Invalid> {
        if word.len() > Self::MAX_LEN || !percent::is_word(word) {
            return Err(Invalid::Parameter("ticket"));
        }
        Ok(Self(word.into()))
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ticket(…)")
    }
}

/// A step of signing in to a notification server.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Request {
    /// The first step: the account that wants to sign in.
    Identify {
        /// Echoed in the reply.
        transaction: TransactionId,
        /// The account.
        handle: Handle,
    },
    /// The proof.
    Ticket {
        /// Echoed in the reply.
        transaction: TransactionId,
        /// The proof itself.
        ticket: Ticket,
    },
}

impl Parse for Request {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        if words.required("security package")? != PACKAGE {
            return Err(Invalid::Parameter("security package"));
        }
        match words.required("stage")? {
            INITIAL => Ok(Self::Identify { transaction, handle: Handle::parse(words.required("handle")?)? }),
            SUBSEQUENT => Ok(Self::Ticket { transaction, ticket: Ticket::parse(words.required("ticket")?)? }),
            _ => Err(Invalid::Parameter("stage")),
        }
    }
}

impl Encode for Request {
    fn encode(&self, out: &mut BytesMut) {
        let line = Line::new(out, "USR");
        match self {
            Self::Identify { transaction, handle } => {
                line.word(transaction).word(PACKAGE).word(INITIAL).word(handle).end();
            }
            Self::Ticket { transaction, ticket } => {
                line.word(transaction).word(PACKAGE).word(SUBSEQUENT).word(ticket.as_str()).end();
            }
        }
    }
}

/// A notification server's answer to a step of signing in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// The challenge that the client hands to Passport.
    Challenge {
        /// That of the request.
        transaction: TransactionId,
        /// One word that the client passes on as it is.
        challenge: Box<str>,
    },
    /// The client is signed in.
    Ok {
        /// That of the request.
        transaction: TransactionId,
        /// The account.
        handle: Handle,
        /// The account's display name.
        name: FriendlyName,
        /// Whether the account's address is known to be its owner's.
        verified: bool,
    },
}

impl Parse for Reply {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        match words.required("security package")? {
            OK => {
                let handle = Handle::parse(words.required("handle")?)?;
                let name = FriendlyName::lossy(words.required("friendly name")?);
                let verified = flag(words)?;
                // Official clients alone act on it.
                let _restricted = flag(words)?;
                Ok(Self::Ok { transaction, handle, name, verified })
            }
            PACKAGE if words.required("stage")? == SUBSEQUENT => {
                Ok(Self::Challenge { transaction, challenge: words.required("challenge")?.into() })
            }
            PACKAGE => Err(Invalid::Parameter("stage")),
            _ => Err(Invalid::Parameter("security package")),
        }
    }
}

fn flag(words: &mut Words<'_>) -> Result<bool, Invalid> {
    match words.required("flag")? {
        "0" => Ok(false),
        "1" => Ok(true),
        _ => Err(Invalid::Parameter("flag")),
    }
}

impl Encode for Reply {
    fn encode(&self, out: &mut BytesMut) {
        let line = Line::new(out, "USR");
        match self {
            Self::Challenge { transaction, challenge } => {
                line.word(transaction).word(PACKAGE).word(SUBSEQUENT).word(challenge).end();
            }
            Self::Ok { transaction, handle, name, verified } => {
                line.word(transaction)
                    .word(OK)
                    .word(handle)
                    .word(name)
                    .word(u8::from(*verified))
                    // `restricted`: an official client that reads 1 signs out.
                    .word(0)
                    .end();
            }
        }
    }
}

/// A client comes to the switchboard that it asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchboardRequest {
    /// Echoed in the reply.
    pub transaction: TransactionId,
    /// The account.
    pub handle: Handle,
    /// The cookie of `XFR`.
    pub cookie: Cookie,
}

impl Parse for SwitchboardRequest {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        let handle = Handle::parse(words.required("handle")?)?;
        let cookie = Cookie::parse(words.required("cookie")?)?;
        Ok(Self { transaction, handle, cookie })
    }
}

impl Encode for SwitchboardRequest {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "USR").word(self.transaction).word(&self.handle).word(&self.cookie).end();
    }
}

/// The switchboard lets the client in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchboardReply {
    /// That of the request.
    pub transaction: TransactionId,
    /// The account.
    pub handle: Handle,
    /// The account's display name.
    pub name: FriendlyName,
}

impl Parse for SwitchboardReply {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        let transaction = words.transaction()?;
        if words.required("result")? != OK {
            return Err(Invalid::Parameter("result"));
        }
        let handle = Handle::parse(words.required("handle")?)?;
        let name = FriendlyName::lossy(words.required("friendly name")?);
        Ok(Self { transaction, handle, name })
    }
}

impl Encode for SwitchboardReply {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "USR").word(self.transaction).word(OK).word(&self.handle).word(&self.name).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::vectors::{alice, both_ways, name, refused, vectors};
    use crate::command::{
        NotificationEvent, NotificationRequest, SwitchboardEvent, SwitchboardRequest as Sb,
    };

    vectors!(Request: "USR 6 TWN I alice@example.com\r\n", "USR 6 TWN S t=1&p=2\r\n");
    vectors!(Reply: "USR 6 TWN S lc=1033,id=507\r\n", "USR 6 OK alice@example.com Alice 1 0\r\n");
    vectors!(SwitchboardRequest: "USR 1 alice@example.com 17262740.1050826919.32308\r\n");
    vectors!(SwitchboardReply: "USR 1 OK alice@example.com Alice\r\n");

    const TICKET: &str = "t=53*1hAu8ADuD3TEwdX$$&p=5eKBBC!yBH6ex5mftp!a9DrSb0B3hU8";

    #[test]
    fn the_two_halves_of_signing_in() {
        let transaction = TransactionId(6);
        both_ways(
            "USR 6 TWN I alice@example.com\r\n",
            NotificationRequest::Usr(Request::Identify { transaction, handle: alice() }),
        );
        let challenge = "lc=1033,id=507,tw=40,fs=1,ru=http%3A%2F%2Fmessenger%2Emsn%2Ecom,ct=1062764229,kpp=1";
        both_ways(
            &format!("USR 6 TWN S {challenge}\r\n"),
            NotificationEvent::Usr(Reply::Challenge { transaction, challenge: challenge.into() }),
        );
        let ticket = Ticket::parse(TICKET).unwrap();
        both_ways(
            &format!("USR 6 TWN S {TICKET}\r\n"),
            NotificationRequest::Usr(Request::Ticket { transaction, ticket }),
        );
        both_ways(
            "USR 6 OK alice@example.com Alice 1 0\r\n",
            NotificationEvent::Usr(Reply::Ok { transaction, handle: alice(), name: name(), verified: true }),
        );
    }

    #[test]
    fn the_switchboard_has_its_own_form() {
        let transaction = TransactionId(1);
        let cookie = Cookie::parse("17262740.1050826919.32308").unwrap();
        both_ways(
            "USR 1 alice@example.com 17262740.1050826919.32308\r\n",
            Sb::Usr(SwitchboardRequest { transaction, handle: alice(), cookie }),
        );
        // Four parameters.
        both_ways(
            "USR 1 OK alice@example.com Alice\r\n",
            SwitchboardEvent::Usr(SwitchboardReply { transaction, handle: alice(), name: name() }),
        );
        assert_eq!(refused::<Sb>("USR 1 alice@example.com\r\n"), Invalid::Missing("cookie"));
        assert_eq!(refused::<Sb>("USR 1 TWN I alice@example.com\r\n"), Invalid::Handle);
    }

    #[test]
    fn other_packages_and_stages_are_refused() {
        for (line, reason) in [
            ("USR 1 MD5 I alice@example.com\r\n", Invalid::Parameter("security package")),
            ("USR 1 TWN X alice@example.com\r\n", Invalid::Parameter("stage")),
            ("USR 1 TWN I alice\r\n", Invalid::Handle),
            ("USR 1 TWN I\r\n", Invalid::Missing("handle")),
            ("USR 1 TWN S\r\n", Invalid::Missing("ticket")),
            ("USR 1 TWN S a b\r\n", Invalid::TooMany),
        ] {
            assert_eq!(refused::<NotificationRequest>(line), reason, "{line:?}");
        }
        let long = format!("USR 1 TWN S {}\r\n", "a".repeat(Ticket::MAX_LEN + 1));
        assert_eq!(refused::<NotificationRequest>(&long), Invalid::Parameter("ticket"));
    }

    #[test]
    fn a_ticket_is_not_printed() {
        let ticket = Ticket::parse(TICKET).unwrap();
        let request = Request::Ticket { transaction: TransactionId(1), ticket };
        assert!(!format!("{request:?}").contains("hAu8"));
    }

    #[test]
    fn the_longest_ticket_is_taken_and_a_log_shows_none() {
        let longest = "t".repeat(Ticket::MAX_LEN);
        assert_eq!(Ticket::parse(&longest).unwrap().as_str(), longest);
        for word in ["", "a b", &format!("{longest}t")] {
            assert_eq!(Ticket::parse(word), Err(Invalid::Parameter("ticket")));
        }
        assert_eq!(format!("{:?}", Ticket::parse("t=secret&p=").unwrap()), "Ticket(…)");
    }

    #[test]
    fn an_answer_with_another_package_or_stage_is_none() {
        use crate::command::NotificationEvent;
        for (line, fault) in [("USR 7 TWN I x\r\n", "stage"), ("USR 7 MD5 S x\r\n", "security package")] {
            assert_eq!(refused::<NotificationEvent>(line), Invalid::Parameter(fault), "{line}");
        }
    }
}
